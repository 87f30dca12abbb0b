import type { Context } from '../context.ts'
import { createApi } from './api/api.ts'
import { createApp } from './app.ts'
import { createBodyCache } from './bodyCache.ts'
import { createEditions } from './editions.ts'
import { type ListenAddress, type RunningServer, serveApp } from './listen.ts'
import { createPages } from './pages/pages.tsx'

/** Serves pages, API and feeds. @throws Failure `usage` when the server cannot listen on the address */
export async function startServer(context: Context, address: ListenAddress): Promise<RunningServer> {
  const editions = createEditions(context)
  const bodies = createBodyCache()
  const api = createApi({ context, editions, bodies })
  const pages = await createPages(context, editions, api.description)
  return serveApp(createApp(context, editions, { bodies, api, pages }), address)
}
