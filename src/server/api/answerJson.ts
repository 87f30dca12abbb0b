import type { Context } from 'hono'
import { answer, bodyOf } from '../body.ts'
import { CACHING } from '../caching.ts'
import { READABLE_BY_ALL } from '../cors.ts'

/** Answers with a value as JSON. */
export function answerJson(c: Context, value: unknown, headers: Record<string, string> = {}): Response {
  const body = bodyOf(JSON.stringify(value), 'application/json')
  return answer(c, body, { 'cache-control': CACHING.passing, ...READABLE_BY_ALL, ...headers })
}
