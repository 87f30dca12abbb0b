import { Failure, quoted } from '../errors.ts'
import { formatBytes } from '../text/format.ts'
import { type Attempts, fetchFailure, type HttpClient, type HttpResponse, TransientError } from './http.ts'
import { PROGRESS_BYTES } from './policy.ts'
import { shownUrl } from './shownUrl.ts'
import { notFoundCause, type StatusError } from './statusError.ts'

/** The file was replaced during the download, or is gone, so the bytes received so far are useless. A new download may succeed. */
export class FileChangedError extends Error {}

/** A download in progress. */
export interface Download {
  /** After redirects, as it may be stored and published. */
  readonly url: string
  /** ISO 8601, UTC; null if unknown. */
  readonly lastModified: string | null
  readonly length: number | undefined
  /** The bytes of the file. A dropped connection is resumed. */
  readonly chunks: AsyncIterable<Uint8Array>
}

/** The headers that identify a version of a file. */
interface FileVersion {
  readonly etag: string | undefined
  readonly lastModified: string | undefined
  readonly length: number | undefined
}

/**
 * Starts a download.
 *
 * @param since download only if the file has changed since then (ISO 8601)
 * @returns undefined if it has not changed
 * @throws Failure `portal`; FileChangedError, also from `chunks`
 */
export async function download(url: string, http: HttpClient, since?: string): Promise<Download | undefined> {
  const attempts: Attempts = { failed: 0 }
  const headers = since === undefined ? {} : { 'if-modified-since': new Date(since).toUTCString() }
  const first = await http
    .withRetries(attempts, () => http.get(url, headers))
    .catch((error) => {
      // uData deletes the file to which an address redirected a moment ago.
      const notFound = notFoundCause(error)
      throw notFound === undefined || notFound.url === url ? error : goneError(notFound)
    })
  if (first.status === 304 && since !== undefined) {
    first.discard()
    return undefined
  }
  if (first.status !== 200) {
    first.discard()
    throw fetchFailure(url, `it answers ${first.status} instead of a file; nothing was published`)
  }
  refuseEncoding(first)
  const version = versionOf(first)
  const modified = Date.parse(version.lastModified ?? '')
  return {
    url: shownUrl(first.url),
    lastModified: Number.isNaN(modified) ? null : new Date(modified).toISOString(),
    length: version.length,
    chunks: downloadChunks(first, version, attempts, http),
  }
}

/** Reads the file over as many connections as it takes. */
async function* downloadChunks(
  first: HttpResponse,
  version: FileVersion,
  attempts: Attempts,
  http: HttpClient,
): AsyncIterable<Uint8Array> {
  const { url } = first
  let received = 0
  let lastProgress = 0
  let source: AsyncIterator<Uint8Array> | undefined = first.body[Symbol.asyncIterator]()
  try {
    for (;;) {
      const chunk = await http.withRetries(attempts, async () => {
        try {
          source ??= (await resume(url, received, version, http))[Symbol.asyncIterator]()
          const { value, done } = await source.next()
          if (!done) return value
          if (version.length !== undefined && received < version.length) {
            throw new TransientError(
              url,
              `it broke off after ${formatBytes(received)} of ${formatBytes(version.length)}`,
            )
          }
          return undefined
        } catch (error) {
          await source?.return?.()
          source = undefined
          throw error
        }
      })
      if (chunk === undefined) return
      received += chunk.length
      if (version.length !== undefined && received > version.length) {
        throw fetchFailure(url, `it sends more than the announced ${formatBytes(version.length)}`)
      }
      if (received > http.settings.max_export_size) {
        const limit = `${formatBytes(http.settings.max_export_size)} (max_export_size)`
        throw new Failure(
          'contract',
          `cannot fetch ${shownUrl(url)}: it is larger than ${limit}; nothing was published`,
        )
      }
      if (received - lastProgress >= PROGRESS_BYTES) {
        lastProgress = received
        attempts.failed = 0
      }
      yield chunk
    }
  } finally {
    await source?.return?.()
  }
}

/** Requests the rest of the file. If the server sends all of it, the bytes received before are skipped. */
async function resume(
  url: string,
  received: number,
  version: FileVersion,
  http: HttpClient,
): Promise<AsyncIterable<Uint8Array>> {
  const strong = version.etag?.startsWith('W/') ? undefined : version.etag
  const validator = strong ?? version.lastModified
  const headers = validator && received > 0 ? { range: `bytes=${received}-`, 'if-range': validator } : undefined
  const response = await http.get(url, headers).catch((error) => {
    const notFound = notFoundCause(error)
    throw notFound === undefined ? error : goneError(notFound)
  })
  if (response.status === 206 && isRest(response.header('content-range'), received, version)) return response.body
  // Without a validator, the bytes received before may be those of another file.
  const isSafe = received === 0 || validator !== undefined
  if (response.status === 200 && isSafe && isSame(versionOf(response), version)) {
    return skipBytes(response.body, received)
  }
  response.discard()
  const why = isSafe
    ? 'it changed during the download'
    : `it broke off after ${formatBytes(received)}, and the server sends neither ETag nor Last-Modified`
  throw new FileChangedError(`cannot resume ${shownUrl(url)}: ${why}`)
}

/** Creates the error for a file that no longer exists. */
export function goneError({ url, status }: StatusError): FileChangedError {
  return new FileChangedError(`cannot fetch ${shownUrl(url)}: it answers ${status}`)
}

function isRest(contentRange: string | undefined, received: number, { length }: FileVersion): boolean {
  const [, start, , total] = /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(contentRange ?? '') ?? []
  return Number(start) === received && (length === undefined || total === '*' || Number(total) === length)
}

async function* skipBytes(body: AsyncIterable<Uint8Array>, count: number): AsyncIterable<Uint8Array> {
  let bytesToSkip = count
  for await (const chunk of body) {
    if (chunk.length > bytesToSkip) yield chunk.subarray(bytesToSkip)
    bytesToSkip = Math.max(0, bytesToSkip - chunk.length)
  }
}

function versionOf({ header }: HttpResponse): FileVersion {
  const length = header('content-length')
  return {
    etag: header('etag'),
    lastModified: header('last-modified'),
    length: length !== undefined && /^\d+$/.test(length) ? Number(length) : undefined,
  }
}

function isSame(a: FileVersion, b: FileVersion): boolean {
  return a.etag === b.etag && a.lastModified === b.lastModified && a.length === b.length
}

/** Refuses a `Content-Encoding` other than gzip, which the reader recognizes by its first bytes. */
function refuseEncoding(response: HttpResponse): void {
  const encoding = response.header('content-encoding') ?? 'identity'
  if (/^(identity|x-gzip|gzip)$/i.test(encoding)) return
  response.discard()
  throw fetchFailure(response.url, `it is sent in the unsupported encoding ${quoted(encoding)}`)
}
