import type { ExportName } from '../editions/edition.ts'
import { Failure, quoted } from '../errors.ts'
import { formatBytes, joinFirst, pluralize } from '../text/format.ts'
import { fetchFailure, type HttpClient } from './http.ts'
import { MAX_METADATA_BYTES } from './policy.ts'
import { notFoundCause } from './statusError.ts'

/** An export as the portal's catalogue describes it. Missing values are undefined. */
export interface CatalogueEntry {
  /** A stable address that redirects to the current file, if the portal has one. */
  readonly url: string
  /** The address of the current file; undefined if it is the same, or missing. */
  readonly fileUrl?: string | undefined
  readonly bytes: number | undefined
  readonly sha1: string | undefined
  /** ISO 8601, UTC. */
  readonly lastModified: string | null
}

/** The `csv-export:model` that marks each export, and its resource id on data.gouv.fr in case the mark is missing. */
const EXPORTS: Record<ExportName, { readonly model: string; readonly resourceId: string }> = {
  datasets: { model: 'dataset', resourceId: 'f868cca6-8da1-4369-a78d-47463f19a9a3' },
  organizations: { model: 'organization', resourceId: 'b7bbfedc-2448-4135-a6c7-104548d396e7' },
}

const MAX_INSTANT = Date.parse('9999-12-31T23:59:59Z')

type Json = Readonly<Record<string, unknown>>

/**
 * Reads the addresses of both exports from the portal's catalogue, which is itself a dataset of the portal.
 *
 * @param catalogue the id or slug of that dataset
 * @param warn receives a line if an export occurs twice
 * @throws Failure `portal` if the portal is not a uData portal, or if the catalogue lacks an export
 */
export async function readCatalogue(
  portal: string,
  catalogue: string,
  http: HttpClient,
  warn: (line: string) => void = () => {},
): Promise<Record<ExportName, CatalogueEntry>> {
  const url = `${portal}/api/1/datasets/${catalogue}/`
  const metadata = await readJson(url, http).catch((error) => {
    const missing = notFoundCause(error)
    throw missing === undefined ? error : missingCatalogue(url, missing.status, error)
  })
  const resources =
    isObject(metadata) && Array.isArray(metadata.resources) ? metadata.resources.filter(isObject) : undefined
  if (resources === undefined) throw fetchFailure(url, `it lists no resources. Is ${quoted(portal)} a uData portal?`)
  return {
    datasets: findExport('datasets', resources, url, warn),
    organizations: findExport('organizations', resources, url, warn),
  }
}

const NEXT = 'Set catalogue to the dataset that lists its exports, or to none if it has no such dataset.'

function missingCatalogue(url: string, status: number, cause: unknown): Failure {
  const next = `${NEXT.charAt(0).toLowerCase()}${NEXT.slice(1)}`
  const why = `it answers ${status}, which a retry will not change. Check the settings portal and catalogue: ${next}`
  return fetchFailure(url, why, cause)
}

function findExport(
  name: ExportName,
  resources: readonly Json[],
  url: string,
  warn: (line: string) => void,
): CatalogueEntry {
  const { model, resourceId } = EXPORTS[name]
  const modelOf = (one: Json) => (isObject(one.extras) ? one.extras['csv-export:model'] : undefined)
  const marked = resources.filter((one) => modelOf(one) === model).sort((a, b) => modifiedAt(b) - modifiedAt(a))
  if (marked.length > 1) {
    const [latest] = marked
    const what = `${url} lists ${marked.length} exports of ${model}s`
    warn(`${what}; the most recently modified one is used (${quoted(String(latest!.title ?? latest!.id))})`)
  }
  const found = marked[0] ?? resources.find((one) => one.id === resourceId)
  if (found === undefined) {
    const models = resources.map(modelOf).filter((value) => typeof value === 'string')
    const listed =
      models.length > 0
        ? `exports of ${joinFirst(models.map((value) => quoted(value as string)))}`
        : 'none with the extra csv-export:model'
    const what = `${url} lists ${pluralize(resources.length, 'resource')}, ${listed}`
    throw new Failure('portal', `cannot find the ${name} export: ${what}. ${NEXT}`)
  }
  return parseEntry(name, found, url)
}

function parseEntry(name: ExportName, resource: Json, url: string): CatalogueEntry {
  // `latest` redirects to the current file; the file at `url` is deleted when the next one is published.
  const [location, fileUrl] = [resource.latest, resource.url].filter(isHttpAddress).map((one) => new URL(one).href)
  if (location === undefined) {
    const why = `${url} has no http address for it (${quoted(String(resource.url))})`
    throw fetchFailure(`the ${name} export`, why)
  }
  const { filesize, checksum, last_modified } = resource
  const sha1 = isObject(checksum) && checksum.type === 'sha1' ? checksum.value : undefined
  const modified = parseInstant(last_modified)
  return {
    url: location,
    fileUrl,
    bytes: Number.isSafeInteger(filesize) && (filesize as number) > 0 ? (filesize as number) : undefined,
    sha1: typeof sha1 === 'string' && /^[0-9a-f]{40}$/i.test(sha1) ? sha1.toLowerCase() : undefined,
    // A date after the year 9999 is a mistake, and other programs cannot parse it as ISO 8601.
    lastModified: Number.isNaN(modified) || modified > MAX_INSTANT ? null : new Date(modified).toISOString(),
  }
}

function isHttpAddress(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value)
}

/** Returns when a resource was modified, in milliseconds; 0 if it does not say. */
function modifiedAt({ last_modified }: Json): number {
  return parseInstant(last_modified) || 0
}

/** Parses a time as uData writes it: with or without a zone; without one it is UTC. NaN if it is not a time. */
function parseInstant(written: unknown): number {
  if (typeof written !== 'string') return Number.NaN
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(written) ? written : `${written}Z`)
}

/** Reads a JSON value of the portal. @throws Failure `portal` */
export async function readJson(url: string, http: HttpClient): Promise<unknown> {
  const text = await http.withRetries({ failed: 0 }, async () => {
    const response = await http.get(url, { accept: 'application/json' })
    const parts: Uint8Array[] = []
    let length = 0
    for await (const part of response.body) {
      length += part.length
      if (length > MAX_METADATA_BYTES) throw fetchFailure(url, `it is larger than ${formatBytes(MAX_METADATA_BYTES)}`)
      parts.push(part)
    }
    return Buffer.concat(parts).toString('utf8')
  })
  try {
    return JSON.parse(text)
  } catch (error) {
    const start = `it starts with ${quoted(text.trimStart(), 40)}`
    throw fetchFailure(url, `it is not JSON (${start}). Is this the address of a uData portal?`, error)
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
