import type { World } from '../context.ts'
import { createApp } from './app.ts'
import { createEditions } from './editions.ts'
import { type Address, type Listening, serveApp } from './listen.ts'
import { createPages } from './pages/pages.tsx'

/** Serves pages, API and feeds. @throws Failure `usage` when the server cannot listen on the address */
export async function startServer(world: World, address: Address): Promise<Listening> {
  const editions = createEditions(world)
  const pages = await createPages(world, editions)
  return serveApp(createApp(world, editions, { pages }), address)
}
