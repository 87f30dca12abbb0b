import { Failure } from '../errors.ts'
import { bytes } from '../terminal/format.ts'
import { type Answer, type Attempts, type Http, Passing } from './http.ts'
import { PROGRESS_BYTES } from './policy.ts'

/** The file became another one while it was fetched: what arrived so far is worth nothing. */
export class Replaced extends Error {}

/** A file that is being fetched. */
export interface Download {
  /** After redirects. */
  readonly url: string
  /** ISO 8601, UTC; null when the server does not say. */
  readonly lastModified: string | null
  readonly length: number | undefined
  /** Its bytes, whatever happens on the way: a connection that drops is taken up where it broke. */
  readonly chunks: AsyncIterable<Uint8Array>
}

/** What tells one version of a file from another. */
interface Version {
  readonly etag: string | undefined
  readonly lastModified: string | undefined
  readonly length: number | undefined
}

/**
 * Begins to fetch a file.
 *
 * @param since only when the file has changed since then (ISO 8601)
 * @returns undefined when it has not
 * @throws Failure `portal`; Replaced, also from `chunks`
 */
export async function download(url: string, http: Http, since?: string): Promise<Download | undefined> {
  const attempts: Attempts = { failed: 0 }
  const headers = since === undefined ? {} : { 'if-modified-since': new Date(since).toUTCString() }
  const first = await http.persist(attempts, () => http.get(url, headers))
  if (first.status === 304 && since !== undefined) {
    first.discard()
    return undefined
  }
  if (first.status !== 200) {
    first.discard()
    throw new Failure('portal', `${url} answers ${first.status} where a file was expected; nothing was published`)
  }
  refuseEncoding(first)
  const version = versionOf(first)
  const modified = Date.parse(version.lastModified ?? '')
  return {
    url: first.url,
    lastModified: Number.isNaN(modified) ? null : new Date(modified).toISOString(),
    length: version.length,
    chunks: chunksOf(first, version, attempts, http),
  }
}

/** The file's bytes, over as many connections as it takes. */
async function* chunksOf(first: Answer, version: Version, attempts: Attempts, http: Http): AsyncIterable<Uint8Array> {
  const { url } = first
  let received = 0
  let progressAt = 0
  let next: AsyncIterator<Uint8Array> | undefined = first.body[Symbol.asyncIterator]()
  try {
    for (;;) {
      const chunk = await http.persist(attempts, async () => {
        try {
          next ??= (await resume(url, received, version, http))[Symbol.asyncIterator]()
          const { value, done } = await next.next()
          if (!done) return value
          if (version.length !== undefined && received < version.length) {
            throw new Passing(`${url} broke off after ${bytes(received)} of ${bytes(version.length)}`)
          }
          return undefined
        } catch (error) {
          await next?.return?.()
          next = undefined
          throw error
        }
      })
      if (chunk === undefined) return
      received += chunk.length
      if (version.length !== undefined && received > version.length) {
        throw new Failure('portal', `${url} sent more than the ${bytes(version.length)} that it announced`)
      }
      if (received > http.policy.mostBytes) {
        const limit = `larger than ${bytes(http.policy.mostBytes)} (max_export_size)`
        throw new Failure('contract', `${url} is ${limit}; nothing was published`)
      }
      if (received - progressAt >= PROGRESS_BYTES) {
        progressAt = received
        attempts.failed = 0
      }
      yield chunk
    }
  } finally {
    await next?.return?.()
  }
}

/** Asks for the rest of the file. A server that sends all of it again is listened to from where we are. */
async function resume(url: string, received: number, version: Version, http: Http): Promise<AsyncIterable<Uint8Array>> {
  const strong = version.etag?.startsWith('W/') ? undefined : version.etag
  const validator = strong ?? version.lastModified
  const headers = validator && received > 0 ? { range: `bytes=${received}-`, 'if-range': validator } : undefined
  const answer = await http.get(url, headers)
  if (answer.status === 206 && isRest(answer.header('content-range'), received, version)) return answer.body
  // Nothing but a validator proves that the bytes before are those of the same file.
  const provable = received === 0 || validator !== undefined
  if (answer.status === 200 && provable && isSame(versionOf(answer), version)) {
    return skipping(answer.body, received)
  }
  answer.discard()
  const broken = `${url} broke off after ${bytes(received)}, and the server says nothing by which to take it up`
  throw new Replaced(provable ? `${url} changed while it was fetched` : broken)
}

function isRest(contentRange: string | undefined, received: number, { length }: Version): boolean {
  const [, start, , total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(contentRange ?? '') ?? []
  return Number(start) === received && (length === undefined || total === '*' || Number(total) === length)
}

async function* skipping(body: AsyncIterable<Uint8Array>, count: number): AsyncIterable<Uint8Array> {
  let left = count
  for await (const chunk of body) {
    if (chunk.length > left) yield chunk.subarray(left)
    left = Math.max(0, left - chunk.length)
  }
}

function versionOf(answer: Answer): Version {
  const length = answer.header('content-length')
  return {
    etag: answer.header('etag'),
    lastModified: answer.header('last-modified'),
    length: length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined,
  }
}

function isSame(a: Version, b: Version): boolean {
  return a.etag === b.etag && a.lastModified === b.lastModified && a.length === b.length
}

/** Plain bytes were asked for. gzip is understood all the same; it is recognised by its first bytes. */
function refuseEncoding(answer: Answer): void {
  const encoding = answer.header('content-encoding') ?? 'identity'
  if (/^(identity|x-gzip|gzip)$/i.test(encoding)) return
  answer.discard()
  throw new Failure('portal', `${answer.url} comes in the encoding ${encoding}, which was not asked for`)
}
