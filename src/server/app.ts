import { Hono } from 'hono'
import type { Context } from '../context.ts'
import { type Api, createApi } from './api/api.ts'
import { type BodyCache, createBodyCache } from './bodyCache.ts'
import { createCalendar } from './calendar.ts'
import { CORS_HEADERS } from './cors.ts'
import type { Editions } from './editions.ts'
import { createExplorer, type Explorer } from './explore/explorer.ts'
import { createFeeds } from './feed.ts'
import { createHealth } from './health.ts'
import { Problem, problemResponse } from './problem.ts'

/** The server is read-only: nothing can be started or changed over HTTP. */
const METHODS = ['GET', 'HEAD', 'OPTIONS']

const PREFLIGHT_HEADERS = {
  ...CORS_HEADERS,
  allow: METHODS.join(', '),
  'access-control-allow-methods': METHODS.join(', '),
  'access-control-allow-headers': '*',
  'access-control-max-age': '86400',
}

export interface AppOptions {
  readonly bodies?: BodyCache
  readonly api?: Api
  /** The HTML pages. Without them, only the API, the feeds and the probes are served. */
  readonly pages?: Hono
  /** Searches the snapshots; without it, searches are turned off. */
  readonly explorer?: Explorer
}

/** Combines API, feeds, probes and pages into one app. */
export function createApp(context: Context, editions: Editions, options: AppOptions = {}): Hono {
  const { bodies = createBodyCache(), explorer = createExplorer(context, undefined), pages } = options
  const { api = createApi({ context, editions, bodies, explorer }) } = options
  const app = new Hono()
  app.onError((error, c) => problemResponse(error, c.req.path, context.report))
  app.notFound(({ req: { path } }) => {
    const problem = new Problem(404, `cannot find ${path}: no such address. See /docs for the API's addresses.`)
    return problemResponse(problem, path, context.report)
  })
  app.use(({ req: { method } }, next) => {
    if (method === 'OPTIONS') return Promise.resolve(new Response(null, { status: 204, headers: PREFLIGHT_HEADERS }))
    if (METHODS.includes(method)) return next()
    const { allow } = PREFLIGHT_HEADERS
    throw new Problem(405, `cannot handle ${method}: this server is read-only. Use ${allow}.`, { allow })
  })

  app.get('*', async ({ req, redirect }, next) => {
    if (req.path === '/' || !req.path.endsWith('/')) return next()
    // The path stays encoded. Decoded, `/%5Cexample.org/` would lead browsers to another site.
    const { pathname, search } = new URL(req.url)
    const segments = pathname.split('/').filter((segment) => segment !== '')
    return redirect(`/${segments.join('/')}${search}`, 301)
  })
  app.route('/', api.routes)
  app.route('/', createFeeds(context, editions, bodies))
  app.route('/', createCalendar(context, editions))
  app.route('/', createHealth(context))
  if (pages !== undefined) app.route('/', pages)
  return app
}
