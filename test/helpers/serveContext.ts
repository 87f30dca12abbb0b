import { onTestFinished } from 'vitest'
import type { Context } from '../../src/context.ts'
import { createApp } from '../../src/server/app.ts'
import { createEditions } from '../../src/server/editions.ts'
import { serveApp } from '../../src/server/listen.ts'

/** Serves the API and the feeds until the test ends; returns the address, without a final slash. */
export async function serveContext(context: Context): Promise<string> {
  const server = await serveApp(createApp(context, createEditions(context)), {
    port: 0,
    host: '127.0.0.1',
    flag: '--port',
  })
  onTestFinished(() => server.close())
  return server.url.replace(/\/$/, '')
}
