import { Hono } from 'hono'
import type { World } from '../context.ts'
import { createApi } from './api/api.ts'
import { READABLE_BY_ALL } from './cors.ts'
import type { Editions } from './editions.ts'
import { createFeeds } from './feed.ts'
import { createHealth } from './health.ts'
import { Problem, problemOf } from './problem.ts'

/** Nothing can be started or changed over HTTP. */
const METHODS = ['GET', 'HEAD', 'OPTIONS']

const PREFLIGHT = {
  ...READABLE_BY_ALL,
  allow: METHODS.join(', '),
  'access-control-allow-methods': METHODS.join(', '),
  'access-control-allow-headers': '*',
  'access-control-max-age': '86400',
}

export interface AppOptions {
  /** What people look at: every address that is not the API's, the feeds' or the probes'. */
  readonly pages?: Hono
}

/** Everything that is served, as one function from request to response. */
export function createApp(world: World, editions: Editions, { pages }: AppOptions = {}): Hono {
  const app = new Hono()
  app.onError((error, c) => problemOf(error, c.req.path, world.report))
  app.notFound((c) => problemOf(new Problem(404, `there is nothing at ${c.req.path}`), c.req.path, world.report))
  app.use(({ req: { method } }, next) => {
    if (method === 'OPTIONS') return Promise.resolve(new Response(null, { status: 204, headers: PREFLIGHT }))
    if (METHODS.includes(method)) return next()
    throw new Problem(405, 'this server is for reading: GET, HEAD and OPTIONS', { allow: PREFLIGHT.allow })
  })

  app.route('/', createApi({ world, editions }))
  app.route('/', createFeeds(world, editions))
  app.route('/', createHealth(world))
  if (pages !== undefined) app.route('/', pages)
  return app
}
