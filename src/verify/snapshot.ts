import type { Context } from '../context.ts'
import type { ExportFacts, ExportName, Snapshot } from '../editions/edition.ts'
import { exportKey, snapshotKey } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import { gunzip } from '../pipeline/compression.ts'
import { CountingReader } from '../pipeline/counts.ts'
import { meterChunks } from '../pipeline/meterChunks.ts'
import { type Reader, readExport, readOptions } from '../pipeline/read.ts'
import { isAsFetched } from '../pipeline/snapshot.ts'
import { compareValues, type Difference } from './difference.ts'
import { refuseUnlessDamaged } from './storedCsv.ts'

const TEXT = 'text'
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/

/** Reads the snapshot.json of a date. `differences` lists its errors. The snapshot is undefined if it cannot be used. */
export async function readSnapshot(
  date: string,
  { archive }: Context,
): Promise<{ readonly snapshot: Snapshot | undefined; readonly differences: readonly Difference[] }> {
  const where = snapshotKey(date)
  if ((await archive.stat(where)) === undefined) {
    const missing = { where, part: '', expected: 'the description of the exports beside it', found: undefined }
    return { snapshot: undefined, differences: [missing] }
  }
  const parts: Uint8Array[] = []
  let read = 0
  try {
    for await (const chunk of archive.read(where)) {
      parts.push(chunk)
      read += chunk.length
    }
  } catch (error) {
    await refuseUnlessDamaged(archive, where, read, error)
  }
  const text = Buffer.concat(parts).toString('utf8')
  let snapshot: unknown
  try {
    snapshot = JSON.parse(text)
  } catch (error) {
    const broken = { where, part: '', expected: 'JSON', found: (error as Error).message }
    return { snapshot: undefined, differences: [broken] }
  }
  const differences = [...compareValues(where, shapeOf(date, snapshot as Snapshot), snapshot)]
  const { flawInSnapshot } = await import('../editions/snapshotSchema.ts')
  const problem = differences.length === 0 ? flawInSnapshot(snapshot, date) : undefined
  if (problem !== undefined) differences.push({ where, part: '', expected: 'a snapshot', found: problem })
  if (differences.length === 0 && text !== `${JSON.stringify(snapshot, null, 2)}\n`) {
    differences.push({
      where,
      part: '',
      expected: 'JSON as this program writes it',
      found: 'the same values in different bytes',
    })
  }
  return { snapshot: isUsable(snapshot) ? snapshot : undefined, differences }
}

/** Returns the expected snapshot.json, without reading the exports. Accepts every stored value of the right type. */
function shapeOf(date: string, found: Snapshot): unknown {
  const text = (value: unknown) => (typeof value === 'string' && value !== '' ? value : TEXT)
  const instant = (value: unknown) =>
    typeof value === 'string' && INSTANT.test(value) && !Number.isNaN(Date.parse(value)) ? value : 'a time in UTC'
  const facts = (name: ExportName) => {
    const { url, last_modified, bytes, sha1, sha256, records } = found?.[name] ?? ({} as Partial<ExportFacts>)
    const modified = last_modified === null ? null : instant(last_modified)
    const facts = { key: exportKey(name, date), url: text(url), last_modified: modified, bytes, sha1, sha256, records }
    return { ...facts, ...pickRecorded(found?.[name], LATER_FACTS) }
  }
  const { fetched_at, portal } = found ?? {}
  const exports = { datasets: facts('datasets'), organizations: facts('organizations') }
  return {
    date,
    fetched_at: instant(fetched_at),
    portal: text(portal),
    ...pickRecorded(found, ['catalogue']),
    ...exports,
  }
}

/** Facts that version 0.1 did not record. */
const LATER_FACTS = [
  'origin',
  'stored_bytes',
  'columns',
  'blank_fields',
  'followers',
  'repeated_ids',
  'most_followed',
] as const

function pickRecorded<T extends object>(found: T | undefined, facts: readonly (keyof T)[]): Partial<T> {
  return Object.fromEntries(
    facts.flatMap((fact) => (found?.[fact] === undefined ? [] : [[fact, found[fact]]])),
  ) as Partial<T>
}

function isUsable(value: unknown): value is Snapshot {
  const { datasets, organizations } = (value ?? {}) as Partial<Snapshot>
  return [datasets, organizations].every((one) => typeof one === 'object' && typeof one?.sha256 === 'string')
}

/**
 * Streams a stored export through a reader, and compares it with the facts in snapshot.json.
 *
 * @returns its actual facts; undefined if its bytes have changed since it was fetched
 */
export async function checkExport(
  name: ExportName,
  snapshot: Snapshot,
  reader: Reader,
  context: Context,
): Promise<{ readonly facts: ExportFacts | undefined; readonly differences: readonly Difference[] }> {
  const { archive, config, report, signal } = context
  const where = exportKey(name, snapshot.date)
  const stored = await archive.stat(where)
  if (stored === undefined) {
    const missing = { where, part: '', expected: `the export of ${snapshot[name].bytes} bytes`, found: undefined }
    return { facts: undefined, differences: [missing] }
  }
  const meter = report.meter(`verify ${name} of ${snapshot.date}`, stored.bytes)
  let read = 0
  const count = (bytes: number) => {
    read += bytes
    meter.add(bytes)
  }
  const { blank_fields, columns, followers, repeated_ids, stored_bytes } = snapshot[name]
  const counts = blank_fields === undefined ? undefined : new CountingReader(name, reader)
  try {
    const plain = gunzip(meterChunks(archive.read(where), count, signal), where)
    const options = readOptions(name, config, columns)
    const { bytes, sha1, sha256, records, names } = await readExport(plain, where, counts ?? reader, options)
    const facts = {
      ...snapshot[name],
      bytes,
      sha1,
      sha256,
      records,
      ...(stored_bytes !== undefined && { stored_bytes: stored.bytes }),
      ...(columns && { columns: expectedByColumn(columns, names) }),
      ...(blank_fields && counts && { blank_fields: expectedByColumn(blank_fields, counts.blankFields, columns) }),
      ...(followers !== undefined && counts && { followers: counts.followers }),
      ...(repeated_ids !== undefined && counts && { repeated_ids: counts.repeated }),
    }
    // If one checksum matches, the export is sound, and any difference is an error in snapshot.json.
    const isSound = sha256 === snapshot[name].sha256 || sha1 === snapshot[name].sha1
    const differences = isSound
      ? compareValues(snapshotKey(snapshot.date), { [name]: facts }, { [name]: snapshot[name] })
      : compareValues(where, { sha256: snapshot[name].sha256 }, { sha256 })
    return { facts: isSound ? facts : undefined, differences }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    signal.throwIfAborted()
    await refuseUnlessDamaged(archive, where, read, error)
    // If the bytes are as fetched, the configuration is wrong: a watch needs a column that the export never had.
    if (await isAsFetched(name, snapshot, context)) throw error
    const broken = { where, part: '', expected: 'the export as fetched', found: error.message }
    return { facts: undefined, differences: [broken] }
  } finally {
    meter.done()
  }
}

/**
 * Returns the expected values of columns. Keeps the recorded value of a column that no watch needs any more, since it was not
 * read again.
 *
 * @param columns has a key for each column that needs a value
 */
function expectedByColumn<T>(
  recorded: Readonly<Record<string, T>>,
  found: Readonly<Record<string, T>>,
  columns: object = recorded,
) {
  return Object.fromEntries(Object.keys(columns).map((column) => [column, found[column] ?? recorded[column]!]))
}
