import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Context as HonoContext } from 'hono'

/** A smaller body is not worth compressing. */
const MIN_GZIP_BYTES = 1_000

/** A response body that is sent many times: it is serialized and hashed once, and compressed on the first request for gzip. */
export interface Body {
  readonly type: string
  readonly plain: Uint8Array<ArrayBuffer>
  readonly gzip: Uint8Array<ArrayBuffer>
  readonly etag: string
}

/** Creates a body with its ETag. */
export function createBody(text: string, type: string): Body {
  const plain = new TextEncoder().encode(text)
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22)
  let gzip: Uint8Array<ArrayBuffer> | undefined
  return {
    type,
    plain,
    get gzip() {
      gzip ??= plain.length < MIN_GZIP_BYTES ? plain : Uint8Array.from(gzipSync(plain))
      return gzip
    },
    // Weak, because the compressed bytes differ for the same content.
    etag: `W/"${hash}"`,
  }
}

/** Responds with a body, compressed if the client accepts gzip, or with 304 if the client already has it. */
export function respond(c: HonoContext, body: Body, headers: Record<string, string> = {}): Response {
  const { type, plain, etag } = body
  const facts = { etag, vary: 'Accept-Encoding', ...headers }
  if (matchesEtag(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers: facts })
  const bytes = takesGzip(c.req.header('accept-encoding')) ? body.gzip : plain
  const encoding = bytes === plain ? undefined : { 'content-encoding': 'gzip' }
  return new Response(bytes, {
    headers: { 'content-type': type, 'content-length': String(bytes.length), ...encoding, ...facts },
  })
}

/** Whether an If-None-Match header names this ETag, weakly compared. */
export function matchesEtag(header: string | undefined, etag: string): boolean {
  const wanted = etag.replace('W/', '')
  return header?.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace('W/', '') === wanted) ?? false
}

function takesGzip(header = ''): boolean {
  return /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(header)
}
