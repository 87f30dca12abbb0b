import type { IncomingMessage, ServerResponse } from 'node:http'
import { getRequestListener } from '@hono/node-server'
import type { Hono } from 'hono'
import { LRUCache } from 'lru-cache'
import { matchesEtag } from './body.ts'
import { withoutTracking } from './pages/paths.ts'

/** How long a response is sent again without calling the app. The app itself caches its reads for as long. */
const FRESH_MS = 1_000
const CACHE_BYTES = 32 * 2 ** 20

interface RecentResponse {
  readonly bytes: Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

/** The environment of a request that reaches the app. */
export interface RequestEnvironment {
  /** Keeps the response of this request for the same requests of the next second. */
  keep?(response: RecentResponse): void
}

type Listener = (request: IncomingMessage, response: ServerResponse) => void

/** The headers on which a response depends. */
const VARYING_HEADERS = ['host', 'accept', 'accept-language', 'accept-encoding'] as const

/**
 * Creates the listener that answers requests with an app. A response that was made within the last second is sent again without
 * the app, which would take several times as long to route the request.
 */
export function createListener(app: Hono): Listener {
  const recent = new LRUCache<string, RecentResponse>({
    maxSize: CACHE_BYTES,
    // Address and headers can be longer than the response: a client may send 16 kB of them.
    sizeCalculation: ({ bytes }, key) => bytes.length + 2 * key.length + 1_000,
    ttl: FRESH_MS,
  })
  const callApp = getRequestListener(
    (request, environment) => {
      const { incoming } = environment as { incoming: IncomingMessage }
      const keep = (response: RecentResponse) => void recent.set(keyOf(incoming), response)
      return app.fetch(request, { ...environment, ...(incoming.method === 'GET' && { keep }) })
    },
    // For HTTP/1.0 requests without a Host header.
    { hostname: 'localhost' },
  )
  return (incoming, outgoing) => {
    const found = incoming.method === 'GET' ? recent.get(keyOf(incoming)) : undefined
    if (found === undefined) void callApp(incoming, outgoing)
    else send(found, incoming.headers['if-none-match'], outgoing)
  }
}

const keyOf = ({ url = '', headers }: IncomingMessage) =>
  `${withoutTracking(url)} ${VARYING_HEADERS.map((name) => headers[name]).join('\n')}`

function send({ bytes, headers }: RecentResponse, ifNoneMatch: string | undefined, outgoing: ServerResponse): void {
  if (!matchesEtag(ifNoneMatch, headers.etag!)) return void outgoing.writeHead(200, headers).end(bytes)
  const { 'content-type': _type, 'content-length': _length, 'content-encoding': _encoding, ...others } = headers
  outgoing.writeHead(304, others).end()
}
