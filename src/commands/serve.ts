import { once } from 'node:events'
import { type CommandInput, print, printJson, warnOfMissing, withContext } from './io.ts'

/** Serves the page, the API and the feeds until it is stopped. */
export default (io: CommandInput): Promise<void> => serve(io, (url) => `serving ${url}  (Ctrl-C stops)\n`)

/** @param describe returns what to print once the server listens */
export async function serve(io: CommandInput, describe: (url: string) => string): Promise<void> {
  const { port = 8000, host = '127.0.0.1', json, quiet } = io.options
  await withContext(io, async (context) => {
    await warnOfMissing(context.report, context.documents, context.archive)
    const { startServer } = await import('../server/server.ts')
    const server = await startServer(context, { port, host, flag: '--port' }, io.options.mcp)
    if (json) await printJson({ url: server.url })
    else if (!quiet) await print(describe(server.url))
    if (!io.signal.aborted) await once(io.signal, 'abort')
    await server.close()
    context.report.info('stopped')
  })
}
