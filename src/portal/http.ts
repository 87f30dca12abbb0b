import type { Agent, ClientRequest, IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, quoted } from '../errors.ts'
import { formatDuration, pluralize } from '../text/format.ts'
import { USER_AGENT } from '../version.ts'
import { isPrivateAddress } from './addresses.ts'
import { type FetchPolicy, MAX_REDIRECTS, MAX_RETRY_AFTER, parseRetryAfter, pauseBefore } from './policy.ts'
import { StatusError } from './statusError.ts'

type Headers = Readonly<Record<string, string>>

/** A response whose body has not been read yet. */
export interface HttpResponse {
  /** After redirects. */
  readonly url: string
  readonly status: number
  header(name: string): string | undefined
  readonly body: AsyncIterable<Uint8Array>
  /** Closes the connection without reading the body. */
  discard(): void
}

/** A failed request that a retry may save. */
export class TransientError extends Error {
  readonly url: string
  readonly reason: string
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfter: number | undefined

  constructor(url: string, reason: string, retryAfter?: number, options?: { cause: unknown }) {
    super(`${url}: ${reason}`, options)
    this.url = url
    this.reason = reason
    this.retryAfter = retryAfter
  }
}

/** Counts the consecutive failures of a request or a download. */
export interface Attempts {
  failed: number
}

/** How much of a body is received ahead of its reader. With less, the connection stops and starts too often. */
const READ_AHEAD_BYTES = 1 << 18

const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308])

type HttpModule = Pick<typeof import('node:http'), 'request' | 'Agent'>

/** Fetches the portal's metadata and exports: GET with redirects, time limits and retries. */
export class HttpClient {
  readonly policy: FetchPolicy
  private readonly signal: AbortSignal
  private readonly warn: (line: string) => void
  private readonly modules: Readonly<Record<string, HttpModule>>
  private readonly agents: Readonly<Record<string, Agent>>
  private readonly openRequests = new Set<ClientRequest>()
  private hasMetPublicAddress = false

  /** @param warn receives one line for each retry */
  static async open(policy: FetchPolicy, signal: AbortSignal, warn: (line: string) => void): Promise<HttpClient> {
    const modules = { 'http:': await import('node:http'), 'https:': await import('node:https') }
    return new HttpClient(policy, signal, warn, modules)
  }

  private constructor(
    policy: FetchPolicy,
    signal: AbortSignal,
    warn: (line: string) => void,
    modules: Readonly<Record<'http:' | 'https:', HttpModule>>,
  ) {
    this.policy = policy
    this.signal = signal
    this.warn = warn
    this.modules = modules
    // A run sends six requests. With a connection each, none is sent over one that the server has just closed.
    const options = { keepAlive: false, highWaterMark: READ_AHEAD_BYTES }
    this.agents = { 'http:': new modules['http:'].Agent(options), 'https:': new modules['https:'].Agent(options) }
  }

  /** Sends a GET and follows redirects. @throws TransientError; Failure `portal` if a retry cannot help */
  async get(url: string, headers: Headers = {}): Promise<HttpResponse> {
    let target = url
    for (let redirects = 0; ; redirects++) {
      const response = await this.getOnce(target, headers)
      if (!REDIRECT_STATUSES.has(response.status)) return response
      response.discard()
      if (redirects === MAX_REDIRECTS) {
        throw fetchFailure(url, `it redirects more than ${MAX_REDIRECTS} times. Check the portal.`)
      }
      target = redirectTarget(target, response.header('location'))
    }
  }

  /** Repeats `body` after each TransientError, up to the policy's `retries`. */
  async withRetries<T>(attempts: Attempts, body: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await body()
      } catch (error) {
        if (!(error instanceof TransientError)) throw error
        attempts.failed++
        await this.pauseAfter(error, attempts.failed)
      }
    }
  }

  close(): void {
    for (const request of this.openRequests) request.destroy()
  }

  private async pauseAfter(error: TransientError, failed: number): Promise<void> {
    const { url, reason, retryAfter, message } = error
    if (failed > this.policy.retries) {
      const attempts = pluralize(failed, 'attempt')
      throw fetchFailure(url, `${reason} (${attempts}); nothing was published. Try again later.`, error)
    }
    if (retryAfter !== undefined && retryAfter > MAX_RETRY_AFTER) {
      const wait = `${reason} and asks to wait ${formatDuration(retryAfter)}`
      throw fetchFailure(url, `${wait}; nothing was published. Try again then.`, error)
    }
    const pause = retryAfter ?? pauseBefore(failed, this.policy, Math.random())
    this.warn(`${message}; retrying in ${formatDuration(pause)} (${failed} of ${this.policy.retries})`)
    await sleep(pause, undefined, { signal: this.signal }).catch(() => this.signal.throwIfAborted())
  }

  private async getOnce(url: string, headers: Headers): Promise<HttpResponse> {
    const response = await this.send(url, headers).catch((error) => {
      throw this.asTransient(url, error)
    })
    const status = response.statusCode!
    const header = (name: string) => [response.headers[name]].flat()[0]
    const discard = () => void response.on('error', () => {}).destroy()
    if (status < 400 || status === 416) return { url, status, header, body: this.readBody(url, response), discard }
    discard()
    if (status === 429 || status >= 500) {
      throw new TransientError(url, `it answers ${status}`, parseRetryAfter(header('retry-after'), Date.now()))
    }
    const why = `it answers ${status}, which a retry will not change`
    throw fetchFailure(url, `${why}. Check the settings portal and catalogue.`, new StatusError(url, status))
  }

  /** Sends one GET; resolves when the response starts. */
  private async send(url: string, headers: Headers): Promise<IncomingMessage> {
    const { protocol, origin } = new URL(url)
    const request = this.modules[protocol]!.request(url, {
      agent: this.agents[protocol],
      signal: this.signal,
      headers: { 'user-agent': USER_AGENT, accept: '*/*', 'accept-encoding': 'identity', ...headers },
    })
    this.openRequests.add(request)
    const stopTimer = this.limitWait(request, protocol)
    request.once('socket', (socket) => {
      // Only the connected address counts: a name may resolve to another address each time.
      socket.once('connect', () => this.checkAddress(request, origin, socket.remoteAddress ?? ''))
    })
    return new Promise<IncomingMessage>((resolve, reject) => {
      request.on('response', resolve)
      request.on('error', reject)
      request.on('close', () => this.openRequests.delete(request))
      request.end()
    }).finally(stopTimer)
  }

  /** Destroys a request that is not connected, or not answered, in time. @returns a function that stops the timer */
  private limitWait(request: ClientRequest, protocol: string): () => void {
    const { connectTimeout, headersTimeout } = this.policy
    const fail = (what: string, ms: number) =>
      setTimeout(() => request.destroy(new Error(`no ${what} within ${formatDuration(ms)}`)), ms)
    let timer = fail('connection', connectTimeout)
    request.once('socket', (socket) =>
      socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        clearTimeout(timer)
        timer = fail('answer', headersTimeout)
      }),
    )
    return () => clearTimeout(timer)
  }

  /** Destroys a request to a private address if an earlier one reached a public address: a redirect must not lead inside. */
  private checkAddress(request: ClientRequest, origin: string, address: string): void {
    const isPrivate = isPrivateAddress(address)
    if (this.hasMetPublicAddress && isPrivate) {
      request.destroy(fetchFailure(origin, `a public portal must not lead to the private address ${address}`))
    }
    this.hasMetPublicAddress ||= !isPrivate
  }

  private async *readBody(url: string, response: IncomingMessage): AsyncIterable<Uint8Array> {
    const { stallTimeout } = this.policy
    const chunks = response[Symbol.asyncIterator]()
    try {
      for (;;) {
        // The timer runs only while a chunk is awaited: a slow reader is fine.
        const timer = setTimeout(() => {
          response.destroy(new Error(`no byte for ${formatDuration(stallTimeout)}`))
        }, stallTimeout)
        const { value, done } = await chunks.next().finally(() => clearTimeout(timer))
        if (done) return
        yield value
      }
    } catch (error) {
      throw this.asTransient(url, error)
    } finally {
      response.destroy()
    }
  }

  private asTransient(url: string, error: unknown): unknown {
    if (this.signal.aborted) return this.signal.reason
    if (error instanceof Failure || error instanceof TransientError) return error
    return new TransientError(url, reasonOf(error as NodeJS.ErrnoException), undefined, { cause: error })
  }
}

/** Creates the error of a fetch that a retry cannot save, or that was retried in vain. */
export function fetchFailure(source: string, reason: string, cause?: unknown): Failure {
  return new Failure('portal', `cannot fetch ${source}: ${reason}`, { cause })
}

/** @throws Failure `portal` if the redirect must not be followed */
function redirectTarget(from: string, location: string | undefined): string {
  if (location === undefined || !URL.canParse(location, from)) {
    throw new Failure('portal', `cannot follow the redirect of ${from}: ${quoted(location ?? '')} is not an address`)
  }
  const target = new URL(location, from)
  const isHttp = target.protocol === 'http:' || target.protocol === 'https:'
  if (!isHttp || (from.startsWith('https:') && target.protocol === 'http:')) {
    throw new Failure('portal', `cannot follow the redirect of ${from}: ${quoted(target.href)} is not a safe address`)
  }
  return target.href
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'the connection is refused'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name cannot be resolved (no network, or a typing error in the address)'
    default:
      return (error.message || error.code || String(error)).split('\n')[0]!
  }
}
