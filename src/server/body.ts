import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'
import type { Context as HonoContext } from 'hono'

/** A smaller body is not worth compressing. */
const MIN_COMPRESSED_BYTES = 1_000
/** Takes as long as gzip and saves a fifth more. */
const BROTLI_QUALITY = 5

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
      const bytes = compressed.get(encoding) ?? COMPRESSORS[encoding](plain).then((found) => Uint8Array.from(found))
      compressed.set(encoding, bytes)
      return bytes
    },
    etag,
  }
}

/** They run in other threads, because a large body takes longer than other requests should wait. */
const COMPRESSORS = {
  br: (plain: Bytes) =>
    promisify(brotliCompress)(plain, {
      params: {
        [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
        [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
        [constants.BROTLI_PARAM_SIZE_HINT]: plain.length,
      },
    }),
  gzip: (plain: Bytes) => promisify(gzip)(plain),
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
  return new Response(bytes, {
    headers: { 'content-type': type, 'content-length': String(bytes.length), ...encoding, ...facts },
  })
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
