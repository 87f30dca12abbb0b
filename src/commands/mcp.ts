import { once } from 'node:events'
import { type CommandInput, warnOfMissing, withContext } from './io.ts'

/** Serves the Model Context Protocol over stdin and stdout until its client closes stdin, or until it is stopped. */
export default async function mcp(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { archive, documents, report, config, signal } = context
    await warnOfMissing(report, documents, archive)
    const [{ serveStdio }, { createMcpFactory }, { createApp }, { createEditions }] = await Promise.all([
      import('@modelcontextprotocol/server/stdio'),
      import('../mcp/server.ts'),
      import('../server/app.ts'),
      import('../server/editions.ts'),
    ])
    const app = createApp(context, createEditions(context))
    const create = await createMcpFactory({
      fetchApi: (path) => app.request(path),
      portal: config.portal,
      site: config.public_url ?? '',
      defaultWatch: config.watches[0]!.name,
    })
    const server = serveStdio(() => create(), { onerror: ({ message }) => report.warn(message) })
    const ended = once(process.stdin, 'close').catch(() => {})
    if (!signal.aborted) await Promise.race([ended, once(signal, 'abort').catch(() => {})])
    await server.close()
  })
}
