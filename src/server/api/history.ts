import { z } from '@hono/zod-openapi'
import { CACHE_CONTROL } from '../caching.ts'
import { jsonResponse } from './jsonResponse.ts'
import { optionalWatch } from './parameters.ts'
import { type ApiContext, createRouter, jsonRoute } from './route.ts'
import { History } from './schemas.ts'

const route = jsonRoute({
  path: '/api/history/{organization}',
  tag: 'history',
  summary: "Returns an organization's rank, followers and datasets in every edition, latest first",
  params: {
    organization: z
      .string()
      .min(1)
      .max(200)
      .openapi({ example: '534fff89a3a7292c64a77eb7', description: 'ID of the organization' }),
  },
  query: { watch: optionalWatch },
  response: History,
})

/** Serves an organization's history over the editions of a watch. */
export function historyApi({ context, editions }: ApiContext) {
  const [defaultWatch] = context.config.watches
  return createRouter().openapi(route, async (c) => {
    const { organization: id } = c.req.valid('param')
    const { watch = defaultWatch!.name } = c.req.valid('query')
    const weeks = await editions.history(watch, id)
    const { name } = weeks.find(({ organization }) => organization !== undefined)!.organization!
    const found = weeks.map(({ date, organization }) => ({
      date,
      rank: organization?.rank ?? null,
      followers: organization?.followers ?? null,
      datasets: organization?.datasets ?? null,
    }))
    return jsonResponse(c, { watch, id, name, editions: found }, { 'cache-control': CACHE_CONTROL.latest })
  })
}
