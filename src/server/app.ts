import { Hono } from 'hono'
import { compress } from 'hono/compress'
import { cors } from 'hono/cors'
import { etag } from 'hono/etag'
import type { World } from '../context.ts'
import { createApi } from './api/api.ts'
import type { Editions } from './editions.ts'
import { createFeeds } from './feed.ts'
import { createHealth } from './health.ts'
import { Problem, problemOf } from './problem.ts'

/** Nothing can be started or changed over HTTP. */
const METHODS = ['GET', 'HEAD', 'OPTIONS']

/** Headers of answers that scripts of other sites may read. */
const EXPOSED = [
  'etag',
  'link',
  'x-total-count',
  'content-range',
  'accept-ranges',
  'content-disposition',
  'retry-after',
]

export interface AppOptions {
  /** What people look at: every address that is not the API's, the feeds' or the probes'. */
  readonly pages?: Hono
}

/** Everything that is served, as one function from request to response. */
export function createApp(world: World, editions: Editions, { pages }: AppOptions = {}): Hono {
  const app = new Hono()
  app.onError((error, c) => problemOf(error, c.req.path, world.report))
  app.notFound((c) => problemOf(new Problem(404, `there is nothing at ${c.req.path}`), c.req.path, world.report))
  app.use(compress(), etag({ weak: true }))
  app.use(async (c, next) => {
    if (!METHODS.includes(c.req.method)) {
      throw new Problem(405, 'this server is for reading: GET, HEAD and OPTIONS', { allow: METHODS.join(', ') })
    }
    await next()
    c.header('x-content-type-options', 'nosniff')
  })

  const readableByAll = cors({ origin: '*', allowMethods: METHODS, exposeHeaders: EXPOSED, maxAge: 86_400 })
  for (const path of ['/api/*', '/openapi.json', '/feed.atom', '/feed.json']) app.use(path, readableByAll)

  app.route('/', createApi({ world, editions }))
  app.route('/', createFeeds(world, editions))
  app.route('/', createHealth(world))
  if (pages !== undefined) app.route('/', pages)
  return app
}
