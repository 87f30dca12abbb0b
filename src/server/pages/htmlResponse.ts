import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { createBody } from '../body.ts'
import type { CachedBody } from '../bodyCache.ts'
import { CACHE_CONTROL } from '../caching.ts'
import type { Frame } from './parts/layout.tsx'

/** Allows files and data of this site only. No inline scripts or styles, no framing, no forms to other sites. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Renders a page. */
export function pageBody(page: VNode, { locale }: Frame): CachedBody {
  return {
    body: createBody(`<!doctype html>${renderToString(page)}`, 'text/html; charset=utf-8'),
    headers: {
      'content-language': locale.language,
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cache-control': CACHE_CONTROL.revalidate,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      vary: 'Accept-Language, Accept-Encoding',
    },
  }
}

/** Responds with a page that is not cached. */
export function htmlResponse(page: VNode, frame: Frame, status = 200): Response {
  const { body, headers } = pageBody(page, frame)
  const cacheControl = status === 200 ? CACHE_CONTROL.revalidate : CACHE_CONTROL.never
  return new Response(body.plain, {
    status,
    headers: { ...headers, 'content-type': body.type, 'cache-control': cacheControl },
  })
}
