import type { Context } from '../context.ts'
import { createApi } from './api/api.ts'
import { createApp } from './app.ts'
import { createBodyCache } from './bodyCache.ts'
import { createEditions, type Editions } from './editions.ts'
import { createExplorer } from './explore/explorer.ts'
import { createWorkerSearcher } from './explore/workers.ts'
import { type ListenAddress, type RunningServer, serveApp } from './listen.ts'
import { createPages } from './pages/pages.tsx'

/** Reads the latest edition of the first watch, which most requests are about, before the first one comes. */
function prepareLatest({ config }: Context, editions: Editions): void {
  const { name } = config.watches[0]!
  editions.find(name).then(
    ({ edition }) => editions.prepare(edition),
    // There may be no edition yet. Another failure is logged when a request meets it.
    () => {},
  )
}

/** Serves pages, API and feeds. @throws Failure `usage` when the server cannot listen on the address */
export async function startServer(context: Context, address: ListenAddress): Promise<RunningServer> {
  const editions = createEditions(context)
  const searcher = context.config.explore_memory > 0 ? createWorkerSearcher(context) : undefined
  const explorer = createExplorer(context, searcher)
  const bodies = createBodyCache()
  const api = createApi({ context, editions, bodies, explorer })
  const pages = await createPages(context, editions, explorer, api.description)
  const { url, close } = await serveApp(createApp(context, editions, { bodies, api, pages }), address)
  prepareLatest(context, editions)
  return {
    url,
    close: async () => {
      await close()
      await searcher?.close()
    },
  }
}
