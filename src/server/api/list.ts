import type { z } from '@hono/zod-openapi'
import type { Context as HonoContext } from 'hono'
import { csvTable } from '../../editions/csv.ts'
import { createBody } from '../body.ts'
import { organizationsIn } from '../lists.ts'
import { LISTED_FIELDS, selectDatasets } from '../selection.ts'
import { csvBody, fileHeaders, respondCached } from './csvResponse.ts'
import { csvExample } from './example.ts'
import { paginate } from './paging.ts'
import {
  csvParams,
  editionDate,
  editionParam,
  limitOf,
  limitOrAllParam,
  offsetParam,
  organizationParam,
  pageParams,
  searchParam,
  selectionOf,
  sortParam,
  watchParam,
} from './parameters.ts'
import { type ApiContext, createRouter, csvRoute, jsonRoute } from './route.ts'
import { ListedDataset as ListedDatasetSchema, listOf } from './schemas.ts'

const common = {
  tag: 'editions',
  description:
    'The list comes from the archived CSV, in its order. `archive.csv` has all its columns, byte for byte. The default limit is ' +
    '100 for JSON and all for CSV.',
  params: { watch: watchParam, edition: editionParam },
  query: {
    q: searchParam,
    organization: organizationParam,
    sort: sortParam(LISTED_FIELDS),
    limit: limitOrAllParam.openapi({ description: 'Maximum number of items' }),
    offset: offsetParam,
    ...csvParams,
    lang: pageParams.lang,
  },
  response: listOf(ListedDatasetSchema),
  csv: csvExample(LISTED_FIELDS),
}
const jsonList = jsonRoute({
  ...common,
  path: '/api/editions/{watch}/{edition}/list',
  operationId: 'getList',
  summary: 'Returns datasets of the full list, of all organizations',
})
const csvList = csvRoute({
  ...common,
  path: '/api/editions/{watch}/{edition}/list.csv',
  operationId: 'getListAsCsv',
  summary: 'Returns datasets of the full list as CSV',
})

const JSON_LIMIT = 100

/** Serves the full list of an edition: all datasets that mention a term. */
export function listApi({ editions, bodies }: ApiContext) {
  return createRouter()
    .openapi(jsonList, (c) => serve(c, c.req.valid('param'), c.req.valid('query')))
    .openapi(csvList, (c) => serve(c, c.req.valid('param'), c.req.valid('query')))

  async function serve(
    c: HonoContext,
    { watch, edition: name }: z.output<typeof jsonList.request.params>,
    query: z.output<typeof jsonList.request.query>,
  ): Promise<Response> {
    const date = editionDate(name)
    const { edition } = await editions.find(watch, date)
    const list = await editions.list(edition)
    const selection = selectionOf(query)
    const organization = await editions.organizationId(watch, organizationsIn(list), selection.organization)
    return respondCached(c, { bodies, date, inputs: [list] }, (asCsv) => {
      const limit = limitOf(query.limit, asCsv ? Number.POSITIVE_INFINITY : JSON_LIMIT)
      const found = selectDatasets(
        { organizations: [], datasets: list, earlier: undefined },
        { ...selection, organization },
      )
      const { items, headers } = paginate(c, found, { offset: query.offset ?? 0, limit })
      if (!asCsv)
        return { body: createBody(JSON.stringify({ total: found.length, items }), 'application/json'), headers }
      return {
        body: csvBody(csvTable(LISTED_FIELDS, items), query.bom),
        headers: { ...headers, ...fileHeaders(`${watch}-${edition.date}-list.csv`) },
      }
    })
  }
}
