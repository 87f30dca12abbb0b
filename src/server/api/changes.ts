import type { Context as HonoContext } from 'hono'
import { CHANGE_FIELDS, changesCsvOf } from '../../editions/csv.ts'
import { createBody } from '../body.ts'
import { csvBody, fileHeaders, prefersCsv, respondCached } from './csvResponse.ts'
import { csvExample } from './example.ts'
import { csvParams, dateParam, editionDate, editionParam, optionalWatch, pageParams, watchParam } from './parameters.ts'
import { type ApiContext, createRouter, csvRoute, jsonRoute } from './route.ts'
import { Changes } from './schemas.ts'

const description =
  'Lists the datasets that entered, left, moved to another organization, were renamed, or gained or lost followers, and the ' +
  'organizations whose name, rank, followers or number of datasets changed. Datasets that entered or left have a reason. It is ' +
  'null if the files that would show it were not kept. The CSV (with `Accept: text/csv`, or `changes.csv`) has one row per change ' +
  'of a dataset: `change`, `reason`, `id`, `title`, `organization`, `from` (the earlier organization or title), `followers`, ' +
  '`before` (the earlier number of followers).'

const pairQuery = {
  watch: optionalWatch,
  from: dateParam.optional().openapi({ description: 'Date of the earlier edition (default: the one before `to`)' }),
  to: dateParam.optional().openapi({ description: 'Date of the later edition (default: the latest)' }),
  ...csvParams,
}
const editionParams = { watch: watchParam, edition: editionParam }
const editionQuery = {
  since: dateParam.optional().openapi({ description: 'Date of the earlier edition (default: the one before)' }),
  ...csvParams,
  lang: pageParams.lang,
}
const common = { tag: 'changes', description, response: Changes, csv: csvExample(CHANGE_FIELDS) }

const route = jsonRoute({
  ...common,
  path: '/api/changes',
  operationId: 'compareEditions',
  summary: 'Compares two editions',
  params: {},
  query: pairQuery,
})
const csv = csvRoute({
  ...common,
  path: '/api/changes.csv',
  operationId: 'compareEditionsAsCsv',
  summary: 'Compares two editions, as CSV',
  params: {},
  query: pairQuery,
})
const editionRoute = jsonRoute({
  ...common,
  path: '/api/editions/{watch}/{edition}/changes',
  operationId: 'getChanges',
  summary: 'Compares an edition with an earlier one',
  params: editionParams,
  query: editionQuery,
})
const editionCsv = csvRoute({
  ...common,
  path: '/api/editions/{watch}/{edition}/changes.csv',
  operationId: 'getChangesAsCsv',
  summary: 'Compares an edition with an earlier one, as CSV',
  params: editionParams,
  query: editionQuery,
})

interface Comparison {
  readonly watch?: string | undefined
  /** Dates of the editions; undefined for the one before, and for the latest. */
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly bom?: '1' | undefined
}

/** Serves the changes between two editions. */
export function changesApi({ context, editions, bodies }: ApiContext) {
  const [defaultWatch] = context.config.watches
  return createRouter()
    .openapi(route, (c) => serve(c, c.req.valid('query'), prefersCsv(c)))
    .openapi(csv, (c) => serve(c, c.req.valid('query'), true))
    .openapi(editionRoute, (c) => serve(c, comparisonOf(c.req.valid('param'), c.req.valid('query')), prefersCsv(c)))
    .openapi(editionCsv, (c) => serve(c, comparisonOf(c.req.valid('param'), c.req.valid('query')), true))

  function comparisonOf(
    { watch, edition }: { watch: string; edition: string },
    { since, bom }: { since?: string | undefined; bom?: '1' | undefined },
  ): Comparison {
    return { watch, from: since, to: editionDate(edition), bom }
  }

  async function serve(
    c: HonoContext,
    { watch = defaultWatch!.name, from, to, bom }: Comparison,
    asCsv: boolean,
  ): Promise<Response> {
    const changes = await editions.changes(watch, from, to)
    return respondCached(c, { bodies, date: to, asCsv, inputs: [changes] }, () => ({
      body: asCsv ? csvBody(changesCsvOf(changes), bom) : createBody(JSON.stringify(changes), 'application/json'),
      headers: asCsv ? fileHeaders(`${watch}-${changes.to}-changes.csv`) : {},
    }))
  }
}
