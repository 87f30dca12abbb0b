import type { Context as HonoContext } from 'hono'
import { createBody, respond } from '../body.ts'
import { CACHE_CONTROL } from '../caching.ts'
import { CORS_HEADERS } from '../cors.ts'

/** Responds with a value as JSON. */
export function jsonResponse(c: HonoContext, value: unknown, headers: Record<string, string> = {}): Promise<Response> {
  const body = createBody(JSON.stringify(value), 'application/json')
  return respond(c, body, { 'cache-control': CACHE_CONTROL.revalidate, ...CORS_HEADERS, ...headers })
}
