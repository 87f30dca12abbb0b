import type { Context } from 'hono'
import { CACHING } from '../caching.ts'
import { answerJson } from './answerJson.ts'
import { dateOf, dateParam, editionParam, optionalWatch, watchParam } from './parameters.ts'
import { type ApiWorld, newApi, readRoute } from './route.ts'
import { Changes } from './schemas.ts'

const description =
  'Datasets that entered and left, with the reason; followers gained and lost; organisations whose rank, followers or number of ' +
  'datasets changed. A reason is null when the files of that date were not kept.'

const route = readRoute({
  path: '/api/changes',
  tag: 'changes',
  summary: 'What changed between two editions',
  description,
  params: {},
  query: {
    watch: optionalWatch,
    from: dateParam.optional().openapi({ description: 'the earlier edition; default: the one before the later' }),
    to: dateParam.optional().openapi({ description: 'the later edition; default: the latest' }),
  },
  answer: Changes,
})

const editionRoute = readRoute({
  path: '/api/editions/{watch}/{edition}/changes',
  tag: 'changes',
  summary: 'What changed in an edition',
  description,
  params: { watch: watchParam, edition: editionParam },
  query: { since: dateParam.optional().openapi({ description: 'since this edition; default: the one before' }) },
  answer: Changes,
})

/** What entered, left and moved between two editions. */
export function changesApi({ world, editions }: ApiWorld) {
  const [first] = world.config.watches
  const answer = async (c: Context, watch: string, from?: string, to?: string) =>
    answerJson(c, await editions.changes(watch, from, to), { 'cache-control': CACHING.latest })
  return newApi()
    .openapi(route, (c) => {
      const { watch = first!.name, from, to } = c.req.valid('query')
      return answer(c, watch, from, to)
    })
    .openapi(editionRoute, (c) => {
      const { watch, edition } = c.req.valid('param')
      return answer(c, watch, c.req.valid('query').since, dateOf(edition))
    })
}
