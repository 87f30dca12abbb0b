import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import type { Context } from 'hono'

/** What is answered again and again: made, compressed and hashed once. */
export interface Body {
  readonly type: string
  readonly plain: Uint8Array<ArrayBuffer>
  readonly gzip: Uint8Array<ArrayBuffer>
  readonly etag: string
}

export function bodyOf(text: string, type: string): Body {
  const plain = new TextEncoder().encode(text)
  const hash = createHash('sha256').update(plain).digest('base64url').slice(0, 22)
  // Weak, since the compressed bytes are other ones for the same content.
  return { type, plain, gzip: Uint8Array.from(gzipSync(plain)), etag: `W/"${hash}"` }
}

export function answer(c: Context, { type, plain, gzip, etag }: Body, headers: Record<string, string> = {}): Response {
  const compressed = /\bgzip\b(?!\s*;\s*q=0(?:\.0*)?\s*(?:,|$))/.test(c.req.header('accept-encoding') ?? '')
  const body = compressed ? gzip : plain
  return new Response(body, {
    headers: {
      'content-type': type,
      'content-length': String(body.length),
      ...(compressed && { 'content-encoding': 'gzip' }),
      etag,
      vary: 'Accept-Encoding',
      ...headers,
    },
  })
}
