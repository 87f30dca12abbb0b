import { type Flags, resolveConfig } from './config/config.ts'
import { maskSecrets } from './config/secrets.ts'
import type { Config } from './config/settings.ts'
import type { Context } from './context.ts'
import type { ProxySettings } from './network/proxy.ts'
import type { RunObserver } from './runs/observer.ts'
import type { Archive } from './stores/archive.ts'
import type { Documents } from './stores/documents.ts'
import type { StoreReport } from './stores/report.ts'
import type { Report } from './terminal/report.ts'
import { waitForAll } from './waitForAll.ts'

export interface ContextOptions {
  readonly flags?: Flags
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly configFile?: string
  readonly report: Report
  readonly signal: AbortSignal
  readonly clock?: () => Date
  /** Called with the resolved configuration before any store is loaded. */
  readonly onConfig?: (config: Config) => Promise<void>
}

/** Opens the stores that the configuration names. Only this file imports the concrete stores, each when it is used. */
export async function openContext(options: ContextOptions): Promise<Context> {
  const { config, warnings } = await resolveConfig(options.flags, options.environment, options.configFile)
  for (const warning of warnings) options.report.warn(warning)
  await options.onConfig?.(config)
  const archive = await openArchive(config.archive, options.report, config)
  const waiting = `waiting for the document store ${maskSecrets(config.documents)}`
  const opening = openDocuments(config.documents, options.report).catch(async (error) => {
    await archive.close().catch(() => {})
    throw error
  })
  const documents = await reportIfSlow(waiting, opening, options.report)
  const { clock = () => new Date(), report, signal } = options
  const openObservers = () => createObservers({ config, archive, documents, clock, report })
  return { config, archive, documents, clock, report, signal, openObservers }
}

/** How long to wait for a store before reporting what the program waits for. */
const SLOW_MS = 2_000

/** Reports what the program waits for, if that takes long. An unreachable MongoDB fails only after 10 s. */
async function reportIfSlow<T>(waiting: string, opening: Promise<T>, report: Report): Promise<T> {
  const timer = setTimeout(() => report.info(waiting), SLOW_MS)
  try {
    return await opening
  } finally {
    clearTimeout(timer)
  }
}

async function createObservers(
  context: Pick<Context, 'config' | 'archive' | 'documents' | 'clock' | 'report'>,
): Promise<RunObserver[]> {
  const { lineage, metrics_file } = context.config
  const observers: RunObserver[] = []
  if (lineage !== undefined)
    observers.push((await import('./lineage/lineage.ts')).createLineageObserver(lineage, context))
  if (metrics_file !== undefined) {
    observers.push((await import('./metrics/textfile.ts')).createMetricsFileObserver(metrics_file, context))
  }
  return observers
}

/** Closes the stores. */
export async function closeContext({ archive, documents }: Context): Promise<void> {
  await waitForAll([archive.close(), documents.close()])
}

/**
 * Opens an archive.
 *
 * @param address as configured: `file:FOLDER` or `s3://BUCKET`
 * @param report is notified of what the first write creates, and of problems with the store's settings
 * @param proxies for requests to a bucket
 */
export async function openArchive(address: string, report?: StoreReport, proxies?: ProxySettings): Promise<Archive> {
  if (address.startsWith('file:'))
    return (await import('./stores/folder/folder.ts')).openFolder(address.slice('file:'.length), report)
  return (await import('./stores/s3/s3.ts')).openS3(address, report, proxies)
}

/**
 * Opens a document store.
 *
 * @param address as configured: `sqlite:FILE` or `mongodb://HOST/DATABASE`
 * @param report is notified of what the first write creates, and of features that the server lacks
 */
export async function openDocuments(address: string, report?: StoreReport): Promise<Documents> {
  if (address.startsWith('sqlite:'))
    return (await import('./stores/sqlite/sqlite.ts')).openSqlite(address.slice('sqlite:'.length), report)
  return (await import('./stores/mongo/mongo.ts')).openMongo(address, report)
}
