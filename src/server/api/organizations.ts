import type { Context as HonoContext } from 'hono'
import { organizationIdOf, organizationsNamed } from '../../explain/organizations.ts'
import { cacheControlFor } from '../caching.ts'
import { organizationHistory } from '../history.ts'
import { History } from './historySchemas.ts'
import { jsonResponse } from './jsonResponse.ts'
import { editionDate, editionParam, optionalWatch, organizationId, pageParams, watchParam } from './parameters.ts'
import { type ApiContext, createRouter, jsonRoute } from './route.ts'
import { listOf, Organization } from './schemas.ts'

const rankingRoute = jsonRoute({
  path: '/api/editions/{watch}/{edition}/organizations',
  operationId: 'listOrganizations',
  tag: 'organizations',
  summary: 'Returns the TOP organizations of an edition, by rank',
  params: { watch: watchParam, edition: editionParam },
  query: { lang: pageParams.lang },
  response: listOf(Organization),
})

const historyRoute = jsonRoute({
  path: '/api/editions/{watch}/{edition}/organizations/{id}',
  operationId: 'getOrganization',
  tag: 'organizations',
  summary: "Returns an organization's rank, followers and datasets in every edition up to this one, latest first",
  params: { watch: watchParam, edition: editionParam, id: organizationId },
  query: { lang: pageParams.lang },
  response: History,
})

const latestRoute = jsonRoute({
  path: '/api/history/{organization}',
  operationId: 'getOrganizationHistory',
  tag: 'organizations',
  summary: "Returns an organization's rank, followers and datasets in every edition, latest first",
  params: { organization: organizationId },
  query: { watch: optionalWatch },
  response: History,
})

/** Serves the ranking of an edition, and an organization's history over the editions. */
export function organizationsApi({ context, editions }: ApiContext) {
  const [defaultWatch] = context.config.watches
  return createRouter()
    .openapi(rankingRoute, async (c) => {
      const { watch, edition: name } = c.req.valid('param')
      const date = editionDate(name)
      const { organizations } = (await editions.find(watch, date)).edition
      const list = { total: organizations.length, items: organizations }
      return jsonResponse(c, list, { 'cache-control': cacheControlFor(date) })
    })
    .openapi(historyRoute, async (c) => {
      const { watch, edition: name, id } = c.req.valid('param')
      const date = editionDate(name)
      const { edition } = await editions.find(watch, date)
      return history(c, watch, id, edition.date, date)
    })
    .openapi(latestRoute, async (c) => {
      const { watch = defaultWatch!.name } = c.req.valid('query')
      return history(c, watch, c.req.valid('param').organization)
    })

  async function history(
    c: HonoContext,
    watch: string,
    wanted: string,
    last = '9999',
    date?: string,
  ): Promise<Response> {
    const all = await editions.weeks(watch)
    const ranked = [...new Map(all.flatMap((week) => week.organizations.map((one) => [one.id, one]))).values()]
    const id = organizationsNamed(ranked, wanted).length === 0 ? wanted : organizationIdOf(ranked, wanted)
    const weeks = organizationHistory(all, watch, id).filter((week) => week.date <= last)
    const name = weeks.find(({ organization }) => organization !== undefined)?.organization?.name ?? ''
    const found = weeks.map(({ date, organization }) => ({
      date,
      rank: organization?.rank ?? null,
      followers: organization?.followers ?? null,
      datasets: organization?.datasets ?? null,
    }))
    return jsonResponse(c, { watch, id, name, editions: found }, { 'cache-control': cacheControlFor(date) })
  }
}
