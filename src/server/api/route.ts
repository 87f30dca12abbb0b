import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { World } from '../../context.ts'
import { quoted } from '../../errors.ts'
import type { Editions } from '../editions.ts'
import { Problem } from '../problem.ts'
import { Problem as ProblemSchema } from './schemas.ts'

/** What every route is made from. */
export interface ApiWorld {
  readonly world: World
  readonly editions: Editions
}

/** A part of the API. What a query or a path may hold is checked before a handler sees it. */
export function newApi(): OpenAPIHono {
  return new OpenAPIHono({
    defaultHook: (result) => {
      if (result.success) return
      const where = ({ path }: { path: PropertyKey[] }) => (path.length > 0 ? `${path.join('.')}: ` : '')
      throw new Problem(400, result.error.issues.map((issue) => `${where(issue)}${issue.message}`).join('; '))
    },
  })
}

export const problem = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ProblemSchema } },
})
export const WRONG = problem('a parameter that cannot be taken; the detail says which, and why')
export const MISSING = problem('nothing of that name; the detail says what there is')
export const BUSY = problem(
  'a store cannot be reached, or too much is being asked at once; `Retry-After` says when to come back',
)

interface RouteFacts<P extends string, Q extends z.ZodRawShape, S extends z.ZodRawShape> {
  readonly path: P
  readonly tag: string
  readonly summary: string
  readonly description?: string
  readonly params: Q
  readonly query: S
  readonly answer: z.ZodType
  /** Other media types in which the answer can be had, as text. */
  readonly texts?: readonly string[]
}

/** A query that has no other parameters: a slip of the pen must not look like an answer to what was meant. */
export function strictly<S extends z.ZodRawShape>(shape: S) {
  const known = Object.keys(shape).join(', ')
  const error = ({ code, keys }: { code?: string; keys?: string[] }) =>
    code === 'unrecognized_keys'
      ? `unknown parameter ${quoted(keys!.join(', '))}; known: ${known || 'none'}`
      : undefined
  return z.strictObject(shape, { error })
}

/** A route that answers JSON, as it is documented and checked. Nothing but its own parameters is accepted. */
export function readRoute<P extends string, Q extends z.ZodRawShape, S extends z.ZodRawShape>(
  facts: RouteFacts<P, Q, S>,
) {
  const { path, tag, summary, description = '', texts = [] } = facts
  const params = z.object(facts.params)
  const query = strictly(facts.query)
  const text = Object.fromEntries(texts.map((type) => [type, { schema: z.string() }]))
  return createRoute({
    method: 'get',
    path,
    tags: [tag],
    summary,
    description,
    request: { params, query },
    responses: {
      200: { description: 'found', content: { 'application/json': { schema: facts.answer }, ...text } },
      304: { description: 'what `If-None-Match` names is still what there is' },
      400: WRONG,
      404: MISSING,
      503: BUSY,
    },
  })
}
