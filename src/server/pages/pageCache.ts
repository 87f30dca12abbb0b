import type { MiddlewareHandler } from 'hono'
import { LRUCache } from 'lru-cache'
import { type Body, createBody, respond } from '../body.ts'
import { negotiateLanguage } from './translations/language.ts'

/** How long a page stays cached, and so how late it can show a new edition. */
const FRESH_MS = 1_000
const CACHE_BYTES = 16 * 2 ** 20

interface CachedPage {
  readonly body: Body
  readonly headers: Record<string, string>
}

/** Caches rendered pages, so that simultaneous requests render, hash and compress a page once. */
export function cachePages(): MiddlewareHandler {
  const pages = new LRUCache<string, CachedPage>({
    maxSize: CACHE_BYTES,
    // The factor reserves room for the compressed bytes, which are added on demand.
    sizeCalculation: ({ body }) => Math.ceil(1.2 * body.plain.length),
    ttl: FRESH_MS,
  })
  return async (c, next) => {
    const { language } = negotiateLanguage(c.req.query('lang') ?? null, c.req.header('accept-language'))
    const key = `${language} ${c.req.url}`
    const cached = pages.get(key)
    if (cached !== undefined) return respond(c, cached.body, cached.headers)
    await next()
    const type = c.res.headers.get('content-type') ?? ''
    if (c.res.status !== 200 || !type.startsWith('text/html')) return
    const { 'content-type': _, vary, ...others } = Object.fromEntries(c.res.headers)
    const page = {
      body: createBody(await c.res.text(), type),
      headers: { ...others, vary: `${vary}, Accept-Encoding` },
    }
    pages.set(key, page)
    // Hono merges the old headers into a new response unless the old response is removed first.
    c.res = undefined
    c.res = respond(c, page.body, page.headers)
  }
}
