import type { z } from '@hono/zod-openapi'
import type { Context as HonoContext } from 'hono'
import { LRUCache } from 'lru-cache'
import type { Watch } from '../../config/watch.ts'
import { NotFound } from '../../errors.ts'
import { watchOf } from '../../explore/query.ts'
import { VERSION } from '../../version.ts'
import { etagOf, matchesEtag, respond } from '../body.ts'
import type { CachedBody } from '../bodyCache.ts'
import { cacheControlFor } from '../caching.ts'
import { CORS_HEADERS } from '../cors.ts'
import type { ExploredWeek } from '../explore/explorer.ts'
import { columnsParam, matchParam, topParam, wordsParam } from './exploreSchemas.ts'

const CACHE_BYTES = 32 * 2 ** 20

/** The parameters of every search. */
export const searchParams = { words: wordsParam, match: matchParam, columns: columnsParam, top: topParam }

type SearchParams = z.output<z.ZodObject<typeof searchParams>>

/** Returns the watch that the parameters describe. @throws Failure `usage` */
export function requestedWatch({ words, match, columns, top }: SearchParams): Watch {
  return watchOf({ words: words.split(','), match, columns: columns?.split(','), top })
}

/** Keeps search engines out: there are as many searches as there are words. */
export const NO_INDEX = { 'x-robots-tag': 'noindex' }

/** Creates the function that responds to requests whose result depends on a search and the address alone. It caches the responses. */
export function createSearchResponder() {
  const bodies = new LRUCache<string, CachedBody>({
    maxSize: CACHE_BYTES,
    // The factor reserves room for the compressed bytes.
    sizeCalculation: ({ body }) => Math.ceil(1.5 * body.plain.length) + 1_000,
  })
  /**
   * Responds with a body, or with 304 before anything is searched.
   *
   * @param date the requested date; undefined for the latest
   * @param inputs what else the result depends on
   */
  return async (
    c: HonoContext,
    week: ExploredWeek,
    date: string | undefined,
    inputs: readonly unknown[],
    make: (etag: string, signal: AbortSignal) => Promise<CachedBody>,
  ): Promise<Response> => {
    const etag = searchEtag(week, c.req.path, inputs)
    const headers = searchHeaders(etag, date)
    if (matchesEtag(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers })
    const cached = bodies.get(etag) ?? (await make(etag, c.req.raw.signal))
    bodies.set(etag, cached)
    return respond(c, cached.body, { ...headers, ...cached.headers })
  }
}

/** Returns an ETag that is known before the search: snapshot and query decide the result. */
export function searchEtag(week: ExploredWeek, path: string, inputs: readonly unknown[]): string {
  const kind = path.replace(/^.*\//, '').replace(/^(latest|\d{4}-\d{2}-\d{2})/, '')
  return etagOf(JSON.stringify([VERSION, week.version, kind, inputs]))
}

/** @param date the requested date; undefined for the latest */
export function searchHeaders(etag: string, date: string | undefined) {
  return { etag, 'cache-control': cacheControlFor(date), vary: 'Accept, Accept-Encoding', ...NO_INDEX, ...CORS_HEADERS }
}

/** Returns the error for a search without an earlier snapshot to compare with. */
export function noEarlierSnapshot({ ref: { snapshot } }: ExploredWeek): NotFound {
  return new NotFound(`there is no snapshot before that of ${snapshot.date}, so there is nothing to compare it with`)
}

/** Returns a file name such as `velo-piste-2026-11-18.csv`. */
export function fileNameOf({ terms }: Watch, date: string, suffix: string): string {
  const words = terms.map((term) => term.normalize('NFKD').replace(/[^A-Za-z0-9]+/g, '')).filter((term) => term !== '')
  return [...(words.length > 0 ? words : ['search']), date].join('-').slice(0, 100) + suffix
}
