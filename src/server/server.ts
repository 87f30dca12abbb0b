import { Hono } from 'hono'
import type { Context } from '../context.ts'
import { createApi } from './api/api.ts'
import { createApp } from './app.ts'
import { createBodyCache } from './bodyCache.ts'
import { createEditions, type Editions } from './editions.ts'
import { createExplorer } from './explore/explorer.ts'
import { createWorkerSearcher } from './explore/workers.ts'
import { type ListenAddress, type RunningServer, serveApp } from './listen.ts'
import { createPages } from './pages/pages.tsx'

/** Reads the latest edition of the first watch and why its datasets changed, which most requests are about, before the first one comes. */
function prepareLatest({ config }: Context, editions: Editions): void {
  const { name } = config.watches[0]!
  editions
    .find(name)
    .then(async ({ edition }) => {
      editions.prepare(edition)
      const earlier = await editions.before(edition)
      if (earlier !== undefined) editions.knownChanges(earlier, edition)
    })
    // There may be no edition yet. Another failure is logged when a request meets it.
    .catch(() => {})
}

/** Serves pages, API and feeds. @throws Failure `usage` when the server cannot listen on the address */
export async function startServer(context: Context, address: ListenAddress, withMcp = false): Promise<RunningServer> {
  const editions = createEditions(context)
  const searcher = context.config.explore_memory > 0 ? createWorkerSearcher(context) : undefined
  const explorer = createExplorer(context, searcher)
  const bodies = createBodyCache()
  const api = createApi({ context, editions, bodies, explorer })
  const pages = await createPages(context, editions, explorer, api.description)
  const app = createApp(context, editions, { bodies, api, pages })
  const { url, close } = await serveApp(withMcp ? await mcpInFront(app, context) : app, address)
  prepareLatest(context, editions)
  return {
    url,
    close: async () => {
      await close()
      await searcher?.close()
    },
  }
}

/** Puts `/mcp` in front of an app. The app itself stays read-only: it accepts no POST. */
async function mcpInFront(app: Hono, context: Context): Promise<Hono> {
  const front = new Hono()
  const { addMcp } = await import('./mcp.ts')
  await addMcp(front, app, context)
  return front.all('*', ({ req, env }) => app.fetch(req.raw, env))
}
