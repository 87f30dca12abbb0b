import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Failure } from '../errors.ts'

/** What is answered under a path. */
export interface Answer {
  readonly type: string
  body(): Promise<string> | string
}

export interface Health {
  /** `http://127.0.0.1:8081` */
  readonly url: string
  close(): Promise<void>
}

/**
 * Answers a few paths over HTTP, for whoever watches over the process.
 *
 * @param port 0 is any free one
 * @throws Failure `usage` when the address is not to be had
 */
export async function startHealth(
  answers: Readonly<Record<string, Answer>>,
  { port, host }: { port: number; host: string },
): Promise<Health> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: Error) => respond(response, 503, 'text/plain', `${error.message}\n`))
  })
  // A probe asks for little, and at once.
  server.requestTimeout = 5_000
  server.setTimeout(30_000)
  server.unref()
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${error.code})`
      reject(
        new Failure('usage', `port ${port} of ${host} ${why}; choose another with --health-port`, { cause: error }),
      )
    })
    server.listen(port, host, resolve)
  })
  const { address, family, port: taken } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${taken}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }

  async function answer({ method = '', url = '' }: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = url.split('?')[0]!
    if (!Object.hasOwn(answers, path))
      return respond(response, 404, 'text/plain', `there is: ${Object.keys(answers)}\n`)
    if (method !== 'GET' && method !== 'HEAD') return respond(response, 405, 'text/plain', 'GET and HEAD alone\n')
    const { type, body } = answers[path]!
    respond(response, 200, type, await body())
  }
}

function respond(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
}
