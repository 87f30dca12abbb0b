import { findWatch } from '../../config/watch.ts'
import { csvOf, DATASET_FIELDS } from '../../editions/csv.ts'
import { editionId, watchAndDate } from '../../editions/layout.ts'
import { createBody, respond } from '../body.ts'
import { cacheControlFor } from '../caching.ts'
import { CORS_HEADERS } from '../cors.ts'
import { SORT_FIELDS, selectDatasets, sortBy } from '../selection.ts'
import { csvBody, fileHeaders, prefersCsv } from './csvResponse.ts'
import { csvExample } from './example.ts'
import { jsonResponse } from './jsonResponse.ts'
import { paginate } from './paging.ts'
import {
  csvParams,
  dateParam,
  editionDate,
  editionFileParam,
  flagParam,
  limitOf,
  limitOrAllParam,
  limitParam,
  offsetParam,
  optionalWatch,
  organizationParam,
  pageParams,
  searchParam,
  selectionOf,
  sortParam,
  watchParam,
} from './parameters.ts'
import { type ApiContext, createRouter, jsonRoute } from './route.ts'
import { Edition, EditionItem, listOf } from './schemas.ts'

const listRoute = jsonRoute({
  path: '/api/editions',
  operationId: 'listEditions',
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
    lang: pageParams.lang,
  },
  response: listOf(EditionItem),
})

const EDITION_CSV = csvExample(DATASET_FIELDS)

const oneRoute = jsonRoute({
  path: '/api/editions/{watch}/{edition}',
  operationId: 'getEdition',
  tag: 'editions',
  summary: 'Returns an edition: the TOP organizations and their datasets',
  description:
    'Returns the published document, or its datasets as CSV (with `Accept: text/csv`, or `.csv` after the date). Filters, ' +
    'sorting and paging apply to `datasets`. `X-Total-Count` is then the number of datasets that match. With a search and ' +
    'without `sort`, datasets with all words at the start of a word come first.',
  params: { watch: watchParam, edition: editionFileParam },
  query: {
    q: searchParam,
    organization: organizationParam,
    new: flagParam('Only datasets that are new since the earlier edition; with `gone`, both kinds'),
    gone: flagParam('Only datasets that left since the earlier edition'),
    since: dateParam
      .optional()
      .openapi({ description: 'Date of the earlier edition, for `new` and `gone` (default: the one before)' }),
    sort: sortParam(SORT_FIELDS),
    limit: limitOrAllParam,
    offset: offsetParam,
    ...csvParams,
    ...pageParams,
  },
  response: Edition,
  csv: EDITION_CSV,
})

/** Serves the list of editions, and single editions with filters and sorting. */
export function editionsApi({ context, editions, bodies }: ApiContext) {
  return createRouter()
    .openapi(listRoute, async (c) => {
      const { watch, from = '', to = '9999', sort = '-date,watch', limit = 100, offset = 0 } = c.req.valid('query')
      const ids = await context.documents.ids('tops', watch === undefined ? {} : { prefix: editionId(watch, '') })
      // Editions of a watch that is no longer in the settings stay readable.
      if (watch !== undefined && ids.length === 0) findWatch(watch, context.config)
      const found = ids.map(itemOf).filter(({ date }) => from <= date && date <= to)
      const { items, headers } = paginate(c, sortBy(found, sort), { offset, limit })
      return jsonResponse(c, { total: found.length, items }, headers)
    })
    .openapi(oneRoute, async (c) => {
      const { watch, edition: file } = c.req.valid('param')
      const { view: _view, lang: _lang, bom, ...filter } = c.req.valid('query')
      const date = editionDate(file.replace('.csv', ''))
      const { edition, json, csv } = await editions.find(watch, date)
      const asCsv = prefersCsv(c)
      const isWhole = Object.values(filter).every((value) => value === undefined)
      const headers = {
        ...CORS_HEADERS,
        'cache-control': cacheControlFor(date),
        vary: 'Accept, Accept-Encoding',
        ...(asCsv && fileHeaders(`${watch}-${edition.date}${isWhole ? '' : '-selection'}.csv`)),
      }
      if (isWhole && bom === undefined) return respond(c, asCsv ? csv : json, headers)
      const { offset = 0, since } = filter
      const selection = selectionOf(filter)
      const needsEarlier = selection.isNew || selection.isGone
      const before = needsEarlier ? await editions.earlier(edition, since) : undefined
      const earlier = before?.datasets
      const known = [...edition.organizations, ...(before?.organizations ?? [])]
      const organization = await editions.organizationId(watch, known, selection.organization)
      const cached = await bodies.get(`${c.req.url} ${asCsv}`, [edition, earlier], () => {
        const limit = limitOf(filter.limit, Number.POSITIVE_INFINITY)
        const found = selectDatasets({ ...edition, earlier }, { ...selection, organization })
        const { items, headers } = paginate(c, found, { offset, limit })
        if (asCsv) return { body: csvBody(csvOf(items), bom), headers }
        return { body: createBody(JSON.stringify({ ...edition, datasets: items }), json.type), headers }
      })
      return respond(c, cached.body, { ...headers, ...cached.headers })
    })
}

function itemOf(id: string) {
  const [watch, date] = watchAndDate(id)
  const url = `/api/editions/${id}`
  return { watch, date, url, csv: `${url}.csv`, archive: `${url}/archive.csv`, changes: `${url}/changes` }
}
