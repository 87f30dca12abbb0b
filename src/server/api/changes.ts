import type { Context as HonoContext } from 'hono'
import { CACHE_CONTROL } from '../caching.ts'
import { jsonResponse } from './jsonResponse.ts'
import { dateParam, editionDate, editionParam, optionalWatch, watchParam } from './parameters.ts'
import { type ApiContext, createRouter, jsonRoute } from './route.ts'
import { Changes } from './schemas.ts'

const description =
  'Lists the datasets that entered or left, with reasons, the followers gained or lost, and the organizations whose rank, ' +
  'followers or number of datasets changed. A reason is null if the files that would show it were not kept.'

const route = jsonRoute({
  path: '/api/changes',
  tag: 'changes',
  summary: 'Compares two editions',
  description,
  params: {},
  query: {
    watch: optionalWatch,
    from: dateParam.optional().openapi({ description: 'Date of the earlier edition (default: the one before `to`)' }),
    to: dateParam.optional().openapi({ description: 'Date of the later edition (default: the latest)' }),
  },
  response: Changes,
})

const editionRoute = jsonRoute({
  path: '/api/editions/{watch}/{edition}/changes',
  tag: 'changes',
  summary: 'Compares an edition with an earlier one',
  description,
  params: { watch: watchParam, edition: editionParam },
  query: {
    since: dateParam.optional().openapi({ description: 'Date of the earlier edition (default: the one before)' }),
  },
  response: Changes,
})

/** Serves the changes between two editions. */
export function changesApi({ context, editions }: ApiContext) {
  const [defaultWatch] = context.config.watches
  const respond = async (c: HonoContext, watch: string, from?: string, to?: string) =>
    jsonResponse(c, await editions.changes(watch, from, to), { 'cache-control': CACHE_CONTROL.latest })
  return createRouter()
    .openapi(route, (c) => {
      const { watch = defaultWatch!.name, from, to } = c.req.valid('query')
      return respond(c, watch, from, to)
    })
    .openapi(editionRoute, (c) => {
      const { watch, edition } = c.req.valid('param')
      return respond(c, watch, c.req.valid('query').since, editionDate(edition))
    })
}
