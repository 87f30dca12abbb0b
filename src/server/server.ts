import { Hono } from 'hono'
import type { Context } from '../context.ts'
import { createApp } from './app.ts'
import { createEditions } from './editions.ts'
import { type ListenAddress, type RunningServer, serveApp } from './listen.ts'
import { createPages } from './pages/pages.tsx'

/** Serves pages, API and feeds. @throws Failure `usage` when the server cannot listen on the address */
export async function startServer(context: Context, address: ListenAddress, withMcp = false): Promise<RunningServer> {
  const editions = createEditions(context)
  const pages = await createPages(context, editions)
  const app = createApp(context, editions, { pages })
  return serveApp(withMcp ? await mcpInFront(app, context) : app, address)
}

/** Puts `/mcp` in front of an app. The app itself stays read-only: it accepts no POST. */
async function mcpInFront(app: Hono, context: Context): Promise<Hono> {
  const front = new Hono()
  const { addMcp } = await import('./mcp.ts')
  await addMcp(front, app, context)
  return front.all('*', ({ req, env }) => app.fetch(req.raw, env))
}
