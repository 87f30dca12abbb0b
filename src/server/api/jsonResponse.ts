import type { Context } from 'hono'
import { answer, bodyOf } from '../body.ts'
import { CACHE_CONTROL } from '../caching.ts'
import { READABLE_BY_ALL } from '../cors.ts'

/** Responds with a value as JSON. */
export function jsonResponse(c: Context, value: unknown, headers: Record<string, string> = {}): Response {
  const body = bodyOf(JSON.stringify(value), 'application/json')
  return answer(c, body, { 'cache-control': CACHE_CONTROL.revalidate, ...READABLE_BY_ALL, ...headers })
}
