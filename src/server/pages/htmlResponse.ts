import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import { CACHE_CONTROL } from '../caching.ts'
import type { Frame } from './parts/layout.tsx'

/** Allows files of this site only. No inline scripts or styles, no framing, no forms to other sites. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** Responds with a page as HTML. */
export function htmlResponse(page: VNode, { locale }: Frame, status = 200): Response {
  return new Response(`<!doctype html>${renderToString(page)}`, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-language': locale.language,
      'content-security-policy': CONTENT_SECURITY_POLICY,
      'cache-control': status === 200 ? CACHE_CONTROL.revalidate : CACHE_CONTROL.never,
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      vary: 'Accept-Language',
    },
  })
}
