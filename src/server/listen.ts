import { createServer, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import { Failure } from '../errors.ts'
import { keepRoom } from './connections.ts'

/** What one client may take of the server. */
const LIMITS = {
  maxHeaderSize: 16 * 1024,
  /** Until a request's headers, and all of it, must have come. */
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 2_000,
} satisfies ServerOptions

/** A connection on which nothing moves for so long, in either direction, is closed. */
const IDLE_MS = 30_000
const MOST_CONNECTIONS = 1_000
/** How long answers under way may take once the server is asked to stop. */
const GRACE_MS = 2_000

export interface Address {
  /** 0 is any free one. */
  readonly port: number
  readonly host: string
  /** By which another port is chosen. */
  readonly flag: string
}

export interface Listening {
  /** Where it is served: `http://127.0.0.1:8000/`. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves one function from request to response, within the limits that keep the process on its feet.
 *
 * @throws Failure `usage` when the address is not to be had
 */
export async function serveApp(app: Hono, address: Address): Promise<Listening> {
  const server = createAdaptorServer({
    fetch: app.fetch,
    createServer,
    serverOptions: LIMITS,
    // For those who ask as HTTP 1.0 does, without naming a host.
    hostname: 'localhost',
  }) as Server
  server.prependListener('request', (_, response) => response.setHeader('x-content-type-options', 'nosniff'))
  server.setTimeout(IDLE_MS)
  const room = keepRoom(server, MOST_CONNECTIONS)
  await listen(server, address)
  return { url: urlOf(server.address() as AddressInfo), close: () => close(server, room) }
}

function listen(server: Server, { port, host, flag }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${error.code})`
      reject(new Failure('usage', `port ${port} of ${host} ${why}; choose another with ${flag}`, { cause: error }))
    })
    server.listen(port, host, resolve)
  })
}

function urlOf({ address, family, port }: AddressInfo): string {
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/`
}

async function close(server: Server, { dismiss }: ReturnType<typeof keepRoom>): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve))
  dismiss()
  const late = setTimeout(() => server.closeAllConnections(), GRACE_MS)
  await closed
  clearTimeout(late)
}
