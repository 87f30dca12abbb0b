import { createServer, type IncomingMessage, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Hono } from 'hono'
import { Failure } from '../errors.ts'
import { answerClientErrors } from './clientErrors.ts'
import { type ConnectionLimiter, limitConnections } from './connections.ts'
import { createListener } from './recentResponses.ts'

const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 2_000,
} satisfies ServerOptions

/** Closes a connection after this time without traffic in either direction. */
const IDLE_MS = 30_000
const MAX_CONNECTIONS = 1_000
/** How long responses in progress may take once the server is stopped. */
const GRACE_MS = 2_000

export interface ListenAddress {
  /** 0 chooses a free port. */
  readonly port: number
  readonly host: string
  /** The flag that sets the port, for the error message. */
  readonly flag: string
}

export interface RunningServer {
  /** `http://127.0.0.1:8000/` */
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves an app over HTTP, within limits that protect the process.
 *
 * @throws Failure `usage` when the server cannot listen on the address
 */
export async function serveApp(app: Hono, address: ListenAddress): Promise<RunningServer> {
  const server = createServer(LIMITS, createListener(app))
  server.prependListener('request', (request, response) => {
    response.setHeader('x-content-type-options', 'nosniff')
    // No request for a page has a body. If a proxy in front sees its end elsewhere, no request may follow on the same connection.
    if (hasBody(request) && request.method !== 'POST') response.shouldKeepAlive = false
  })
  server.setTimeout(IDLE_MS)
  const limiter = limitConnections(server, MAX_CONNECTIONS)
  answerClientErrors(server, limiter)
  await listen(server, address)
  return { url: urlOf(server.address() as AddressInfo), close: () => close(server, limiter) }
}

const hasBody = ({ headers }: IncomingMessage) =>
  headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0'

/** Returns why a server cannot listen, and what to do. @param flag the flag of the port */
function listenProblem({ code }: NodeJS.ErrnoException, flag: string): { reason: string; remedy: string } {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { reason: 'no address is known for this host', remedy: 'Check --host' }
  if (code === 'EADDRNOTAVAIL')
    return {
      reason: 'this machine does not have this address',
      remedy: 'Check --host, or use 0.0.0.0 for all addresses',
    }
  const reason = code === 'EADDRINUSE' ? 'the port is in use' : code === 'EACCES' ? 'no permission' : String(code)
  return { reason, remedy: `Choose another port with ${flag}` }
}

function listen(server: Server, { port, host, flag }: ListenAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const { reason, remedy } = listenProblem(error, flag)
      const message = `cannot listen on ${host}, port ${port}: ${reason}. ${remedy}.`
      reject(new Failure('usage', message, { cause: error }))
    })
    server.listen(port, host, resolve)
  })
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`
}

async function close(server: Server, limiter: ConnectionLimiter): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  limiter.drain()
  const timer = setTimeout(() => server.closeAllConnections(), GRACE_MS)
  await closed
  clearTimeout(timer)
}
