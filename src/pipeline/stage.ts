import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import type { Context } from '../context.ts'
import type { ExportFacts, ExportName } from '../editions/edition.ts'
import { exportKey } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import type { ExpectedFile, ExportSource } from '../portal/open.ts'
import { MismatchError } from '../portal/replaced.ts'
import { formatBytes, pluralize } from '../text/format.ts'
import { stripControls } from '../text/stripControls.ts'
import { detectGzip, gunzip, tee } from './compression.ts'
import { gzipTee } from './gzip.ts'
import { meterChunks } from './meterChunks.ts'
import { type FileFacts, type Reader, readExport, readOptions } from './read.ts'

/** A fully read export in a temporary object, not visible until `commit`. */
export interface StagedExport {
  readonly facts: ExportFacts
  readonly columns: readonly string[]
  /** Stores it in the date's snapshot, or under `key`. */
  commit(key?: string): Promise<void>
  discard(): Promise<void>
}

/**
 * Streams an export once: writes it to a temporary object, computes its checksums and feeds the record reader. A gzip source
 * is stored unchanged.
 *
 * @throws MismatchError if the size or checksum is not the one that the source announced
 */
export async function stageExport(
  name: ExportName,
  date: string,
  source: ExportSource,
  reader: Reader,
  { archive, config, report, signal }: Context,
): Promise<StagedExport> {
  const key = exportKey(name, date)
  const object = await archive.create(key, { contentType: 'application/gzip' })
  const label = labelOf(name, source)
  const meter = report.meter(`fetch ${name}`, source.length)
  const { expected = {} } = source
  const stored = { bytes: 0, hash: createHash('sha256') }
  const original = { bytes: 0, hash: expected.sha1 === undefined ? undefined : createHash('sha1') }
  const store = async (bytes: Uint8Array) => {
    stored.bytes += bytes.length
    stored.hash.update(bytes)
    await object.write(bytes)
  }
  const storeUnchanged = async (bytes: Uint8Array) => {
    original.bytes += bytes.length
    original.hash?.update(bytes)
    await store(bytes)
  }
  try {
    const { gzip, chunks } = await detectGzip(meterChunks(source.chunks, meter.add, signal))
    const plain = gzip ? gunzip(tee(chunks, storeUnchanged), label) : gzipTee(chunks, store)
    const bounded = limitSize(plain, config.max_export_size, label)
    const checkFile = (facts: FileFacts) => {
      const unchanged = { bytes: original.bytes, sha1: original.hash?.digest('hex') ?? '' }
      if (!matches(facts, expected) && !(gzip && matches(unchanged, expected))) throw mismatch(name, facts, expected)
    }
    const options = { ...readOptions(name, config), model: name, checkFile }
    const { columns, names, ...facts } = await readExport(bounded, label, reader, options)
    meter.done(pluralize(facts.records, 'record'))
    await object.complete(stored.hash.digest('hex'))
    const { url, lastModified } = source
    return {
      facts: { key, url, last_modified: lastModified, ...facts, stored_bytes: stored.bytes, columns: names },
      columns,
      commit: (elsewhere) => object.commit(elsewhere),
      discard: () => object.abort(),
    }
  } catch (error) {
    await object.abort()
    throw error
  }
}

/** Returns the export's name in errors, with the name of a local file: `datasets export (export-dataset.csv.gz)`. */
function labelOf(name: ExportName, { url }: ExportSource): string {
  if (!url.startsWith('file:') || !URL.canParse(url)) return `${name} export`
  return `${name} export (${stripControls(fileNameIn(url))})`
}

/** Returns the file name in a URL, or in a path. */
export function fileNameIn(url: string): string {
  return decodeName(basename(URL.canParse(url) ? new URL(url).pathname : url))
}

function decodeName(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch {
    return name
  }
}

async function* limitSize(chunks: AsyncIterable<Uint8Array>, most: number, label: string) {
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > most) {
      const what = `cannot read the ${label}: it is larger than ${formatBytes(most)} (max_export_size)`
      throw new Failure('contract', `${what}; nothing was published. Raise the setting if that is its true size`)
    }
    yield chunk
  }
}

function matches(actual: FileFacts, { bytes, sha1 }: ExpectedFile): boolean {
  return (bytes === undefined || bytes === actual.bytes) && (sha1 === undefined || sha1 === actual.sha1)
}

function mismatch(name: string, actual: ExpectedFile, expected: ExpectedFile): MismatchError {
  const bySize = expected.bytes !== undefined && actual.bytes !== expected.bytes
  const difference = bySize
    ? `it has ${actual.bytes} bytes, not ${expected.bytes}`
    : `its sha1 is ${actual.sha1}, not ${expected.sha1}`
  return new MismatchError(`the ${name} export is not the file that the catalogue describes: ${difference}`)
}
