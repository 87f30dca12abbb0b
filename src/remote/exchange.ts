import type { ClientRequest, IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Agents } from '../network/agents.ts'
import { readBody } from '../portal/body.ts'
import type { FetchSettings } from '../portal/policy.ts'
import { formatDuration } from '../text/format.ts'
import { USER_AGENT } from '../version.ts'

/** A portal's response to a call of its API. */
export interface ApiResponse {
  readonly status: number
  header(name: string): string | undefined
  readonly text: string
}

export type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>

/** The body of a request, whose length is known before it is sent. */
export interface RequestBody {
  readonly contentType: string
  readonly length: number
  readonly chunks: () => Chunks
}

/** The maximum size of a response. A dataset takes about 1 kB for each of its resources. */
const MAX_RESPONSE_BYTES = 64 * 2 ** 20

/** For a body of this size or more, the server is asked first whether it accepts it (`Expect: 100-continue`). */
const MIN_EXPECT_BYTES = 2 ** 20
/** How long to wait for its `100 Continue`. A server that does not support `Expect` never sends one, so the body is sent anyway. */
const CONTINUE_MS = 1_000

export interface Connection {
  readonly agents: Agents
  readonly settings: FetchSettings
  readonly signal: AbortSignal
}

/**
 * Sends one request and reads the whole response. Sends a large body only after the server has seen its length, so that the server
 * can refuse a file that is too large before it is uploaded.
 */
export async function exchange(
  url: string,
  method: string,
  headers: Readonly<Record<string, string>>,
  body: RequestBody | undefined,
  { agents, settings, signal }: Connection,
): Promise<ApiResponse> {
  const { protocol } = new URL(url) as URL & { protocol: keyof Agents }
  const { request } = await (protocol === 'https:' ? import('node:https') : import('node:http'))
  const isLarge = body !== undefined && body.length >= MIN_EXPECT_BYTES
  const sent = request(url, {
    method,
    agent: agents[protocol],
    signal,
    headers: {
      'user-agent': USER_AGENT,
      accept: 'application/json',
      'accept-encoding': 'identity',
      ...headers,
      ...(body && { 'content-type': body.contentType, 'content-length': body.length }),
      ...(isLarge && { expect: '100-continue' }),
    },
  })
  const limit = new Limit(sent)
  limit.set('connection', settings.connect_timeout)
  sent.once('socket', (socket) => {
    const event = protocol === 'https:' ? 'secureConnect' : 'connect'
    // The socket to a proxy is already connected.
    if (!socket.connecting) limit.set('answer', settings.headers_timeout)
    socket.once(event, () => limit.set('answer', settings.headers_timeout))
  })
  try {
    const response = await Promise.race([responseTo(sent), sendBody(sent, body, limit, settings)])
    limit.end()
    return await readResponse(response, settings)
  } finally {
    limit.end()
    sent.destroy()
  }
}

function responseTo(sent: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.once('response', resolve)
    // After the response, errors concern its body, or a request body that the server no longer reads.
    sent.on('error', reject)
  })
}

/** Sends the body. Never resolves, because the response ends the exchange. Rejects if the body cannot be read. */
async function sendBody(
  sent: ClientRequest,
  body: RequestBody | undefined,
  limit: Limit,
  { stall_timeout, headers_timeout }: FetchSettings,
): Promise<never> {
  if (body === undefined) {
    sent.end()
    return new Promise(() => {})
  }
  if (body.length >= MIN_EXPECT_BYTES) {
    sent.flushHeaders()
    await waitForContinue(sent)
  }
  async function* withLimit(chunks: Chunks) {
    for await (const chunk of chunks) {
      limit.set('progress of the upload', stall_timeout)
      // Copy the chunk: the archive may reuse its buffer before it is sent.
      yield Buffer.from(chunk)
    }
    limit.set('answer', headers_timeout)
  }
  let failure: unknown
  const source = Readable.from(withLimit(body.chunks())).once('error', (error) => {
    failure = error
  })
  await pipeline(source, sent).catch(() => {})
  if (failure !== undefined && !sent.destroyed) sent.destroy()
  if (failure !== undefined) throw failure
  return new Promise(() => {})
}

/** Resolves when the server asks for the body, or CONTINUE_MS after the connection. Without a connection, the request fails. */
function waitForContinue(sent: ClientRequest): Promise<void> {
  return new Promise((resolve) => {
    sent.once('continue', resolve)
    const wait = () => setTimeout(resolve, CONTINUE_MS).unref()
    sent.once('socket', (socket) => (socket.connecting ? socket.once('connect', wait) : wait()))
  })
}

async function readResponse(response: IncomingMessage, settings: FetchSettings): Promise<ApiResponse> {
  const parts: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of readBody(response, settings)) {
    bytes += chunk.length
    if (bytes > MAX_RESPONSE_BYTES) throw new Error('its answer is too long')
    parts.push(Buffer.from(chunk))
  }
  return {
    status: response.statusCode!,
    header: (name) => [response.headers[name]].flat()[0],
    text: Buffer.concat(parts).toString('utf8'),
  }
}

/** Destroys a request if its next event does not arrive in time. */
class Limit {
  private timer: NodeJS.Timeout | undefined
  private hasEnded = false
  private readonly request: ClientRequest

  constructor(request: ClientRequest) {
    this.request = request
  }

  set(event: string, ms: number): void {
    clearTimeout(this.timer)
    // Even after the response, the request body may be read for a moment. That must not restart the timer.
    if (this.hasEnded) return
    this.timer = setTimeout(() => this.request.destroy(new Error(`no ${event} within ${formatDuration(ms)}`)), ms)
  }

  end(): void {
    this.hasEnded = true
    clearTimeout(this.timer)
  }
}
