import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'
import type { ExportFacts, ExportName } from '../editions/edition.ts'
import { Failure } from '../errors.ts'
import { type CatalogueEntry, readCatalogue } from './catalogue.ts'
import { type Download, download, goneError } from './download.ts'
import { HttpClient } from './http.ts'
import type { ExportSource } from './open.ts'
import { NO_CATALOGUE, NO_FACTS, openSiteExport, readTotal } from './siteExports.ts'
import { notFoundCause } from './statusError.ts'

export type Portal = Awaited<ReturnType<typeof openPortal>>

/** The portal still has the stored export, byte for byte. If the portal has published it again since, only the date is new. */
interface UnchangedExport {
  readonly chunks: undefined
  /** ISO 8601, UTC; null if the catalogue does not say. */
  readonly lastModified: string | null
}

const NAMES: readonly ExportName[] = ['datasets', 'organizations']

/** The download is undefined if the export has not changed. */
type StartedDownload = Promise<{
  readonly entry: Omit<CatalogueEntry, 'url'>
  readonly file: Download | undefined
  readonly isLive?: boolean
}>

/**
 * Opens the portal's exports. Both downloads start together.
 *
 * @param earlier the stored exports that are not downloaded again if the portal still has them
 */
export async function openPortal(context: Context, earlier: Partial<Record<ExportName, ExportFacts | undefined>> = {}) {
  const { config, signal, report } = context
  const http = await HttpClient.open(config, signal, report.warn)
  let downloads: Promise<Record<ExportName, StartedDownload>> | undefined
  let known: typeof earlier = earlier
  const goneAddresses = new Set<string>()
  const live = new Set<ExportName>()

  async function startDownloads(): Promise<Record<ExportName, StartedDownload>> {
    const catalogue =
      config.catalogue === NO_CATALOGUE
        ? undefined
        : await readCatalogue(config.portal, config.catalogue, http, report.warn)
    const entries = NAMES.map((name) => {
      const started =
        catalogue === undefined
          ? startSiteDownload(config.portal, name, known[name], http)
          : startDownload(catalogue[name], known[name], goneAddresses, http, context)
      // The error is thrown where the promise is awaited; until then it must not end the process.
      started.catch(() => {})
      return [name, started] as const
    })
    return Object.fromEntries(entries) as Record<ExportName, StartedDownload>
  }

  return {
    /** Opens an export, unless the stored one is the same. */
    open: async (name: ExportName): Promise<ExportSource | UnchangedExport> => {
      downloads ??= startDownloads()
      const { entry, file, isLive = false } = await (await downloads)[name]
      if (isLive) live.add(name)
      else live.delete(name)
      if (file === undefined) return { chunks: undefined, lastModified: entry.lastModified }
      const { url, chunks } = file
      return {
        url,
        length: file.length ?? entry.bytes,
        chunks,
        expected: { bytes: entry.bytes, sha1: entry.sha1 },
        lastModified: entry.lastModified ?? file.lastModified,
      }
    },
    /** Returns, for each opened export that the portal streams live, how many records it should have, if the portal says so. */
    liveTotals: async () => {
      const totals = new Map<ExportName, number | undefined>()
      for (const name of live) totals.set(name, await readTotal(config.portal, name, http))
      return totals
    },
    /** Makes the next `open` read the catalogue again. @param ignoreEarlier also ignores the earlier snapshot, to download everything */
    refresh: (ignoreEarlier = false) => {
      downloads = undefined
      if (ignoreEarlier) known = {}
    },
    [Symbol.asyncDispose]: async () => http.close(),
  }
}

/** @param goneAddresses addresses of the catalogue that answered 404 or 410; this function adds to them */
async function startDownload(
  entry: CatalogueEntry,
  earlier: ExportFacts | undefined,
  goneAddresses: Set<string>,
  http: HttpClient,
  context: Context,
): StartedDownload {
  if (earlier !== undefined && (await isStored(entry, earlier, context))) return { entry, file: undefined }
  // A different checksum means a new file, whatever its date.
  const since = entry.sha1 === undefined ? earlier?.last_modified : undefined
  const address = goneAddresses.has(entry.url) ? (entry.fileUrl ?? entry.url) : entry.url
  try {
    return { entry, file: await download(address, http, since ?? undefined) }
  } catch (error) {
    const gone = notFoundCause(error)
    if (gone === undefined) throw error
    goneAddresses.add(address)
    throw goneError(gone)
  }
}

/** Whether the stored export is the file of the catalogue. A gzip file is stored as the portal serves it, and described so. */
async function isStored({ sha1, bytes }: CatalogueEntry, stored: ExportFacts, { archive }: Context): Promise<boolean> {
  if (sha1 === stored.sha1) return true
  if (sha1 === undefined || bytes === undefined || bytes !== stored.stored_bytes) return false
  const hash = createHash('sha1')
  try {
    for await (const chunk of archive.read(stored.key)) hash.update(chunk)
  } catch (error) {
    if (error instanceof Failure) return false
    throw error
  }
  return hash.digest('hex') === sha1
}

async function startSiteDownload(
  portal: string,
  name: ExportName,
  earlier: ExportFacts | undefined,
  http: HttpClient,
): StartedDownload {
  const { file, isLive } = await openSiteExport(portal, name, http, earlier?.last_modified ?? undefined)
  return { entry: NO_FACTS, file, isLive }
}
