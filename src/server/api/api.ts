import { type OpenAPIHono, z } from '@hono/zod-openapi'
import { VERSION } from '../../version.ts'
import { answer, bodyOf } from '../body.ts'
import { CACHING } from '../caching.ts'
import { answerJson } from './answerJson.ts'
import { archiveApi } from './archive.ts'
import { changesApi } from './changes.ts'
import { type Description, DOCS_POLICY, docsOf } from './docs.ts'
import { editionsApi } from './editions.ts'
import { explainApi } from './explain.ts'
import { historyApi } from './history.ts'
import { optionalWatch } from './parameters.ts'
import { type ApiWorld, MISSING, newApi } from './route.ts'
import { runsApi } from './runs.ts'
import { watchesApi } from './watches.ts'

const OPENAPI = {
  openapi: '3.1.0',
  info: {
    title: 'datagouv-tops',
    version: VERSION,
    description:
      "Every Wednesday, the datasets about mobility and transport of data.gouv.fr's most followed organisations. " +
      'The API is for reading only, and needs no key.',
    license: { name: 'MIT' },
  },
}

/** The API; it describes itself for programs at `/openapi.json` and for people at `/docs`. */
export function createApi(world: ApiWorld): OpenAPIHono {
  const api = newApi()
  for (const part of [watchesApi, editionsApi, archiveApi, changesApi, explainApi, historyApi, runsApi]) {
    api.route('/', part(world))
  }
  describeOthers(api)
  const description = api.getOpenAPI31Document(OPENAPI)
  const docs = bodyOf(docsOf(description as unknown as Description), 'text/html; charset=utf-8')
  api.get('/openapi.json', (c) => answerJson(c, description))
  api.get('/docs', (c) => answer(c, docs, { 'content-security-policy': DOCS_POLICY, 'cache-control': CACHING.passing }))
  for (const path of ['/api', '/api/', '/api/docs']) api.get(path, (c) => c.redirect('/docs'))
  return api
}

/** What is served beside the API and belongs into its description. */
function describeOthers({ openAPIRegistry }: OpenAPIHono): void {
  const others = [
    ['/feed.atom', 'The last editions and what changed, as Atom', 'application/atom+xml', z.string()],
    ['/feed.json', 'The last editions and what changed, as JSON Feed', 'application/feed+json', z.looseObject({})],
    ['/healthz', 'Whether this server answers', 'application/json', z.object({ status: z.literal('ok') })],
    ['/readyz', 'Whether both stores answer as well (503 when not)', 'application/json', z.looseObject({})],
  ] as const
  for (const [path, summary, type, schema] of others) {
    const isFeed = path.startsWith('/feed')
    openAPIRegistry.registerPath({
      method: 'get',
      path,
      summary,
      request: { query: isFeed ? z.object({ watch: optionalWatch }) : z.object({}) },
      responses: { 200: { description: 'found', content: { [type]: { schema } } }, ...(isFeed && { 404: MISSING }) },
    })
  }
}
