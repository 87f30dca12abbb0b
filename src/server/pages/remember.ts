import type { MiddlewareHandler } from 'hono'
import { LRUCache } from 'lru-cache'
import { answer, type Body, bodyOf } from '../body.ts'
import { languageOf } from './words/language.ts'

/** So soon a page shows what was published; within it, whoever asks for the same gets the same. */
const FRESH_MS = 1_000
const HELD_BYTES = 16 * 2 ** 20

interface Page {
  readonly body: Body
  readonly headers: Record<string, string>
}

/** Renders, compresses and hashes a page once, however many ask for it at the same time. */
export function remember(): MiddlewareHandler {
  const pages = new LRUCache<string, Page>({
    maxSize: HELD_BYTES,
    // Also for the compressed bytes, which are made when somebody takes them.
    sizeCalculation: ({ body }) => Math.ceil(1.2 * body.plain.length),
    ttl: FRESH_MS,
  })
  return async (c, next) => {
    const { language } = languageOf(c.req.query('lang') ?? null, c.req.header('accept-language'))
    const key = `${language} ${c.req.url}`
    const known = pages.get(key)
    if (known !== undefined) return answer(c, known.body, known.headers)
    await next()
    const type = c.res.headers.get('content-type') ?? ''
    if (c.res.status !== 200 || !type.startsWith('text/html')) return
    const { 'content-type': _, vary, ...others } = Object.fromEntries(c.res.headers)
    const page = { body: bodyOf(await c.res.text(), type), headers: { ...others, vary: `${vary}, Accept-Encoding` } }
    pages.set(key, page)
    // Otherwise the headers of the response before would win over these.
    c.res = undefined
    c.res = answer(c, page.body, page.headers)
  }
}
