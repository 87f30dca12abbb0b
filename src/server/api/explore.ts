import type { z } from '@hono/zod-openapi'
import { DATASET_FIELDS } from '../../editions/csv.ts'
import { bodyOfBytes, CSV_CONTENT_TYPE } from '../body.ts'
import type { Table } from '../explore/explorer.ts'
import { SORT_FIELDS } from '../selection.ts'
import { fileHeaders, prefersCsv } from './csvResponse.ts'
import { csvExample } from './example.ts'
import { createSearchResponder, fileNameOf, requestedWatch, searchParams } from './exploreRequest.ts'
import { SearchPage, weekFileParam } from './exploreSchemas.ts'
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
  selectionOf,
  sortParam,
} from './parameters.ts'
import { type ApiContext, createRouter, jsonRoute } from './route.ts'

const JSON_LIMIT = 100
/** The highest limit of JSON. A JSON page shows where each of its datasets matches, which takes time. CSV has no limit. */
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

type SearchQuery = z.infer<typeof route.request.query>

/** Serves searches for any words in the snapshot of any week. */
export function exploreApi({ explorer }: ApiContext) {
  const respond = createSearchResponder()
  return createRouter().openapi(route, async (c) => {
    const { date: file } = c.req.valid('param')
    const query = c.req.valid('query')
    const date = editionDate(file.replace('.csv', ''))
    const asCsv = prefersCsv(c)
    const week = await explorer.open(requestedWatch(query), date)
    const selection = selectionOf(query)
    const needsEarlier = selection.isNew || selection.isGone
    const earlier = needsEarlier ? await explorer.earlier(week, query.since) : undefined
    const table = { selection, ...rangeOf(query, asCsv), since: earlier?.ref.snapshot.date }
    return respond(c, week, date, [table, asCsv, query.bom, earlier?.version], async (etag, signal) => {
      if (!asCsv) {
        const page = await explorer.page(week, table, signal)
        const json = new TextEncoder().encode(JSON.stringify(page))
        return { body: bodyOfBytes(json, 'application/json', etag), headers: pageHeaders(c, page.total, table) }
      }
      const { csv, total } = await explorer.csv(week, table, signal)
      const bytes = query.bom === undefined ? csv : Buffer.concat([Buffer.from('\ufeff'), csv])
      const fileName = fileNameOf(week.watch, week.ref.snapshot.date, '.csv')
      return {
        body: bodyOfBytes(Uint8Array.from(bytes), CSV_CONTENT_TYPE, etag),
        headers: { ...pageHeaders(c, total, table), ...fileHeaders(fileName) },
      }
    })
  })
}

function rangeOf({ offset = 0, limit }: SearchQuery, asCsv: boolean): Pick<Table, 'offset' | 'limit'> {
  if (asCsv) return { offset, limit: limitOf(limit, Number.POSITIVE_INFINITY) }
  return { offset, limit: Math.min(limitOf(limit, JSON_LIMIT), MAX_JSON_LIMIT) }
}
