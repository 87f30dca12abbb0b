import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { type Http, openHttp } from '../../src/portal/http.ts'

const POLICY = {
  connectTimeout: 300,
  headersTimeout: 300,
  stallTimeout: 300,
  retries: 0,
  retryPause: 1,
  mostBytes: 2 ** 30,
}
/** Far more than what is received ahead of whoever takes it. */
const BODY = Buffer.alloc(4 * 2 ** 20, 'a')

/** A client, and a server that sends these heads and BODY as fast as it can, and then closes the connection. */
async function closing(head: string): Promise<{ readonly http: Http; readonly url: string }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.once('data', () => socket.end(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), BODY])))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const http = await openHttp(POLICY, new AbortController().signal, () => {})
  onTestFinished(async () => {
    await http.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { http, url: `http://127.0.0.1:${(server.address() as { port: number }).port}/` }
}

/** Reads slowly, for longer than the longest wait for a byte. */
async function lengthOf(body: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0
  for await (const chunk of body) {
    if (length === 0) await sleep(POLICY.stallTimeout + 100)
    await sleep(1)
    length += chunk.length
  }
  return length
}

test.each([
  ['of HTTP/1.0', `HTTP/1.0 200 OK\r\nContent-Length: ${BODY.length}`],
  ['of HTTP/1.1', `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${BODY.length}`],
  ['that says no length', 'HTTP/1.1 200 OK\r\nConnection: close'],
])('a server %s that closes long before its answer is read loses nothing', async (_, head) => {
  const { http, url } = await closing(head)
  expect(await lengthOf((await http.get(url)).body)).toBe(BODY.length)
})

test('an answer that ends before its length, while it is read slowly, is a failure that may pass', async () => {
  const { http, url } = await closing(`HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${BODY.length + 1}`)
  const read = http.persist({ failed: 0 }, async () => lengthOf((await http.get(url)).body))
  await expect(read).rejects.toMatchObject({ kind: 'portal', retryable: true })
})
