import { createServer, type Server, type ServerOptions } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createAdaptorServer } from '@hono/node-server'
import type { Hono } from 'hono'
import type { World } from '../context.ts'
import { Failure } from '../errors.ts'
import { createApp } from './app.ts'
import { keepRoom } from './connections.ts'
import { createEditions } from './editions.ts'
import { createPages } from './pages/pages.tsx'

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

interface Address {
  readonly port: number
  readonly host: string
}

export interface Listening {
  /** Where it is served: `http://127.0.0.1:8000/`. */
  readonly url: string
  close(): Promise<void>
}

/**
 * Serves everything: pages, API and feeds.
 *
 * @param address port 0 is any free one
 * @throws Failure `usage` when the address is not to be had
 */
export async function startServer(world: World, address: Address): Promise<Listening> {
  const editions = createEditions(world)
  const pages = await createPages(world, editions)
  return serveApp(createApp(world, editions, { pages }), address)
}

/** Serves one function from request to response, within the limits that keep the process on its feet. */
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

function listen(server: Server, { port, host }: Address): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'is in use' : `cannot be listened on (${error.code})`
      reject(new Failure('usage', `port ${port} of ${host} ${why}; choose another with --port`, { cause: error }))
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
