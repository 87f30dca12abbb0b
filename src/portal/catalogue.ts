import type { ExportName } from '../editions/edition.ts'
import { Failure, quoted } from '../errors.ts'
import { bytes, counted } from '../terminal/format.ts'
import type { Http } from './http.ts'
import { MOST_METADATA_BYTES } from './policy.ts'

/** An export as the portal's catalogue states it. What is missing there is undefined. */
export interface Listed {
  readonly url: string
  readonly bytes: number | undefined
  readonly sha1: string | undefined
  /** ISO 8601, UTC. */
  readonly lastModified: string | null
}

/** How the two exports are marked, and which resources they are on data.gouv.fr should the mark be missing. */
const EXPORTS: Record<ExportName, { readonly model: string; readonly resource: string }> = {
  datasets: { model: 'dataset', resource: 'f868cca6-8da1-4369-a78d-47463f19a9a3' },
  organizations: { model: 'organization', resource: 'b7bbfedc-2448-4135-a6c7-104548d396e7' },
}

type Json = Readonly<Record<string, unknown>>

/**
 * Reads which files the exports are from the portal's catalogue, a dataset of its own.
 *
 * @param catalogue its id or slug
 * @throws Failure `portal` when the portal does not answer as a uData portal does, or lists no such export
 */
export async function readCatalogue(
  portal: string,
  catalogue: string,
  http: Http,
): Promise<Record<ExportName, Listed>> {
  const url = `${portal}/api/1/datasets/${catalogue}/`
  const metadata = await readJson(url, http)
  const resources =
    isObject(metadata) && Array.isArray(metadata.resources) ? metadata.resources.filter(isObject) : undefined
  if (resources === undefined)
    throw new Failure('portal', `${url} lists no resources; is ${quoted(portal)} a uData portal?`)
  return { datasets: find('datasets', resources, url), organizations: find('organizations', resources, url) }
}

function find(name: ExportName, resources: readonly Json[], url: string): Listed {
  const { model, resource } = EXPORTS[name]
  const modelOf = (one: Json) => (isObject(one.extras) ? one.extras['csv-export:model'] : undefined)
  const found = resources.find((one) => modelOf(one) === model) ?? resources.find((one) => one.id === resource)
  if (found === undefined) {
    const marks = resources.map(modelOf).filter((mark) => typeof mark === 'string')
    const there =
      marks.length > 0 ? `exports of ${marks.map((mark) => quoted(mark as string)).join(', ')}` : 'no export'
    const what = `${url} has no ${name} export: ${counted(resources.length, 'resource')}, ${there}`
    throw new Failure('portal', `${what}. Set catalogue to the dataset of this portal that lists its exports`)
  }
  return listed(name, found, url)
}

function listed(name: ExportName, resource: Json, url: string): Listed {
  // `latest` leads to whichever file is current by then; `url` names one that is gone once the next was published.
  const location = [resource.latest, resource.url].find(isHttpAddress)
  if (location === undefined) {
    throw new Failure('portal', `${url}: the ${name} export has no http address (${quoted(String(resource.url))})`)
  }
  const { filesize, checksum, last_modified } = resource
  const sha1 = isObject(checksum) && checksum.type === 'sha1' ? checksum.value : undefined
  const modified = typeof last_modified === 'string' ? parseInstant(last_modified) : Number.NaN
  return {
    url: location,
    bytes: Number.isSafeInteger(filesize) && (filesize as number) > 0 ? (filesize as number) : undefined,
    sha1: typeof sha1 === 'string' && /^[0-9a-f]{40}$/i.test(sha1) ? sha1.toLowerCase() : undefined,
    lastModified: Number.isNaN(modified) ? null : new Date(modified).toISOString(),
  }
}

function isHttpAddress(value: unknown): value is string {
  return typeof value === 'string' && /^https?:\/\//i.test(value) && URL.canParse(value)
}

/** uData writes times with or without a zone; without one they are UTC. */
function parseInstant(text: string): number {
  return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`)
}

async function readJson(url: string, http: Http): Promise<unknown> {
  const text = await http.persist({ failed: 0 }, async () => {
    const answer = await http.get(url, { accept: 'application/json' })
    const parts: Uint8Array[] = []
    let length = 0
    for await (const part of answer.body) {
      length += part.length
      if (length > MOST_METADATA_BYTES)
        throw new Failure('portal', `${url} is longer than ${bytes(MOST_METADATA_BYTES)}`)
      parts.push(part)
    }
    return Buffer.concat(parts).toString('utf8')
  })
  try {
    return JSON.parse(text)
  } catch (error) {
    const begins = `it begins with ${quoted(text.trimStart(), 40)}`
    throw new Failure('portal', `${url} is not JSON (${begins}); is this the address of a uData portal?`, {
      cause: error,
    })
  }
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
