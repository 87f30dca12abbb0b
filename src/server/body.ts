import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, brotliCompressSync, constants, gzip, gzipSync } from 'node:zlib'
import type { Context as HonoContext } from 'hono'
import type { RequestEnvironment } from './recentResponses.ts'

/** A smaller body is not worth compressing. */
const MIN_COMPRESSED_BYTES = 1_000
/** A smaller body takes a quarter of a millisecond to compress, half as long as handing it to another thread. */
const MAX_SYNC_BYTES = 16_000
/** Takes as long as gzip and saves a fifth more. */
const BROTLI_QUALITY = 5

export const CSV_CONTENT_TYPE = 'text/csv; charset=utf-8; header=present'

type Bytes = Uint8Array<ArrayBuffer>
type Encoding = 'br' | 'gzip'

/** A response body that is sent many times: it is serialized and hashed once, and compressed on the first request for it. */
export interface Body {
  readonly type: string
  readonly plain: Bytes
  readonly etag: string
  /** Returns the compressed bytes; the plain ones if they are not worth compressing. */
  compressed(encoding: Encoding): Promise<Bytes>
}

/** Creates a body. Its ETag comes from its content. */
export function createBody(text: string, type: string): Body {
  const plain = new TextEncoder().encode(text)
  return bodyOfBytes(plain, type, etagOf(plain))
}

/** Returns a weak ETag, because the compressed bytes differ for the same content. */
export function etagOf(content: Uint8Array | string): string {
  return `W/"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`
}

/** Creates a body whose ETag is known. */
export function bodyOfBytes(plain: Bytes, type: string, etag: string): Body {
  const compressed = new Map<Encoding, Promise<Bytes>>()
  return {
    type,
    plain,
    compressed: async (encoding) => {
      if (plain.length < MIN_COMPRESSED_BYTES) return plain
      const bytes = compressed.get(encoding) ?? compress(plain, encoding).then((found) => Uint8Array.from(found))
      compressed.set(encoding, bytes)
      return bytes
    },
    etag,
  }
}

/** Compresses large bodies in another thread, because that takes longer than other requests should wait. */
async function compress(plain: Bytes, encoding: Encoding): Promise<Uint8Array> {
  const isSmall = plain.length < MAX_SYNC_BYTES
  if (encoding === 'gzip') return isSmall ? gzipSync(plain) : promisify(gzip)(plain)
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
  }
  return isSmall ? brotliCompressSync(plain, { params }) : promisify(brotliCompress)(plain, { params })
}

/** Responds with a body, compressed if the client accepts that, or with 304 if the client already has it. */
export async function respond(
  c: HonoContext,
  body: Body,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const { type, plain, etag } = body
  const facts = { etag, vary: 'Accept-Encoding', ...headers }
  if (matchesEtag(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers: facts })
  const accepted = acceptedEncoding(c.req.header('accept-encoding'))
  const bytes = accepted === undefined ? plain : await body.compressed(accepted)
  const encoding = bytes === plain ? undefined : { 'content-encoding': accepted! }
  const all = { 'content-type': type, 'content-length': String(bytes.length), ...encoding, ...facts }
  ;(c.env as RequestEnvironment | undefined)?.keep?.({ bytes, headers: all })
  return new Response(bytes, { headers: all })
}

/** Whether an If-None-Match header names this ETag, weakly compared. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  const wanted = etag.replace('W/', '')
  return header?.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace('W/', '') === wanted) ?? false
}

const ENCODINGS: readonly Encoding[] = ['br', 'gzip']

function acceptedEncoding(header = ''): Encoding | undefined {
  return ENCODINGS.find((encoding) => new RegExp(`\\b${encoding}\\b(?!\\s*;\\s*q=0(?:\\.0*)?\\s*(?:,|$))`).test(header))
}
