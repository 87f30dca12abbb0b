import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from '../../context.ts'
import { quoted } from '../../errors.ts'
import type { BodyCache } from '../bodyCache.ts'
import type { Editions } from '../editions.ts'
import type { Explorer } from '../explore/explorer.ts'
import { Problem } from '../problem.ts'
import { Problem as ProblemSchema } from './schemas.ts'

/** What every route needs. */
export interface ApiContext {
  readonly context: Context
  readonly editions: Editions
  readonly bodies: BodyCache
  readonly explorer: Explorer
}

/** Creates a router that validates paths and queries before their handler runs. */
export function createRouter(): OpenAPIHono {
  return new OpenAPIHono({
    defaultHook: (result, { req }) => {
      if (result.success) return
      const { target, error } = result
      throw invalidRequest(error, (name) => (target === 'param' ? req.param(name) : req.query(name)))
    },
  })
}

/** Creates the 400 for a request that does not match its schema. @param givenValue returns the value of a parameter */
export function invalidRequest({ issues }: z.ZodError, givenValue: (name: string) => string | undefined): Problem {
  const messages = issues.map(({ path: [name], message }) => {
    if (name === undefined) return `${message}.`
    const reason = message.replace(/^./, (first) => first.toLowerCase())
    return `cannot accept ${String(name)} ${quoted(givenValue(String(name)) ?? '')}: ${reason}.`
  })
  return new Problem(400, messages.join(' '))
}

export const problemResponseSpec = (description: string) => ({
  description,
  content: { 'application/problem+json': { schema: ProblemSchema } },
})
export const BAD_REQUEST = problemResponseSpec('Invalid parameter; `detail` says which and why')
export const NOT_FOUND = problemResponseSpec('Not found; `detail` says what exists')
export const UNAVAILABLE = problemResponseSpec(
  'A store is unreachable, or the server is busy; `Retry-After` says when to try again',
)

interface RouteDefinition<P extends string, Q extends z.ZodRawShape, S extends z.ZodRawShape> {
  readonly path: P
  /** Name of the method in generated clients. */
  readonly operationId: string
  readonly tag: string
  readonly summary: string
  readonly description?: string
  readonly params: Q
  readonly query: S
  readonly response: z.ZodType
  /** An example of the CSV, if the route has one. */
  readonly csv?: string
}

/** Creates a query schema that rejects unknown parameters: ignoring a misspelled filter would return the wrong data. */
export function strictQuery<S extends z.ZodRawShape>(shape: S) {
  const known = Object.keys(shape)
  const remedy = known.length > 0 ? `Use ${known.join(', ')}` : 'This address takes none'
  const error = ({ code, keys }: { code?: string; keys?: string[] }) =>
    code === 'unrecognized_keys'
      ? `cannot accept parameter ${quoted(keys!.join(', '))}: it is unknown. ${remedy}`
      : undefined
  return z.strictObject(shape, { error })
}

/** Creates a GET route for JSON. Its definition validates the request and is its documentation. */
export function jsonRoute<P extends string, Q extends z.ZodRawShape, S extends z.ZodRawShape>(
  definition: RouteDefinition<P, Q, S>,
) {
  const { response, csv } = definition
  return routeOf(definition, { 'application/json': { schema: response }, ...csvContent(csv) })
}

/** Creates a GET route that returns CSV only. */
export function csvRoute<P extends string, Q extends z.ZodRawShape, S extends z.ZodRawShape>(
  definition: RouteDefinition<P, Q, S>,
) {
  return routeOf(definition, csvContent(definition.csv))
}

const csvContent = (example: string | undefined): Content =>
  example === undefined ? {} : { 'text/csv': { schema: z.string(), example } }

type Content = Readonly<Record<string, { schema: z.ZodType; example?: string }>>

const header = (description: string) => ({ description, schema: { type: 'string' as const } })
const ETAG_HEADER = { ETag: header('Version of the response, for `If-None-Match`') }
const PAGE_HEADERS = {
  'X-Total-Count': header('Number of all matching items'),
  Link: header('Addresses of the next and the previous page (RFC 8288), if there are any'),
}

function routeOf<P extends string, Q extends z.ZodRawShape, S extends z.ZodRawShape>(
  { path, operationId, tag, summary, description = '', params, query }: RouteDefinition<P, Q, S>,
  content: Content,
) {
  return createRoute({
    method: 'get',
    path,
    operationId,
    tags: [tag],
    summary,
    description,
    request: { params: z.object(params), query: strictQuery(query) },
    responses: {
      200: { description: 'Success', content, headers: { ...ETAG_HEADER, ...('offset' in query && PAGE_HEADERS) } },
      304: { description: 'Unchanged since the version that `If-None-Match` names' },
      400: BAD_REQUEST,
      404: NOT_FOUND,
      503: UNAVAILABLE,
    },
  })
}
