import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { ATOM_EXAMPLE } from './example.ts'
import { feedParams } from './parameters.ts'
import { BAD_REQUEST, NOT_FOUND } from './route.ts'
import { JsonFeed } from './schemas.ts'

const health = z.object({ status: z.literal('ok') })
const readiness = z.object({
  status: z.string().openapi({ example: 'ready' }),
  documents: z.boolean(),
  archive: z.boolean(),
})

/** Feeds, probes and metrics, which other modules serve. */
const ROUTES = [
  {
    path: '/feed.atom',
    operationId: 'getAtomFeed',
    tag: 'feeds',
    summary: 'Returns the latest editions with their changes as an Atom feed',
    content: { 'application/atom+xml': { schema: z.string(), example: ATOM_EXAMPLE } },
  },
  {
    path: '/feed.json',
    operationId: 'getJsonFeed',
    tag: 'feeds',
    summary: 'Returns the latest editions with their changes as a JSON Feed',
    content: { 'application/feed+json': { schema: JsonFeed } },
  },
  {
    path: '/healthz',
    operationId: 'getHealth',
    tag: 'probes',
    summary: 'Checks that the server answers',
    content: { 'application/json': { schema: health } },
  },
  {
    path: '/readyz',
    operationId: 'getReadiness',
    tag: 'probes',
    summary: 'Checks that both stores answer',
    content: { 'application/json': { schema: readiness } },
  },
  {
    path: '/metrics',
    operationId: 'getMetrics',
    tag: 'probes',
    summary: 'Returns metrics for Prometheus',
    content: {
      'text/plain': { schema: z.string(), example: 'datagouv_tops_edition_datasets{watch="mobilite-transport"} 622\n' },
    },
  },
] as const

/** Adds the routes of other modules to the OpenAPI description. */
export function describeOtherRoutes({ openAPIRegistry }: OpenAPIHono): void {
  for (const { path, operationId, tag, summary, content } of ROUTES) {
    const isFeed = tag === 'feeds'
    openAPIRegistry.registerPath({
      method: 'get',
      path,
      operationId,
      tags: [tag],
      summary,
      request: { query: z.object(isFeed ? feedParams : {}) },
      responses: {
        200: { description: 'Success', content },
        ...(isFeed && { 400: BAD_REQUEST, 404: NOT_FOUND }),
        ...(path === '/readyz' && {
          503: { description: 'A store does not answer', content: { 'application/json': { schema: readiness } } },
        }),
      },
    })
  }
}
