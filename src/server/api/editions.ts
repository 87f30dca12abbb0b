import { z } from '@hono/zod-openapi'
import type { Context as HonoContext } from 'hono'
import { accepts } from 'hono/accepts'
import { csvOf, DATASET_FIELDS } from '../../editions/csv.ts'
import type { TopDataset } from '../../editions/edition.ts'
import { editionId } from '../../editions/layout.ts'
import { fold } from '../../matching/fold.ts'
import { createBody, respond } from '../body.ts'
import { cacheControlFor } from '../caching.ts'
import { CORS_HEADERS } from '../cors.ts'
import { wordMatcher } from '../search.ts'
import { jsonResponse } from './jsonResponse.ts'
import { paginate, sortBy } from './paging.ts'
import {
  dateParam,
  editionDate,
  editionFileParam,
  limitParam,
  offsetParam,
  optionalWatch,
  sortParam,
  watchParam,
} from './parameters.ts'
import { type ApiContext, createRouter, jsonRoute } from './route.ts'
import { Edition, EditionItem, listOf } from './schemas.ts'

const listRoute = jsonRoute({
  path: '/api/editions',
  tag: 'editions',
  summary: 'Lists the editions, latest first',
  params: {},
  query: {
    watch: optionalWatch.openapi({ description: 'Only editions of this watch (default: all watches)' }),
    from: dateParam.optional().openapi({ description: 'Only editions of this date or later' }),
    to: dateParam.optional().openapi({ description: 'Only editions of this date or earlier' }),
    sort: sortParam(['date', 'watch']),
    limit: limitParam('100'),
    offset: offsetParam,
  },
  response: listOf(EditionItem),
})

/** More datasets than an edition can hold: its document has at most 16 MB. */
const NO_LIMIT = 1_000_000

const CSV_TYPE = 'text/csv'

const oneRoute = jsonRoute({
  path: '/api/editions/{watch}/{edition}',
  tag: 'editions',
  summary: 'Returns an edition: the TOP organizations and their datasets',
  description:
    'Returns the published document, or its datasets as CSV (with `Accept: text/csv`, or `.csv` after the date). Filters, ' +
    'sorting and paging apply to `datasets`. `X-Total-Count` is then the number of datasets that match.',
  params: { watch: watchParam, edition: editionFileParam },
  query: {
    q: z.string().max(200).optional().openapi({
      example: 'velo',
      description: 'Words to find in title or organization, ignoring accents, case, hyphens and apostrophes',
    }),
    organization: z
      .string()
      .max(200)
      .optional()
      .openapi({ example: '534fff89a3a7292c64a77eb7', description: 'ID of the organization' }),
    sort: sortParam(DATASET_FIELDS),
    limit: limitParam('all'),
    offset: offsetParam,
  },
  response: Edition,
  textTypes: [CSV_TYPE],
})

/** Serves the list of editions, and single editions with filters and sorting. */
export function editionsApi({ context, editions }: ApiContext) {
  return createRouter()
    .openapi(listRoute, async (c) => {
      const { watch, from = '', to = '9999', sort = '-date,watch', limit = 100, offset = 0 } = c.req.valid('query')
      const ids = await context.documents.ids('tops', watch === undefined ? {} : { prefix: editionId(watch, '') })
      const found = ids.map(itemOf).filter(({ date }) => from <= date && date <= to)
      const { items, headers } = paginate(c, sortBy(found, sort), { offset, limit })
      return jsonResponse(c, { total: found.length, items }, headers)
    })
    .openapi(oneRoute, async (c) => {
      const { watch, edition: file } = c.req.valid('param')
      const filter = c.req.valid('query')
      const date = editionDate(file.replace('.csv', ''))
      const cached = await editions.find(watch, date)
      const asCsv = file.endsWith('.csv') || prefersCsv(c)
      const headers = {
        ...CORS_HEADERS,
        'cache-control': cacheControlFor(date),
        vary: 'Accept, Accept-Encoding',
        ...(asCsv && { 'content-disposition': `attachment; filename="${watch}-${cached.edition.date}.csv"` }),
      }
      if (Object.values(filter).every((value) => value === undefined)) {
        return respond(c, asCsv ? cached.csv : cached.json, headers)
      }
      const { offset = 0, limit = NO_LIMIT } = filter
      const { items, headers: paging } = paginate(c, filtered(cached.edition.datasets, filter), { offset, limit })
      if (!asCsv) return jsonResponse(c, { ...cached.edition, datasets: items }, { ...headers, ...paging })
      return respond(c, createBody(csvOf(items), cached.csv.type), { ...headers, ...paging })
    })
}

const prefersCsv = (c: HonoContext) =>
  accepts(c, { header: 'Accept', supports: ['application/json', CSV_TYPE], default: 'application/json' }) === CSV_TYPE

function itemOf(id: string) {
  const [watch, date] = id.split('/') as [string, string]
  const url = `/api/editions/${id}`
  return { watch, date, url, csv: `${url}.csv`, archive: `${url}/archive.csv`, changes: `${url}/changes` }
}

interface Filter {
  readonly q?: string | undefined
  readonly organization?: string | undefined
  readonly sort?: string | undefined
}

function filtered(datasets: readonly TopDataset[], { q = '', organization, sort }: Filter): TopDataset[] {
  const matches = wordMatcher(q)
  const found = datasets.filter(
    (dataset) =>
      (organization === undefined || dataset.organization_id === organization) &&
      matches(fold(`${dataset.dataset_title}\0${dataset.organization}`)),
  )
  return sortBy(found, sort)
}
