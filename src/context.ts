import { setFlagsFromString } from 'node:v8'
import { type Flags, resolveConfig } from './config/config.ts'
import type { Config } from './config/settings.ts'
import type { Archive } from './stores/archive.ts'
import type { Documents } from './stores/documents.ts'
import type { Report } from './terminal/report.ts'

/** Everything that a step touches outside of its arguments. Nothing below here looks anywhere else. */
export interface World {
  readonly config: Config
  readonly archive: Archive
  readonly documents: Documents
  readonly clock: () => Date
  readonly report: Report
  /** Aborted when the process is asked to stop; its reason is the Failure to end with. */
  readonly signal: AbortSignal
}

export interface WorldOptions {
  readonly flags?: Flags
  readonly environment?: Readonly<Record<string, string | undefined>>
  readonly configFile?: string
  readonly report: Report
  readonly signal: AbortSignal
  readonly clock?: () => Date
}

/** Opens what the configuration names. Only here is it known which stores there are; each loads when it is used. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const { config, warnings } = await resolveConfig(options.flags, options.environment, options.configFile)
  for (const warning of warnings) options.report.warn(warning)
  const archive = await openArchive(config.archive)
  const documents = await openDocuments(config.documents)
  return {
    config,
    archive,
    documents,
    clock: options.clock ?? (() => new Date()),
    report: options.report,
    signal: options.signal,
  }
}

/** Closes the stores; the world is not used afterwards. */
export async function closeWorld({ archive, documents }: World): Promise<void> {
  await Promise.all([archive.close(), documents.close()])
}

/** @param address as configured: `file:FOLDER` or `s3://BUCKET` */
export async function openArchive(address: string): Promise<Archive> {
  if (address.startsWith('file:'))
    return (await import('./stores/folder/folder.ts')).openFolder(address.slice('file:'.length))
  // The SDK and its buffers are large, and a run stays below 160 MiB all the same: V8 would set aside twice 16 MiB for young
  // objects, of which there are few.
  setFlagsFromString('--semi-space-growth-factor=1')
  return (await import('./stores/s3/s3.ts')).openS3(address)
}

/** @param address as configured: `sqlite:FILE` or `mongodb://HOST/DATABASE` */
export async function openDocuments(address: string): Promise<Documents> {
  if (address.startsWith('sqlite:'))
    return (await import('./stores/sqlite/sqlite.ts')).openSqlite(address.slice('sqlite:'.length))
  return (await import('./stores/mongo/mongo.ts')).openMongo(address)
}
