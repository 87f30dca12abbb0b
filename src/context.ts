import { type Flags, resolveConfig } from './config/config.ts'
import type { Config } from './config/settings.ts'
import type { RunObserver } from './runs/observer.ts'
import type { Archive, OnWarning } from './stores/archive.ts'
import type { Documents } from './stores/documents.ts'
import type { Report } from './terminal/report.ts'
import { waitForAll } from './waitForAll.ts'

/** Everything that a step touches outside of its arguments. Nothing below here looks anywhere else. */
export interface Context {
  readonly config: Config
  readonly archive: Archive
  readonly documents: Documents
  readonly clock: () => Date
  readonly report: Report
  /** Aborted when the process is asked to stop; its reason is the Failure to end with. */
  readonly signal: AbortSignal
  /** Opens what the settings name to observe runs. Each observer loads only then. */
  readonly openObservers: () => Promise<readonly RunObserver[]>
}

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

/** Opens what the configuration names. Only here is it known which stores there are; each loads when it is used. */
export async function openContext(options: ContextOptions): Promise<Context> {
  const { config, warnings } = await resolveConfig(options.flags, options.environment, options.configFile)
  for (const warning of warnings) options.report.warn(warning)
  await options.onConfig?.(config)
  const archive = await openArchive(config.archive, (line) => options.report.warn(line))
  const documents = await openDocuments(config.documents).catch(async (error) => {
    await archive.close().catch(() => {})
    throw error
  })
  const { clock = () => new Date(), report, signal } = options
  const openObservers = () => observersOf({ config, archive, documents, report })
  return { config, archive, documents, clock, report, signal, openObservers }
}

async function observersOf(
  context: Pick<Context, 'config' | 'archive' | 'documents' | 'report'>,
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

/** Closes the stores; the world is not used afterwards. */
export async function closeContext({ archive, documents }: Context): Promise<void> {
  await waitForAll([archive.close(), documents.close()])
}

/**
 * @param address as configured: `file:FOLDER` or `s3://BUCKET`
 * @param onWarning receives what the archive's owner should know although nothing failed
 */
export async function openArchive(address: string, onWarning?: OnWarning): Promise<Archive> {
  if (address.startsWith('file:'))
    return (await import('./stores/folder/folder.ts')).openFolder(address.slice('file:'.length))
  return (await import('./stores/s3/s3.ts')).openS3(address, onWarning)
}

/** @param address as configured: `sqlite:FILE` or `mongodb://HOST/DATABASE` */
export async function openDocuments(address: string): Promise<Documents> {
  if (address.startsWith('sqlite:'))
    return (await import('./stores/sqlite/sqlite.ts')).openSqlite(address.slice('sqlite:'.length))
  return (await import('./stores/mongo/mongo.ts')).openMongo(address)
}
