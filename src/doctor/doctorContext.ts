import type { ResolvedConfig } from '../config/config.ts'
import { Failure } from '../errors.ts'
import { hasProxy } from '../network/proxy.ts'
import { SET_PROXY } from '../network/reason.ts'
import { openArchive, openDocuments } from '../openContext.ts'
import { readCatalogue } from '../portal/catalogue.ts'
import { fetchFailure, HttpClient, TransientError } from '../portal/http.ts'
import { NO_CATALOGUE, siteExports } from '../portal/siteExports.ts'
import { SILENT } from '../stores/report.ts'
import { findLocalStores, removeFolders } from './localStores.ts'

/** The settings, the portal and the stores that the checks examine. */
export type DoctorContext = ReturnType<typeof createDoctorContext>

/** Time limit for each response of the portal; there are no retries. */
const TIMEOUT_MS = 10_000

/** Opens each part once, when the first check needs it. If that fails, every check that needs it fails. */
export function createDoctorContext(resolve: () => Promise<ResolvedConfig>, signal: AbortSignal) {
  const settings = once(resolve)
  const config = async () => (await settings()).config
  const archiveWarnings: string[] = []
  const created = { archive: [] as string[], documents: [] as string[] }
  const collect = (lines: string[]) => (line: string) => void lines.push(line)
  const local = once(async () => findLocalStores(await config()))
  const archive = once(async () => {
    const resolved = await config()
    const { isArchiveNew } = await local()
    const report = { info: isArchiveNew ? () => {} : collect(created.archive), warn: collect(archiveWarnings) }
    return openArchive(resolved.archive, report, resolved)
  })
  const documents = once(async () => {
    await local()
    return openDocuments((await config()).documents, { ...SILENT, info: collect(created.documents) })
  })
  return {
    settings,
    portal: once(async () => examinePortal(await config(), signal)),
    archive,
    /** Warnings of the archive so far. */
    archiveWarnings,
    /** What the write checks created and left: `created the bucket datagouv`. */
    created,
    /** Whether the local folder of the archive or the SQLite file does not exist yet, and so must not exist after the checks. */
    isNew: {
      archive: async () => (await local()).isArchiveNew,
      documents: async () => (await local()).isDatabaseNew,
    },
    documents,
    archiveFacts: once(async () => (await archive()).facts()),
    documentsFacts: once(async () => (await documents()).facts()),
    /** Aborted when the command is stopped. */
    signal,
    close: async () => {
      for (const open of [archive, documents]) {
        const store = await open().catch(() => undefined)
        await store?.close()
      }
      const found = await local().catch(() => undefined)
      if (found !== undefined) await removeFolders(found.missingFolders)
    },
  }
}

function once<T>(create: () => Promise<T>): () => Promise<T> {
  let created: Promise<T> | undefined
  return () => {
    created ??= create()
    return created
  }
}

/** Reads the catalogue, the first byte of each export, and the portal's time from the `Date` header. */
async function examinePortal(config: ResolvedConfig['config'], signal: AbortSignal) {
  const settings = {
    ...config,
    retries: 0,
    connect_timeout: Math.min(config.connect_timeout, TIMEOUT_MS),
    headers_timeout: Math.min(config.headers_timeout, TIMEOUT_MS),
    stall_timeout: Math.min(config.stall_timeout, TIMEOUT_MS),
  }
  const http = await HttpClient.open(settings, signal, () => {})
  try {
    const exports =
      config.catalogue === NO_CATALOGUE
        ? await siteExports(config.portal, http)
        : await readCatalogue(config.portal, config.catalogue, http)
    let now: Date | undefined
    for (const { url } of Object.values(exports)) now = (await readFirstByte(url, http)) ?? now
    return { exports, now }
  } catch (error) {
    if (!(error instanceof Failure && error.cause instanceof TransientError)) throw error
    const { url, reason } = error.cause
    const proxy = hasProxy(config) ? '' : ' (behind a proxy, set HTTPS_PROXY)'
    const remedy = `Check that this machine reaches the portal${proxy}, and the settings portal and catalogue.`
    throw fetchFailure(url, `${reason.replace(`. ${SET_PROXY}`, '')}. ${remedy}`, error)
  } finally {
    http.close()
  }
}

/** @returns the server's time */
async function readFirstByte(url: string, http: HttpClient): Promise<Date | undefined> {
  const response = await http.withRetries({ failed: 0 }, () => http.get(url, { range: 'bytes=0-0' }))
  response.discard()
  if (response.status !== 200 && response.status !== 206)
    throw fetchFailure(url, `it answers ${response.status} instead of a file. Check the setting catalogue.`)
  const date = new Date(response.header('date') ?? Number.NaN)
  return Number.isNaN(date.getTime()) ? undefined : date
}
