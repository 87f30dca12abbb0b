import { z } from '@hono/zod-openapi'
import type { Context as HonoContext } from 'hono'
import { cacheControlFor } from '../caching.ts'
import { jsonResponse } from './jsonResponse.ts'
import { dateParam, editionDate, editionParam, optionalWatch, watchParam } from './parameters.ts'
import { type ApiContext, createRouter, jsonRoute } from './route.ts'
import { Explanation } from './schemas.ts'

const datasetParam = z
  .string()
  .min(1)
  .max(300)
  .openapi({ example: '5eab9f4b7ee4582b405f11df', description: 'ID, slug or URL-encoded page URL of a dataset' })

const route = jsonRoute({
  path: '/api/explain/{id}',
  tag: 'explain',
  summary: 'Explains why a dataset is in an edition or not',
  params: { id: datasetParam },
  query: {
    watch: optionalWatch,
    date: dateParam.optional().openapi({ description: 'Date of the edition (default: the latest)' }),
  },
  response: Explanation,
})

const editionRoute = jsonRoute({
  path: '/api/editions/{watch}/{edition}/explain/{id}',
  tag: 'explain',
  summary: 'Explains why a dataset is in this edition or not',
  params: { watch: watchParam, edition: editionParam, id: datasetParam },
  query: {},
  response: Explanation,
})

/** Serves explanations of why a dataset is in an edition or not. */
export function explainApi({ context, editions }: ApiContext) {
  const [defaultWatch] = context.config.watches
  const respond = async (c: HonoContext, watch: string, date: string | undefined, id: string) =>
    jsonResponse(c, await editions.explain(watch, date, id), { 'cache-control': cacheControlFor(date) })
  return createRouter()
    .openapi(route, (c) => {
      const { watch = defaultWatch!.name, date } = c.req.valid('query')
      return respond(c, watch, date, c.req.valid('param').id)
    })
    .openapi(editionRoute, (c) => {
      const { watch, edition, id } = c.req.valid('param')
      return respond(c, watch, editionDate(edition), id)
    })
}
