import type { Context as HonoContext } from 'hono'
import { accepts } from 'hono/accepts'
import { type Body, CSV_CONTENT_TYPE, createBody, respond } from '../body.ts'
import type { BodyCache, CachedBody } from '../bodyCache.ts'
import { cacheControlFor } from '../caching.ts'
import { CORS_HEADERS } from '../cors.ts'

const CSV_TYPE = 'text/csv'

/** Whether the client asks for CSV rather than JSON, with the address or with `Accept`. */
export const prefersCsv = (c: HonoContext) =>
  c.req.path.endsWith('.csv') ||
  accepts(c, { header: 'Accept', supports: ['application/json', CSV_TYPE], default: 'application/json' }) === CSV_TYPE

/** Creates the body of a CSV. @param bom whether it starts with a byte order mark */
export const csvBody = (csv: string, bom: '1' | undefined): Body =>
  createBody(bom === undefined ? csv : `\ufeff${csv}`, CSV_CONTENT_TYPE)

interface CachedOptions {
  readonly bodies: BodyCache
  /** The date that the request names; undefined for the latest edition. */
  readonly date: string | undefined
  /** What the body is made from. */
  readonly inputs: readonly unknown[]
}

/** Responds with CSV or JSON about an edition, cached until an input changes. @param make gets whether the client asks for CSV */
export async function respondCached(
  c: HonoContext,
  { bodies, date, inputs }: CachedOptions,
  make: (asCsv: boolean) => CachedBody,
): Promise<Response> {
  const asCsv = prefersCsv(c)
  const { body, headers } = await bodies.get(`${c.req.url} ${asCsv}`, inputs, () => make(asCsv))
  return respond(c, body, {
    ...CORS_HEADERS,
    'cache-control': cacheControlFor(date),
    vary: 'Accept, Accept-Encoding',
    ...headers,
  })
}

/** Lets browsers save a response as a file. */
export const fileHeaders = (name: string) => ({ 'content-disposition': `attachment; filename="${name}"` })
