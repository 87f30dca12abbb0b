import type { OpenAPIHono } from '@hono/zod-openapi'
import { VERSION } from '../../version.ts'
import { archiveApi } from './archive.ts'
import { changesApi } from './changes.ts'
import { editionsApi } from './editions.ts'
import { explainApi } from './explain.ts'
import { historyApi } from './history.ts'
import { type ApiWorld, newApi } from './route.ts'
import { runsApi } from './runs.ts'
import { watchesApi } from './watches.ts'

/** The API; it describes itself at `/openapi.json`. */
export function createApi(world: ApiWorld): OpenAPIHono {
  const api = newApi()
  for (const part of [watchesApi, editionsApi, archiveApi, changesApi, explainApi, historyApi, runsApi]) {
    api.route('/', part(world))
  }
  api.doc31('/openapi.json', {
    openapi: '3.1.0',
    info: {
      title: 'datagouv-tops',
      version: VERSION,
      description:
        "Every Wednesday, the datasets about mobility and transport of data.gouv.fr's most followed organisations. For reading only.",
      license: { name: 'MIT' },
    },
  })
  return api
}
