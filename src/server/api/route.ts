import { createRoute, OpenAPIHono, type RouteConfig, z } from '@hono/zod-openapi'
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
const UNAVAILABLE = problemResponseSpec(
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
}

interface JsonRouteDefinition<P extends string, Q extends z.ZodRawShape, S extends z.ZodRawShape>
  extends RouteDefinition<P, Q, S> {
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
  definition: JsonRouteDefinition<P, Q, S>,
) {
  const { response, csv } = definition
  const content = { 'application/json': { schema: response }, ...(csv !== undefined && csvContent(csv)) }
  return getRoute(definition, success(definition, content))
}

/** Creates a GET route that returns CSV only. @param csv an example */
export function csvRoute<P extends string, Q extends z.ZodRawShape, S extends z.ZodRawShape>(
  definition: RouteDefinition<P, Q, S> & { readonly csv: string },
) {
  return getRoute(definition, success(definition, csvContent(definition.csv)))
}

/** Creates a GET route for JSON, and one for the same as CSV, whose path ends in `.csv`. */
export function jsonAndCsvRoutes<P extends string, Q extends z.ZodRawShape, S extends z.ZodRawShape>(
  definition: JsonRouteDefinition<P, Q, S> & { readonly csv: string },
) {
  const { path, operationId, summary } = definition
  const names = { operationId: `${operationId}AsCsv`, summary: `${summary}, as CSV` }
  return [jsonRoute(definition), csvRoute({ ...definition, ...names, path: `${path}.csv` as const })] as const
}

export const csvContent = (example: string): Content => ({ 'text/csv': { schema: z.string(), example } })

type Content = Readonly<Record<string, { schema: z.ZodType; example?: string }>>

const header = (description: string) => ({ description, schema: { type: 'string' as const } })
const ETAG_HEADER = { ETag: header('Version of the response, for `If-None-Match`') }
const PAGE_HEADERS = {
  'X-Total-Count': header('Number of all matching items'),
  Link: header('Addresses of the next and the previous page (RFC 8288), if there are any'),
}

const success = ({ query }: { readonly query: object }, content: Content) => ({
  200: { description: 'Success', content, headers: { ...ETAG_HEADER, ...('offset' in query && PAGE_HEADERS) } },
})

/** Creates a GET route. @param responses those that not every route has */
export function getRoute<P extends string, Q extends z.ZodRawShape, S extends z.ZodRawShape>(
  { path, operationId, tag, summary, description = '', params, query }: RouteDefinition<P, Q, S>,
  responses: NonNullable<RouteConfig['responses']>,
  headers?: z.ZodObject,
) {
  return createRoute({
    method: 'get',
    path,
    operationId,
    tags: [tag],
    summary,
    description,
    request: { params: z.object(params), query: strictQuery(query), ...(headers && { headers }) },
    responses: {
      ...responses,
      304: { description: 'Unchanged since the version that `If-None-Match` names' },
      400: BAD_REQUEST,
      404: NOT_FOUND,
      503: UNAVAILABLE,
    },
  })
}
