import type { Context as HonoContext } from 'hono'
import { DATASET_FIELDS } from '../../editions/csv.ts'
import { NotFound } from '../../errors.ts'
import { bodyOfBytes } from '../body.ts'
import { CACHE_CONTROL } from '../caching.ts'
import type { ExploredWeek, Table } from '../explore/explorer.ts'
import { SORT_FIELDS } from '../selection.ts'
import { CSV_TYPE, fileHeaders, prefersCsv } from './csvResponse.ts'
import { csvExample } from './example.ts'
import { createSearchResponses, fileNameOf, NO_INDEX, requestedWatch, searchParams } from './exploreRequest.ts'
import { SearchHistory, SearchPage, weekFileParam } from './exploreSchemas.ts'
import { jsonResponse } from './jsonResponse.ts'
import { pageHeaders } from './paging.ts'
import {
  csvParams,
  dateParam,
  editionDate,
  flagParam,
  limitOf,
  limitOrAllParam,
  offsetParam,
  organizationParam,
  pageParams,
  searchParam,
  sortParam,
} from './parameters.ts'
import { type ApiContext, createRouter, jsonRoute } from './route.ts'

const JSON_LIMIT = 100
/** A JSON page shows where each of its datasets matches, which takes time. CSV has no limit. */
const MAX_JSON_LIMIT = 1_000

const route = jsonRoute({
  path: '/api/explore/{date}',
  operationId: 'searchWeek',
  tag: 'explore',
  summary: 'Searches the whole catalogue of a week for any words',
  description:
    'Returns what a watch with these words would publish for the snapshot of that date: the TOP organizations and their datasets, ' +
    'with the counts of each word and the place of each match. Filters, sorting and paging apply to `datasets`. With ' +
    '`Accept: text/csv`, or `.csv` after the date, returns the six fields of the datasets as CSV. The default limit is 100 for ' +
    'JSON (at most 1000) and all for CSV. A 503 with `Retry-After` means that too many searches are waiting.',
  params: { date: weekFileParam },
  query: {
    ...searchParams,
    q: searchParam,
    organization: organizationParam,
    new: flagParam('Only datasets that are new since the earlier snapshot; with `gone`, both kinds'),
    gone: flagParam('Only datasets that left since the earlier snapshot'),
    since: dateParam
      .optional()
      .openapi({ description: 'Date of the earlier snapshot, for `new` and `gone` (default: the one before)' }),
    sort: sortParam(SORT_FIELDS),
    limit: limitOrAllParam.openapi({ description: 'Maximum number of datasets' }),
    offset: offsetParam,
    ...csvParams,
    ...pageParams,
  },
  response: SearchPage,
  csv: csvExample(DATASET_FIELDS),
})

const historyRoute = jsonRoute({
  path: '/api/explore/history',
  operationId: 'countWeeks',
  tag: 'explore',
  summary: 'Counts the datasets that contain any of the words, in each stored week',
  description:
    'Returns the weeks counted so far, and counts the others in the background. Ask again until `seconds_left` is 0.',
  params: {},
  query: { words: searchParams.words, match: searchParams.match, columns: searchParams.columns, lang: pageParams.lang },
  response: SearchHistory,
})

/** Serves searches for any words in the snapshot of any week. */
export function exploreApi({ explorer }: ApiContext) {
  const responses = createSearchResponses()
  return createRouter()
    .openapi(historyRoute, async (c) => {
      const watch = requestedWatch(c.req.valid('query'))
      const { terms, columns, match } = watch
      const history = await explorer.history(watch)
      return jsonResponse(
        c,
        { terms, columns, match, ...history },
        { 'cache-control': CACHE_CONTROL.revalidate, ...NO_INDEX },
      )
    })
    .openapi(route, async (c) => {
      const { date: file } = c.req.valid('param')
      const { words, match, columns, top, bom, view: _view, lang: _lang, limit, ...filter } = c.req.valid('query')
      const date = editionDate(file.replace('.csv', ''))
      const asCsv = file.endsWith('.csv') || prefersCsv(c)
      const week = await explorer.open(requestedWatch({ words, match, columns, top }), date)
      const { q = '', organization = '', sort = '', offset = 0 } = filter
      const selection = { q, organization, sort, isNew: filter.new === '1', isGone: filter.gone === '1' }
      const needsEarlier = selection.isNew || selection.isGone
      const since = needsEarlier ? (await explorer.earlier(week, filter.since))?.ref.snapshot.date : undefined
      const most = asCsv ? Number.POSITIVE_INFINITY : MAX_JSON_LIMIT
      const table = {
        selection,
        offset,
        limit: Math.min(limitOf(limit, asCsv ? Number.POSITIVE_INFINITY : JSON_LIMIT), most),
        since,
      }
      return responses.respond(c, week, date, [table, asCsv, bom, await earlierVersion(week, since)], (etag, signal) =>
        asCsv ? csvOf(c, week, table, bom, etag, signal) : pageOf(c, week, table, etag, signal),
      )
    })

  async function earlierVersion(week: ExploredWeek, since: string | undefined) {
    return since && (await explorer.open(week.watch, since)).version
  }

  async function pageOf(c: HonoContext, week: ExploredWeek, table: Table, etag: string, signal: AbortSignal) {
    const page = await explorer.page(week, table, signal)
    const bytes = new TextEncoder().encode(JSON.stringify(page))
    return { body: bodyOfBytes(bytes, 'application/json', etag), headers: pageHeaders(c, page.total, table) }
  }

  async function csvOf(
    c: HonoContext,
    week: ExploredWeek,
    table: Table,
    bom: '1' | undefined,
    etag: string,
    signal: AbortSignal,
  ) {
    const { csv, total } = await explorer.csv(week, table, signal)
    const bytes = bom === undefined ? csv : Buffer.concat([Buffer.from('\ufeff'), csv])
    const name = fileNameOf(week.watch, week.ref.snapshot.date, '.csv')
    return {
      body: bodyOfBytes(Uint8Array.from(bytes), `${CSV_TYPE}; charset=utf-8; header=present`, etag),
      headers: { ...pageHeaders(c, total, table), ...fileHeaders(name) },
    }
  }
}

/** Returns the error for a search without an earlier snapshot to compare with. */
export function noEarlierSnapshot({ ref: { snapshot } }: ExploredWeek): NotFound {
  return new NotFound(`there is no snapshot before that of ${snapshot.date}, so there is nothing to compare it with`)
}
