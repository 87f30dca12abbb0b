import type { IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, quoted } from '../errors.ts'
import { type ProxySettings, proxyFor } from '../network/proxy.ts'
import {
  fromProxyRemedy,
  isCertificateError,
  mayBeFromProxy,
  ProxyError,
  proxyRefusal,
  reasonOf,
} from '../network/reason.ts'
import { formatDuration, pluralize } from '../text/format.ts'
import { readBody } from './body.ts'
import { Connections, PrivateAddressError } from './connections.ts'
import { type FetchSettings, MAX_REDIRECTS, MAX_RETRY_AFTER, parseRetryAfter, pauseBefore } from './policy.ts'
import { shownUrl } from './shownUrl.ts'
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

/** A failed request that may succeed on a retry. */
export class TransientError extends Error {
  constructor(
    readonly url: string,
    readonly reason: string,
    /** How long the server asks to wait, in milliseconds. */
    readonly retryAfter?: number,
    options?: { cause: unknown },
  ) {
    super(`${shownUrl(url)}: ${reason}`, options)
  }
}

/** Counts the consecutive failures of a request or a download. */
export interface Attempts {
  failed: number
}

const REDIRECT_STATUSES = new Set([301, 302, 303, 307, 308])

/** Fetches the portal's metadata and exports: GET with redirects, time limits and retries. */
export class HttpClient {
  /**
   * @param warn receives one line for each retry
   * @param toCheck what to check if an address answers with an error that a retry cannot fix
   */
  static async open(
    settings: FetchSettings & ProxySettings,
    signal: AbortSignal,
    warn: (line: string) => void,
    toCheck = 'the settings portal and catalogue',
  ): Promise<HttpClient> {
    return new HttpClient(settings, warn, await Connections.open(settings, signal), toCheck)
  }

  private constructor(
    readonly settings: FetchSettings & ProxySettings,
    private readonly warn: (line: string) => void,
    private readonly connections: Connections,
    private readonly toCheck: string,
  ) {}

  /** Sends a GET and follows redirects. @throws TransientError; Failure `portal` if a retry cannot help */
  async get(url: string, headers: Headers = {}): Promise<HttpResponse> {
    let target = url
    for (let redirects = 0; ; redirects++) {
      const response = await this.getOnce(target, headers)
      if (!REDIRECT_STATUSES.has(response.status)) return response
      response.discard()
      if (redirects === MAX_REDIRECTS) {
        throw fetchFailure(url, `it redirects more than ${MAX_REDIRECTS} times. Check ${this.toCheck}.`)
      }
      target = redirectTarget(target, response.header('location'))
    }
  }

  /** Repeats `body` after each TransientError, up to the setting `retries`. */
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
    this.connections.close()
  }

  private async pauseAfter(error: TransientError, failed: number): Promise<void> {
    const { url, reason, retryAfter, message } = error
    if (failed > this.settings.retries) {
      const attempts = pluralize(failed, 'attempt')
      throw fetchFailure(url, `${reason} (${attempts}); nothing was published. Try again later.`, error)
    }
    if (retryAfter !== undefined && retryAfter > MAX_RETRY_AFTER) {
      const wait = `${reason} and asks to wait ${formatDuration(retryAfter)}`
      throw fetchFailure(url, `${wait}; nothing was published. Try again then.`, error)
    }
    const pause = retryAfter ?? pauseBefore(failed, this.settings, Math.random())
    this.warn(`${message}; retrying in ${formatDuration(pause)} (${failed} of ${this.settings.retries})`)
    const { signal } = this.connections
    await sleep(pause, undefined, { signal }).catch(() => signal.throwIfAborted())
  }

  private async getOnce(url: string, headers: Headers): Promise<HttpResponse> {
    const response = await this.connections.get(url, headers).catch((error) => {
      throw this.asTransient(url, error)
    })
    const status = response.statusCode!
    const header = (name: string) => [response.headers[name]].flat()[0]
    const discard = () => void response.on('error', () => {}).destroy()
    if (status < 400 || status === 416) return { url, status, header, body: this.read(url, response), discard }
    discard()
    throw this.statusFailure(url, status, header('retry-after'))
  }

  private async *read(url: string, response: IncomingMessage): AsyncIterable<Uint8Array> {
    try {
      yield* readBody(response, this.settings)
    } catch (error) {
      throw this.asTransient(url, error)
    }
  }

  private statusFailure(url: string, status: number, retryAfter: string | undefined): Error {
    const proxy = proxyFor(url, this.settings)
    if (status === 407 && proxy !== undefined)
      return this.proxyFailure(url, proxyRefusal(proxy, status, new URL(url).host))
    const what = `it answers ${status}${this.route(url)}`
    if (status === 429 || status >= 500) return new TransientError(url, what, parseRetryAfter(retryAfter, Date.now()))
    const why = `${what}, which a retry will not change`
    const advice =
      proxy !== undefined && mayBeFromProxy(proxy, status)
        ? `If the answer is ${fromProxyRemedy(proxy, status, new URL(url).host)}, or else check ${this.toCheck}.`
        : `Check ${this.toCheck}.`
    return fetchFailure(url, `${why}. ${advice}`, new StatusError(url, status))
  }

  private asTransient(url: string, error: unknown): unknown {
    const { signal } = this.connections
    if (signal.aborted) return signal.reason
    if (error instanceof Failure || error instanceof TransientError) return error
    if (error instanceof PrivateAddressError) return fetchFailure(url, error.message)
    if (error instanceof ProxyError) return this.proxyFailure(url, error)
    const cause = error as NodeJS.ErrnoException
    if (isCertificateError(cause)) return fetchFailure(url, reasonOf(cause), error)
    return new TransientError(url, `${reasonOf(cause, this.settings)}${this.route(url)}`, undefined, {
      cause: error,
    })
  }

  private proxyFailure(url: string, error: ProxyError): Error {
    const { message, retryable } = error
    return retryable ? new TransientError(url, message, undefined, { cause: error }) : fetchFailure(url, message, error)
  }

  /** Describes the proxy for an address, to complete an error message. */
  private route(url: string): string {
    const proxy = proxyFor(url, this.settings)
    return proxy === undefined ? '' : ` through the proxy ${proxy.origin}`
  }
}

/** Creates the failure of a fetch that a retry cannot help, or whose retries have failed. */
export function fetchFailure(source: string, reason: string, cause?: unknown): Failure {
  return new Failure('portal', `cannot fetch ${shownUrl(source)}: ${reason}`, { cause })
}

/** @throws Failure `portal` if the redirect must not be followed */
function redirectTarget(from: string, location: string | undefined): string {
  const refuse = (to: string, why: string) =>
    new Failure('portal', `cannot follow the redirect of ${shownUrl(from)}: ${quoted(shownUrl(to))} is not ${why}`)
  if (location === undefined || !URL.canParse(location, from)) throw refuse(location ?? '', 'an address')
  const target = new URL(location, from)
  const isHttp = target.protocol === 'http:' || target.protocol === 'https:'
  if (!isHttp || (from.startsWith('https:') && target.protocol === 'http:')) throw refuse(target.href, 'a safe address')
  return target.href
}
