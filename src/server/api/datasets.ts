import { z } from '@hono/zod-openapi'
import type { Context as HonoContext } from 'hono'
import { NotFound, quoted } from '../../errors.ts'
import { isPortalId } from '../../explain/portalId.ts'
import { cacheControlFor } from '../caching.ts'
import { type DatasetWeek, datasetHistory } from '../history.ts'
import { DatasetHistory } from './historySchemas.ts'
import { jsonResponse } from './jsonResponse.ts'
import {
  datasetParam,
  dateParam,
  editionDate,
  editionParam,
  optionalWatch,
  pageParams,
  watchParam,
} from './parameters.ts'
import { type ApiContext, createRouter, jsonRoute } from './route.ts'
import { Explanation } from './schemas.ts'

const datasetId = z
  .string()
  .min(1)
  .max(300)
  .openapi({ example: '5eab9f4b7ee4582b405f11df', description: 'ID of a dataset' })

const SEVERAL = 'If several datasets have the text in their title, `nearest` lists them.'

const latestRoute = jsonRoute({
  path: '/api/explain/{id}',
  operationId: 'explainDataset',
  tag: 'datasets',
  summary: 'Explains why a dataset is in an edition or not',
  description: SEVERAL,
  params: { id: datasetParam },
  query: {
    watch: optionalWatch,
    date: dateParam.optional().openapi({ description: 'Date of the edition (default: the latest)' }),
  },
  response: Explanation,
})

const inEdition = {
  tag: 'datasets',
  summary: 'Explains why a dataset is in this edition or not',
  description: SEVERAL,
  params: { watch: watchParam, edition: editionParam, id: datasetParam },
  query: { lang: pageParams.lang },
  response: Explanation,
}
const explainRoute = jsonRoute({
  ...inEdition,
  path: '/api/editions/{watch}/{edition}/explain/{id}',
  operationId: 'explainDatasetInEdition',
})
const datasetRoute = jsonRoute({
  ...inEdition,
  path: '/api/editions/{watch}/{edition}/datasets/{id}',
  operationId: 'getDataset',
})

const historyRoute = jsonRoute({
  path: '/api/editions/{watch}/{edition}/datasets/{id}/history',
  operationId: 'getDatasetHistory',
  tag: 'datasets',
  summary:
    'Returns the history of a dataset up to this edition, latest first, with the reasons why it entered and left',
  description: 'A reason is null if nothing changed, or if the files that would show it were not kept.',
  params: { watch: watchParam, edition: editionParam, id: datasetId },
  query: { lang: pageParams.lang },
  response: DatasetHistory,
})

type DatasetRef = z.output<typeof historyRoute.request.params>

/** Serves explanations of why a dataset is in an edition or not, and since when. */
export function datasetsApi({ context, editions }: ApiContext) {
  const [defaultWatch] = context.config.watches
  return createRouter()
    .openapi(latestRoute, (c) => {
      const { watch = defaultWatch!.name, date } = c.req.valid('query')
      return explain(c, watch, date, c.req.valid('param').id)
    })
    .openapi(explainRoute, (c) => explainIn(c, c.req.valid('param')))
    .openapi(datasetRoute, (c) => explainIn(c, c.req.valid('param')))
    .openapi(historyRoute, (c) => history(c, c.req.valid('param')))

  async function explain(c: HonoContext, watch: string, date: string | undefined, id: string): Promise<Response> {
    return jsonResponse(c, await editions.explain(watch, date, id), { 'cache-control': cacheControlFor(date) })
  }

  function explainIn(c: HonoContext, { watch, edition, id }: DatasetRef): Promise<Response> {
    return explain(c, watch, editionDate(edition), id)
  }

  async function history(c: HonoContext, { watch, edition: name, id: reference }: DatasetRef): Promise<Response> {
    const date = editionDate(name)
    const { edition } = await editions.find(watch, date)
    const isListed = edition.datasets.some(({ dataset_id }) => dataset_id === reference)
    const isId = isListed || isPortalId(reference)
    const id = isId ? reference : ((await editions.explain(watch, date, reference)).dataset?.id ?? reference)
    const weeks = datasetHistory(await editions.weeks(watch), id).filter((week) => week.date <= edition.date)
    const last = weeks.findLast(({ dataset }) => dataset !== undefined)?.dataset
    if (last === undefined) {
      const remedy = `See /api/editions/${watch}/${name}/datasets/${encodeURIComponent(id)} for the reason.`
      throw new NotFound(
        `cannot find dataset ${quoted(id)}: no edition of ${watch} has a dataset with this ID or name in its tops. ${remedy}`,
      )
    }
    const found = []
    for (const [index, week] of weeks.entries()) {
      const { dataset, change } = week
      found.push({
        date: week.date,
        in_tops: dataset !== undefined,
        followers: dataset?.dataset_followers ?? null,
        organization_id: dataset?.organization_id ?? null,
        change: change ?? null,
        reason: change === undefined ? null : await reasonOf(watch, id, week, weeks[index - 1]!),
      })
    }
    const body = { watch, id, title: last.dataset_title, editions: found.reverse() }
    return jsonResponse(c, body, { 'cache-control': cacheControlFor(date) })
  }

  async function reasonOf(watch: string, id: string, { date, change }: DatasetWeek, before: DatasetWeek) {
    const changes = await editions.changes(watch, before.date, date)
    const datasets: readonly { dataset_id: string; reason: string | null }[] =
      change === 'entered' ? changes.entered : changes.left
    return datasets.find(({ dataset_id }) => dataset_id === id)?.reason ?? null
  }
}
