import type { VNode } from 'preact'
import { renderToString } from 'preact-render-to-string'
import type { Frame } from './parts/layout.tsx'

/** Nothing but what this site serves, in no frame, no form elsewhere; scripts and styles from files alone. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** A page, in its reader's language. */
export function answerPage(page: VNode, { reader }: Frame, status = 200): Response {
  return new Response(`<!doctype html>${renderToString(page)}`, {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-language': reader.language,
      'content-security-policy': POLICY,
      'cache-control': status === 200 ? 'no-cache' : 'no-store',
      'cross-origin-opener-policy': 'same-origin',
      'referrer-policy': 'same-origin',
      vary: 'Accept-Language',
    },
  })
}
