import { CACHE_CONTROL } from '../caching.ts'
import { NO_INDEX, requestedWatch, searchParams } from './exploreRequest.ts'
import { SearchHistory } from './exploreSchemas.ts'
import { jsonResponse } from './jsonResponse.ts'
import { pageParams } from './parameters.ts'
import { type ApiContext, createRouter, jsonRoute } from './route.ts'

const route = jsonRoute({
  path: '/api/explore/history',
  operationId: 'countWeeks',
  tag: 'explore',
  summary: 'Counts the datasets that contain any of the words, in each stored week',
  description:
    'Returns the weeks counted so far, and counts the others in the background. Ask again until `seconds_left` is 0.',
  params: {},
  query: { words: searchParams.words, match: searchParams.match, columns: searchParams.columns, lang: pageParams.lang },
  response: SearchHistory,
})

/** Serves the number of datasets that a search finds in each week. */
export function exploreHistoryApi({ explorer }: ApiContext) {
  return createRouter().openapi(route, async (c) => {
    const watch = requestedWatch(c.req.valid('query'))
    const { terms, columns, match } = watch
    const history = await explorer.history(watch)
    const headers = { 'cache-control': CACHE_CONTROL.revalidate, ...NO_INDEX }
    return jsonResponse(c, { terms, columns, match, ...history }, headers)
  })
}
