import { createHash } from 'node:crypto'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { World } from '../context.ts'
import type { ExportFacts, ExportName } from '../editions/edition.ts'
import { exportKey } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import type { Expected, Opened } from '../portal/open.ts'
import type { PendingObject } from '../stores/archive.ts'
import { bytes, counted } from '../terminal/format.ts'
import { inert } from '../terminal/inert.ts'
import { copyAside, gunzip, sniff } from './compression.ts'
import { gzipAside } from './gzip.ts'
import { metered } from './metered.ts'
import { type Reader, readExport, readOptions } from './read.ts'

/** An export that was read to its end and is stored aside, not yet visible. */
export interface Taken {
  readonly facts: ExportFacts
  readonly columns: readonly string[]
  /** Makes it part of the date's snapshot; or keeps it under another key, for a look. */
  keep(elsewhere?: string): Promise<void>
  drop(): Promise<void>
}

/** The file is not the one that the portal's catalogue tells of: perhaps it was replaced a moment ago. */
export class Mismatch extends Error {}

/**
 * Reads an export once: into the snapshot (aside), through its checksums, and past the reader. What comes as gzip is
 * stored as it came.
 *
 * @throws Mismatch when size or checksum are not what the source was said to have
 */
export async function takeExport(
  name: ExportName,
  date: string,
  source: Opened,
  reader: Reader,
  { archive, config, report, signal }: World,
): Promise<Taken> {
  const key = exportKey(name, date)
  const object = await archive.create(key, { contentType: 'application/gzip' })
  const called = nameOf(name, source)
  const meter = report.meter(`fetch ${name}`, source.length)
  const stored = createHash('sha256')
  const came = { bytes: 0, hash: source.expected?.sha1 === undefined ? undefined : createHash('sha1') }
  const store = async (bytes: Uint8Array) => {
    stored.update(bytes)
    await object.write(bytes)
  }
  const storeAsItCame = async (bytes: Uint8Array) => {
    came.bytes += bytes.length
    came.hash?.update(bytes)
    await store(bytes)
  }
  try {
    const { gzip, chunks } = await sniff(metered(source.chunks, meter.add, signal))
    const plain = gzip
      ? gunzip(copyAside(chunks, storeAsItCame), called)
      : gzipAside(ofSize(chunks, name, source.expected), store)
    const bounded = noLarger(plain, config.max_export_size, name)
    const { columns, ...facts } = await readExport(bounded, called, reader, readOptions(name, config))
    const { expected = {} } = source
    const asItCame = { bytes: came.bytes, sha1: came.hash?.digest('hex') ?? '' }
    if (!matches(facts, expected) && !(gzip && matches(asItCame, expected))) throw mismatch(name, facts, expected)
    meter.done(counted(facts.records, 'record'))
    const { url, lastModified } = source
    await object.complete(stored.digest('hex'))
    return taken(object, { key, url, last_modified: lastModified, ...facts }, columns)
  } catch (error) {
    await object.abort()
    throw error
  }
}

/** `datasets export (export-dataset.csv.gz)`: of two files that were given, it is plain which one is meant. */
function nameOf(name: ExportName, { url }: Opened): string {
  return url.startsWith('file:') ? `${name} export (${inert(basename(fileURLToPath(url)))})` : `${name} export`
}

function taken(object: PendingObject, facts: ExportFacts, columns: readonly string[]): Taken {
  return { facts, columns, keep: (elsewhere) => object.commit(elsewhere), drop: () => object.abort() }
}

/** Stops a file that decompresses to more than anybody wants to read. */
async function* noLarger(chunks: AsyncIterable<Uint8Array>, most: number, name: string) {
  let length = 0
  for await (const chunk of chunks) {
    length += chunk.length
    if (length > most) {
      const limit = `larger than ${bytes(most)} (max_export_size)`
      throw new Failure('portal', `the ${name} export is ${limit}; nothing was published`)
    }
    yield chunk
  }
}

/** Notices a file that is cut short before anybody takes its last bytes for a broken record. */
async function* ofSize(chunks: AsyncIterable<Uint8Array>, name: string, expected: Expected = {}) {
  let bytes = 0
  for await (const chunk of chunks) {
    bytes += chunk.length
    yield chunk
  }
  if (expected.bytes !== undefined && bytes !== expected.bytes) throw mismatch(name, { bytes }, expected)
}

function matches(actual: { readonly bytes: number; readonly sha1: string }, { bytes, sha1 }: Expected): boolean {
  return (bytes === undefined || bytes === actual.bytes) && (sha1 === undefined || sha1 === actual.sha1)
}

function mismatch(name: string, actual: Expected, expected: Expected): Mismatch {
  const bySize = expected.bytes !== undefined && actual.bytes !== expected.bytes
  const [what, is, said] = bySize ? ['bytes', actual.bytes, expected.bytes] : ['sha1', actual.sha1, expected.sha1]
  return new Mismatch(
    `the ${name} export is not the one that the catalogue tells of: its ${what} ${is} should be ${said}`,
  )
}
