import type { OpenAPIHono } from '@hono/zod-openapi'
import { VERSION } from '../../version.ts'
import { createBody, respond } from '../body.ts'
import { CACHE_CONTROL } from '../caching.ts'
import { CORS_HEADERS } from '../cors.ts'
import { archiveApi } from './archive.ts'
import { changesApi } from './changes.ts'
import { datasetsApi } from './datasets.ts'
import type { Description } from './description.ts'
import { editionsApi } from './editions.ts'
import { addExamples } from './example.ts'
import { exploreApi } from './explore.ts'
import { exploreFeedApi } from './exploreFeed.ts'
import { exploreFilesApi } from './exploreFiles.ts'
import { exploreHistoryApi } from './exploreHistory.ts'
import { listApi } from './list.ts'
import { organizationsApi } from './organizations.ts'
import { describeOtherRoutes } from './otherRoutes.ts'
import { type ApiContext, createRouter } from './route.ts'
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
  exploreHistoryApi,
  exploreApi,
  exploreFilesApi,
  runsApi,
]

export interface Api {
  readonly routes: OpenAPIHono
  /** The OpenAPI document, which is also at `/openapi.json`. */
  readonly description: Description
}

/** Creates the API with its OpenAPI description. */
export function createApi(context: ApiContext): Api {
  const routes = createRouter()
  for (const part of PARTS) {
    routes.route('/', part(context))
  }
  describeOtherRoutes(routes)
  const description = routes.getOpenAPI31Document(OPENAPI) as unknown as Description
  addExamples(description)
  const openapi = createBody(JSON.stringify(description), 'application/json')
  routes.get('/openapi.json', (c) =>
    respond(c, openapi, { 'cache-control': CACHE_CONTROL.revalidate, ...CORS_HEADERS }),
  )
  for (const path of ['/api', '/api/docs']) routes.get(path, (c) => c.redirect('/docs'))
  return { routes, description }
}
