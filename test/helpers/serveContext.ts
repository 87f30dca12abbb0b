import { onTestFinished } from 'vitest'
import type { Context } from '../../src/context.ts'
import { createApp } from '../../src/server/app.ts'
import { createEditions } from '../../src/server/editions.ts'
import { createExplorer } from '../../src/server/explore/explorer.ts'
import { createSearcher } from '../../src/server/explore/searcher.ts'
import { serveApp } from '../../src/server/listen.ts'

/** Memory for the snapshots that are searched. */
const SEARCH_BYTES = 2 ** 24

/** Serves the API, the feeds and the searches, which run in this thread, until the test ends; returns the address, without a final slash. */
export async function serveContext(context: Context): Promise<string> {
  const searcher = createSearcher((snapshot, name) => context.archive.read(snapshot[name].key), SEARCH_BYTES)
  const explorer = createExplorer(context, searcher)
  const server = await serveApp(createApp(context, createEditions(context), { explorer }), {
    port: 0,
    host: '127.0.0.1',
    flag: '--port',
  })
  onTestFinished(() => server.close())
  return server.url.replace(/\/$/, '')
}
