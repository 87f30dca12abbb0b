import type { z } from '@hono/zod-openapi'
import type { Context as HonoContext } from 'hono'
import { CHANGE_FIELDS, changesCsvOf } from '../../editions/csv.ts'
import { createBody } from '../body.ts'
import { csvBody, fileHeaders, respondCached } from './csvResponse.ts'
import { csvExample } from './example.ts'
import { csvParams, dateParam, editionDate, editionParam, optionalWatch, pageParams, watchParam } from './parameters.ts'
import { type ApiContext, createRouter, jsonAndCsvRoutes } from './route.ts'
import { Changes } from './schemas.ts'

const description =
  'Lists the datasets that entered, left, moved to another organization, were renamed, or gained or lost followers, and the ' +
  'organizations whose name, rank, followers or number of datasets changed. Datasets that entered or left have a reason. It is ' +
  'null if the files that would show it were not kept. The CSV (with `Accept: text/csv`, or `changes.csv`) has one row per change ' +
  'of a dataset: `change`, `reason`, `id`, `title`, `organization`, `from` (the earlier organization or title), `followers`, ' +
  '`before` (the earlier number of followers).'

const common = { tag: 'changes', description, response: Changes, csv: csvExample(CHANGE_FIELDS) }

const [route, csvRoute] = jsonAndCsvRoutes({
  ...common,
  path: '/api/changes',
  operationId: 'compareEditions',
  summary: 'Compares two editions',
  params: {},
  query: {
    watch: optionalWatch,
    from: dateParam.optional().openapi({ description: 'Date of the earlier edition (default: the one before `to`)' }),
    to: dateParam.optional().openapi({ description: 'Date of the later edition (default: the latest)' }),
    ...csvParams,
  },
})
const [editionRoute, editionCsvRoute] = jsonAndCsvRoutes({
  ...common,
  path: '/api/editions/{watch}/{edition}/changes',
  operationId: 'getChanges',
  summary: 'Compares an edition with an earlier one',
  params: { watch: watchParam, edition: editionParam },
  query: {
    since: dateParam.optional().openapi({ description: 'Date of the earlier edition (default: the one before)' }),
    ...csvParams,
    lang: pageParams.lang,
  },
})

type Comparison = z.output<typeof route.request.query>

/** Serves the changes between two editions. */
export function changesApi({ context, editions, bodies }: ApiContext) {
  const [defaultWatch] = context.config.watches
  return createRouter()
    .openapi(route, (c) => serve(c, c.req.valid('query')))
    .openapi(csvRoute, (c) => serve(c, c.req.valid('query')))
    .openapi(editionRoute, (c) => serve(c, comparisonOf(c.req.valid('param'), c.req.valid('query'))))
    .openapi(editionCsvRoute, (c) => serve(c, comparisonOf(c.req.valid('param'), c.req.valid('query'))))

  function comparisonOf(
    { watch, edition }: z.output<typeof editionRoute.request.params>,
    { since, bom }: z.output<typeof editionRoute.request.query>,
  ): Comparison {
    return { watch, from: since, to: editionDate(edition), bom }
  }

  async function serve(c: HonoContext, { watch = defaultWatch!.name, from, to, bom }: Comparison): Promise<Response> {
    const changes = await editions.changes(watch, from, to)
    return respondCached(c, { bodies, date: to, inputs: [changes] }, (asCsv) => ({
      body: asCsv ? csvBody(changesCsvOf(changes), bom) : createBody(JSON.stringify(changes), 'application/json'),
      headers: asCsv ? fileHeaders(`${watch}-${changes.to}-changes.csv`) : {},
    }))
  }
}
