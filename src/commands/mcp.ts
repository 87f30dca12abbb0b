import { once } from 'node:events'
import { finished } from 'node:stream/promises'
import { type CommandInput, warnOfMissing, withContext } from './io.ts'

/** Serves the Model Context Protocol over stdin and stdout until its client closes stdin, or until it is stopped. */
export default async function mcp(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { archive, documents, report, config, signal } = context
    await warnOfMissing(report, documents, archive)
    const { serveStdio } = await import('@modelcontextprotocol/server/stdio')
    const { createMcpFactory } = await import('../mcp/server.ts')
    const { createApp } = await import('../server/app.ts')
    const { createEditions } = await import('../server/editions.ts')
    const { createExplorer } = await import('../server/explore/explorer.ts')
    const { createWorkerSearcher } = await import('../server/explore/workers.ts')
    const searcher = config.explore_memory > 0 ? createWorkerSearcher(context) : undefined
    const app = createApp(context, createEditions(context), { explorer: createExplorer(context, searcher) })
    const create = await createMcpFactory({
      fetchApi: (path) => app.request(path),
      portal: config.portal,
      site: config.public_url ?? '',
      defaultWatch: config.watches[0]!.name,
    })
    const server = serveStdio(() => create(), { onerror: ({ message }) => report.warn(message) })
    // A file, such as /dev/null, ends without being closed.
    const ended = finished(process.stdin, { writable: false }).catch(() => {})
    if (!signal.aborted) await Promise.race([ended, once(signal, 'abort').catch(() => {})])
    await server.close()
    await searcher?.close()
  })
}
