import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { VERSION } from '../../version.ts'
import { createBody, respond } from '../body.ts'
import { CACHE_CONTROL } from '../caching.ts'
import { CORS_HEADERS } from '../cors.ts'
import { archiveApi } from './archive.ts'
import { changesApi } from './changes.ts'
import { datasetsApi } from './datasets.ts'
import { type Description, DOCS_POLICY, renderDocs } from './docs.ts'
import { editionsApi } from './editions.ts'
import { addExamples } from './example.ts'
import { exploreApi } from './explore.ts'
import { exploreFeedApi } from './exploreFeed.ts'
import { exploreFilesApi } from './exploreFiles.ts'
import { listApi } from './list.ts'
import { organizationsApi } from './organizations.ts'
import { optionalWatch, organizationParam, pageParams, searchParam } from './parameters.ts'
import { type ApiContext, BAD_REQUEST, createRouter, NOT_FOUND } from './route.ts'
import { runsApi } from './runs.ts'
import { watchesApi } from './watches.ts'

const OPENAPI = {
  openapi: '3.1.0',
  info: {
    title: 'datagouv-tops',
    version: VERSION,
    description:
      "Every Wednesday, the datasets about mobility and transport of data.gouv.fr's most followed organizations. " +
      'Read-only; no key needed.',
    license: { name: 'MIT' },
  },
  servers: [{ url: '/', description: 'This server' }],
}

const PARTS = [
  watchesApi,
  editionsApi,
  listApi,
  archiveApi,
  changesApi,
  organizationsApi,
  datasetsApi,
  exploreFeedApi,
  exploreApi,
  exploreFilesApi,
  runsApi,
]

/** Creates the API, with its OpenAPI description at `/openapi.json` and its documentation at `/docs`. */
export function createApi(context: ApiContext): OpenAPIHono {
  const api = createRouter()
  for (const part of PARTS) {
    api.route('/', part(context))
  }
  describeOtherRoutes(api)
  const description = api.getOpenAPI31Document(OPENAPI)
  addExamples(description as unknown as Description)
  const docs = createBody(renderDocs(description as unknown as Description), 'text/html; charset=utf-8')
  const openapi = createBody(JSON.stringify(description), 'application/json')
  api.get('/openapi.json', (c) => respond(c, openapi, { 'cache-control': CACHE_CONTROL.revalidate, ...CORS_HEADERS }))
  api.get('/docs', (c) =>
    respond(c, docs, { 'content-security-policy': DOCS_POLICY, 'cache-control': CACHE_CONTROL.revalidate }),
  )
  for (const path of ['/api', '/api/docs']) api.get(path, (c) => c.redirect('/docs'))
  return api
}

/** Adds feeds and probes, which other modules serve, to the OpenAPI description. */
function describeOtherRoutes({ openAPIRegistry }: OpenAPIHono): void {
  const feed = z.object({
    watch: optionalWatch,
    organization: organizationParam,
    q: searchParam,
    lang: pageParams.lang.openapi({ description: 'Language of the feed (default: `Accept-Language`, else `fr`)' }),
  })
  const status = { status: z.string().openapi({ example: 'ready' }), documents: z.boolean(), archive: z.boolean() }
  const others = [
    ['getAtomFeed', '/feed.atom', 'Returns the latest editions as an Atom feed', 'application/atom+xml', z.string()],
    [
      'getJsonFeed',
      '/feed.json',
      'Returns the latest editions as a JSON Feed',
      'application/feed+json',
      z.looseObject({}),
    ],
    [
      'getHealth',
      '/healthz',
      'Checks that the server answers',
      'application/json',
      z.object({ status: z.literal('ok') }),
    ],
    ['getReadiness', '/readyz', 'Checks that both stores answer (503 if not)', 'application/json', z.object(status)],
  ] as const
  for (const [operationId, path, summary, type, schema] of others) {
    const isFeed = path.startsWith('/feed')
    openAPIRegistry.registerPath({
      method: 'get',
      path,
      operationId,
      tags: [isFeed ? 'feeds' : 'probes'],
      summary,
      request: { query: isFeed ? feed : z.object({}) },
      responses: {
        200: { description: 'Success', content: { [type]: { schema } } },
        ...(isFeed && { 400: BAD_REQUEST, 404: NOT_FOUND }),
      },
    })
  }
}
