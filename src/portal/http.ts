import type { ClientRequest, IncomingMessage } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { Failure, quoted } from '../errors.ts'
import { duration } from '../terminal/format.ts'
import { VERSION } from '../version.ts'
import { isPrivate } from './addresses.ts'
import { type FetchPolicy, MOST_REDIRECTS, MOST_RETRY_AFTER, pauseBefore, retryAfter } from './policy.ts'

type Headers = Readonly<Record<string, string>>

/** An answer whose body has yet to come. */
export interface Answer {
  /** After redirects. */
  readonly url: string
  readonly status: number
  header(name: string): string | undefined
  readonly body: AsyncIterable<Uint8Array>
  /** Gives the body up. */
  discard(): void
}

/** What may pass when it is tried again, and how long the server asks to wait first. */
export class Passing extends Error {
  readonly wait: number | undefined

  constructor(message: string, wait?: number, options?: { cause: unknown }) {
    super(message, options)
    this.wait = wait
  }
}

/** A client for one fetch: metadata and both exports. It is closed when that is over. */
export interface Http {
  readonly policy: FetchPolicy
  /** One GET with its redirects. @throws Passing, or Failure `portal` for what no new try can mend */
  get(url: string, headers?: Headers): Promise<Answer>
  /** Does something until it succeeds, fails for good, or has been tried often enough. Each new try is told in one line. */
  persist<T>(attempts: Attempts, body: () => Promise<T>): Promise<T>
  close(): Promise<void>
}

/** How many tries of a request or download have failed in a row. */
export interface Attempts {
  failed: number
}

/** So much of a body is received ahead of whoever takes it; with less, reading stops and starts again too often. */
const AHEAD_BYTES = 1 << 18

const STATUS_REDIRECT = new Set([301, 302, 303, 307, 308])

/** A client that keeps to a policy. @param tell is told of each new try in one line */
export async function openHttp(policy: FetchPolicy, signal: AbortSignal, tell: (line: string) => void): Promise<Http> {
  const [http, https] = [await import('node:http'), await import('node:https')]
  // Each request has a connection of its own: there are six of them in a run, and none is left to a server that has closed it.
  const options = { keepAlive: false, highWaterMark: AHEAD_BYTES }
  const agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) }
  const underway = new Set<ClientRequest>()
  let metPublic = false

  async function get(url: string, headers: Headers = {}): Promise<Answer> {
    let at = url
    for (let redirects = 0; ; redirects++) {
      const answer = await once(at, headers)
      if (!STATUS_REDIRECT.has(answer.status)) return answer
      answer.discard()
      if (redirects === MOST_REDIRECTS) {
        throw new Failure('portal', `${url} redirects more than ${MOST_REDIRECTS} times; the portal is misconfigured`)
      }
      at = redirectTarget(at, answer.header('location'))
    }
  }

  async function once(url: string, headers: Headers): Promise<Answer> {
    const response = await send(url, headers).catch((error) => {
      throw passing(url, error)
    })
    const status = response.statusCode!
    const header = (name: string) => [response.headers[name]].flat()[0]
    const discard = () => void response.on('error', () => {}).destroy()
    if (status === 429 || status >= 500) {
      discard()
      throw new Passing(`${url} answers ${status}`, retryAfter(header('retry-after'), Date.now()))
    }
    if (status >= 400 && status !== 416) {
      discard()
      throw new Failure(
        'portal',
        `${url} answers ${status}; check the address (portal, catalogue), it will not answer otherwise`,
      )
    }
    return { url, status, header, body: bodyOf(url, response), discard }
  }

  /** Sends one GET; resolves when its answer begins. */
  async function send(url: string, headers: Headers): Promise<IncomingMessage> {
    const { protocol, host } = new URL(url)
    const { request } = protocol === 'https:' ? https : http
    const sent = request(url, {
      agent: agents[protocol as keyof typeof agents],
      signal,
      headers: { 'user-agent': `datagouv-tops/${VERSION}`, accept: '*/*', 'accept-encoding': 'identity', ...headers },
    })
    underway.add(sent)
    const give = (reason: string) => () => sent.destroy(new Error(reason))
    let late = setTimeout(give(`no connection within ${duration(policy.connectTimeout)}`), policy.connectTimeout)
    sent.once('socket', (socket) => {
      // The address is judged where the connection stands: a name may resolve to another one each time it is asked.
      socket.once('connect', () => {
        const address = socket.remoteAddress ?? ''
        if (metPublic && isPrivate(address)) {
          const what = `${protocol}//${host} is the private address ${address}; a public portal may not lead there`
          sent.destroy(new Failure('portal', what))
        }
        metPublic ||= !isPrivate(address)
      })
      socket.once(protocol === 'https:' ? 'secureConnect' : 'connect', () => {
        clearTimeout(late)
        late = setTimeout(give(`no answer within ${duration(policy.headersTimeout)}`), policy.headersTimeout)
      })
    })
    return new Promise<IncomingMessage>((resolve, reject) => {
      sent.on('response', resolve)
      sent.on('error', reject)
      sent.on('close', () => underway.delete(sent))
      sent.end()
    }).finally(() => clearTimeout(late))
  }

  async function* bodyOf(url: string, response: IncomingMessage): AsyncIterable<Uint8Array> {
    const chunks = response[Symbol.asyncIterator]()
    try {
      for (;;) {
        // Whoever reads slowly may: only the wait for a byte counts.
        const stalled = setTimeout(() => {
          response.destroy(new Error(`no byte for ${duration(policy.stallTimeout)}`))
        }, policy.stallTimeout)
        const { value, done } = await chunks.next().finally(() => clearTimeout(stalled))
        if (done) return
        yield value
      }
    } catch (error) {
      throw passing(url, error)
    } finally {
      response.destroy()
    }
  }

  function passing(url: string, error: unknown): unknown {
    if (signal.aborted) return signal.reason
    if (error instanceof Failure || error instanceof Passing) return error
    return new Passing(`${url}: ${reasonOf(error as NodeJS.ErrnoException)}`, undefined, { cause: error })
  }

  return {
    policy,
    get,
    persist: async (attempts, body) => {
      for (;;) {
        try {
          return await body()
        } catch (error) {
          if (!(error instanceof Passing)) throw error
          attempts.failed++
          if (attempts.failed > policy.retries) {
            const tries = `gave up after ${attempts.failed} ${attempts.failed === 1 ? 'try' : 'tries'}`
            throw new Failure('portal', `${error.message}; ${tries}, nothing was published. Run it again later`, {
              cause: error,
            })
          }
          if (error.wait !== undefined && error.wait > MOST_RETRY_AFTER) {
            const asks = `and asks to come back in ${duration(error.wait)}`
            throw new Failure('portal', `${error.message} ${asks}; nothing was published. Run it again then`, {
              cause: error,
            })
          }
          const wait = error.wait ?? pauseBefore(attempts.failed, policy, Math.random())
          tell(`${error.message}; trying again in ${duration(wait)} (${attempts.failed} of ${policy.retries})`)
          await sleep(wait, undefined, { signal }).catch(() => signal.throwIfAborted())
        }
      }
    },
    close: async () => {
      for (const sent of underway) sent.destroy()
    },
  }
}

/** @throws Failure `portal` for a redirect that is not followed */
function redirectTarget(from: string, location: string | undefined): string {
  if (location === undefined || !URL.canParse(location, from)) {
    throw new Failure('portal', `${from} redirects to nowhere (${quoted(location ?? '')}); the portal is misconfigured`)
  }
  const target = new URL(location, from)
  const isHttp = target.protocol === 'http:' || target.protocol === 'https:'
  if (!isHttp || (from.startsWith('https:') && target.protocol === 'http:')) {
    throw new Failure('portal', `${from} redirects to ${quoted(target.href)}, which is not followed: not a safe scheme`)
  }
  return target.href
}

function reasonOf(error: NodeJS.ErrnoException): string {
  switch (error.code) {
    case 'ECONNREFUSED':
      return 'the connection is refused'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the name is not known (no network, or a mistake in the address)'
    default:
      return (error.message || error.code || String(error)).split('\n')[0]!
  }
}
