import { jsonResponse } from './jsonResponse.ts'
import { type ApiContext, createRouter, jsonRoute } from './route.ts'
import { listOf, WatchItem } from './schemas.ts'

const route = jsonRoute({
  path: '/api/watches',
  operationId: 'listWatches',
  tag: 'watches',
  summary: 'Lists the configured watches',
  params: {},
  query: {},
  response: listOf(WatchItem),
})

/** Serves the configured watches, each with the date of its latest edition. */
export function watchesApi({ context, editions }: ApiContext) {
  return createRouter().openapi(route, async (c) => {
    const items = await Promise.all(
      context.config.watches.map(async ({ name, label = null, terms, columns, match, top }) => {
        const dates = await editions.dates(name)
        return { name, label, terms, columns, match, top, editions: dates.length, latest: dates[0] ?? null }
      }),
    )
    return jsonResponse(c, { total: items.length, items })
  })
}
