import type { ExportName } from '../editions/edition.ts'
import { Failure } from '../errors.ts'
import { type CatalogueEntry, readJson } from './catalogue.ts'
import { type Download, download } from './download.ts'
import type { HttpClient } from './http.ts'
import { notFoundCause } from './statusError.ts'

/** The value of the setting `catalogue` for a portal that has no dataset that lists its exports. */
export const NO_CATALOGUE = 'none'

/** Without a catalogue, nothing is known about an export before its download. */
export const NO_FACTS = { bytes: undefined, sha1: undefined, lastModified: null } as const

/** An export of a portal without catalogue. */
export interface SiteExport {
  /** Undefined if it has not changed. */
  readonly file: Download | undefined
  /** Whether the portal generates it during the download. Such a stream has no length, and can end early without an error. */
  readonly isLive: boolean
}

const siteUrl = (portal: string, name: ExportName) => `${portal}/api/1/site/${name}.csv`

/**
 * Opens an export of a portal without catalogue. uData redirects to the export if there is one; if it answers 404, the same address
 * with any query argument streams the live catalogue.
 *
 * @param since download only if the export has changed since then (ISO 8601)
 */
export async function openSiteExport(
  portal: string,
  name: ExportName,
  http: HttpClient,
  since: string | undefined,
): Promise<SiteExport> {
  const url = siteUrl(portal, name)
  try {
    return { file: await download(url, http, since), isLive: false }
  } catch (error) {
    if (!isNotFound(error, url)) throw error
    return { file: await download(`${url}?live=1`, http), isLive: true }
  }
}

/** Finds both exports of a portal without catalogue, without reading them. */
export async function siteExports(portal: string, http: HttpClient): Promise<Record<ExportName, CatalogueEntry>> {
  const find = async (name: ExportName): Promise<CatalogueEntry> => {
    const url = siteUrl(portal, name)
    const address = await http.get(url).then(
      (response) => {
        response.discard()
        return response.url
      },
      (error) => {
        if (isNotFound(error, url)) return `${url}?live=1`
        throw error
      },
    )
    return { url: address, ...NO_FACTS }
  }
  return { datasets: await find('datasets'), organizations: await find('organizations') }
}

/** Returns how many datasets or organizations the portal counts; undefined if it does not say. */
export async function readTotal(portal: string, name: ExportName, http: HttpClient): Promise<number | undefined> {
  try {
    const page = await readJson(`${portal}/api/1/${name}/?page_size=1`, http)
    const { total } = (page ?? {}) as { total?: unknown }
    return Number.isSafeInteger(total) && (total as number) >= 0 ? (total as number) : undefined
  } catch (error) {
    if (error instanceof Failure && error.kind === 'portal') return undefined
    throw error
  }
}

/** Whether the address itself does not exist. If only the file behind its redirect is missing, that file was replaced. */
const isNotFound = (error: unknown, url: string) => notFoundCause(error)?.url === url
