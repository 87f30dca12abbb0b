import { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { cachingOf } from '../caching.ts'
import { answerJson } from './answerJson.ts'
import { dateOf, dateParam, editionParam, optionalWatch, watchParam } from './parameters.ts'
import { type ApiWorld, newApi, readRoute } from './route.ts'
import { Explanation } from './schemas.ts'

const asked = z
  .string()
  .min(1)
  .max(300)
  .openapi({ example: '5eab9f4b7ee4582b405f11df', description: 'an id, a slug, or the (encoded) address of a page' })

const route = readRoute({
  path: '/api/explain/{id}',
  tag: 'explain',
  summary: 'Why a dataset is, or is not, in the list and in the tops',
  params: { id: asked },
  query: {
    watch: optionalWatch,
    date: dateParam.optional().openapi({ description: "the edition's date; default: the latest" }),
  },
  answer: Explanation,
})

const editionRoute = readRoute({
  path: '/api/editions/{watch}/{edition}/explain/{id}',
  tag: 'explain',
  summary: 'Why a dataset is, or is not, in an edition',
  params: { watch: watchParam, edition: editionParam, id: asked },
  query: {},
  answer: Explanation,
})

/** Why a dataset is, or is not, in an edition. */
export function explainApi({ world, editions }: ApiWorld) {
  const [first] = world.config.watches
  const answer = async (c: Context, watch: string, date: string | undefined, id: string) =>
    answerJson(c, await editions.explain(watch, date, id), { 'cache-control': cachingOf(date) })
  return newApi()
    .openapi(route, (c) => {
      const { watch = first!.name, date } = c.req.valid('query')
      return answer(c, watch, date, c.req.valid('param').id)
    })
    .openapi(editionRoute, (c) => {
      const { watch, edition, id } = c.req.valid('param')
      return answer(c, watch, dateOf(edition), id)
    })
}
