import type { Context } from '../context.ts'
import { dateIn, isDate } from '../editions/date.ts'
import { EXPORT_NAMES, type ExportName, type Snapshot } from '../editions/edition.ts'
import { missingOf } from '../editions/find.ts'
import { snapshotKey } from '../editions/layout.ts'
import { Failure, NotFound, quoted } from '../errors.ts'
import type { ExportSource } from '../portal/open.ts'
import { missingStores } from '../stores/missing.ts'
import { pluralize } from '../text/format.ts'
import { gunzip } from './compression.ts'
import { meterChunks } from './meterChunks.ts'
import { type Reader, readCsv, readExport, readHeader, readOptions } from './read.ts'

type SnapshotContext = Pick<Context, 'archive' | 'report'>

/**
 * Returns the snapshot of a date, or undefined if there is none. Ignores an unsound one with a warning. In a sound one,
 * `snapshot.json` matches its schema and names the date of its folder, and both exports exist with the recorded sizes.
 */
export async function findSnapshot(date: string, { archive, report }: SnapshotContext): Promise<Snapshot | undefined> {
  const key = snapshotKey(date)
  if ((await archive.stat(key)) === undefined) return undefined
  const found = await readJson(key, archive)
  const problem = 'problem' in found ? found.problem : await problemOf(found.value, date, archive)
  if (problem === undefined) return (found as { value: Snapshot }).value
  const remedy = `Restore it from a backup, or delete the folder snapshots/${date}`
  report.warn(`${key} in ${archive.address} is not a sound snapshot, so it is not used: ${problem}. ${remedy}`)
  return undefined
}

async function problemOf(value: unknown, date: string, archive: Context['archive']): Promise<string | undefined> {
  const { flawInSnapshot } = await import('../editions/snapshotSchema.ts')
  const problem = flawInSnapshot(value, date)
  if (problem !== undefined) return problem
  for (const name of EXPORT_NAMES) {
    const { key, stored_bytes } = (value as Snapshot)[name]
    const stored = await archive.stat(key)
    if (stored === undefined) return `${key} is missing`
    if (stored_bytes !== undefined && stored.bytes !== stored_bytes)
      return `${key} has ${stored.bytes} bytes, not ${stored_bytes}`
  }
  return undefined
}

/** Reads a JSON object from the archive. Returns a problem if it is damaged. Throws if the store fails. */
async function readJson(key: string, archive: Context['archive']): Promise<{ value: unknown } | { problem: string }> {
  const parts: Uint8Array[] = []
  let read = 0
  try {
    for await (const part of archive.read(key)) {
      parts.push(part)
      read += part.length
    }
    return { value: JSON.parse(Buffer.concat(parts).toString('utf8')) }
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: `it is not JSON (${error.message})` }
    // A store with checksums reports damage after the last byte. Any other error says nothing about the object. Treating it as
    // damage could replace a sound snapshot or skip the gate.
    const isDamaged = error instanceof Failure && (await archive.stat(key))?.bytes === read
    if (!isDamaged) throw error
    return { problem: error.message }
  }
}

/** Lists the dates that have a snapshot, sound or not, in ascending order. */
export async function snapshotDates({ archive }: Pick<Context, 'archive'>): Promise<string[]> {
  const dates: string[] = []
  for await (const { key } of archive.list('snapshots/')) {
    const [, date = ''] = key.split('/')
    if (key === snapshotKey(date) && isDate(date)) dates.push(date)
  }
  return dates.sort()
}

/** Yields the sound snapshots before a date, latest first. */
export async function* snapshotsBefore(date: string, context: SnapshotContext): AsyncIterable<Snapshot> {
  for (const earlier of (await snapshotDates(context)).reverse()) {
    if (earlier >= date) continue
    const snapshot = await findSnapshot(earlier, context)
    if (snapshot !== undefined) yield snapshot
  }
}

/**
 * Returns the snapshot of a date.
 *
 * @throws NotFound if there is no sound one
 */
export async function requireSnapshot(date: string, context: Context): Promise<Snapshot> {
  const snapshot = await findSnapshot(date, context)
  if (snapshot !== undefined) return snapshot
  throw await missingSnapshot(date, context)
}

/** Says what there is instead. A past date is more often misspelled than not fetched yet, and the portal has no past exports. */
async function missingSnapshot(date: string, context: Context): Promise<NotFound> {
  const { archive, config, clock } = context
  const what = `there is no snapshot of ${date}`
  const store = await missingStores(archive)
  if (store !== undefined) return new NotFound(`${what}; ${store}`)
  const where = ` in ${archive.address}`
  if (date >= dateIn(config.time_zone, clock()))
    return new NotFound(`${what}${where}. Run "fetch --date ${date}" first`)
  const dates = (await snapshotDates(context)).filter((one) => one !== date)
  const found = dates.length === 0 ? `${what}${where}` : missingOf('snapshot', date, where, dates)
  const next = `"import" stores past exports; "fetch --date ${date}" would take the portal's current ones`
  return new NotFound(`${found}. ${next}`)
}

/** Opens an export of a stored snapshot, to stage it again for another date. */
export async function openStoredExport(
  name: ExportName,
  snapshot: Snapshot,
  { archive }: Context,
): Promise<ExportSource> {
  const { key, url, last_modified: lastModified, bytes, sha1 } = snapshot[name]
  const length = (await archive.stat(key))?.bytes
  return { url, lastModified, length, expected: { bytes, sha1 }, chunks: archive.read(key) }
}

/** Reads the header of a stored export and returns its columns. */
export async function readColumns(
  name: ExportName,
  snapshot: Snapshot,
  { archive, config }: Context,
): Promise<readonly string[]> {
  return readHeader(gunzip(archive.read(snapshot[name].key), name), name, config)
}

/**
 * Reads a stored export and passes its records to a reader.
 *
 * @throws Failure `store` if its bytes have changed since it was fetched; `contract` if they have not, but lack a column that
 * the reader needs
 */
export async function readStoredExport(
  name: ExportName,
  snapshot: Snapshot,
  reader: Reader,
  context: Context,
): Promise<void> {
  const { archive, config, report, signal } = context
  const { key, sha256 } = snapshot[name]
  const stored = await archive.stat(key)
  const meter = report.meter(`read ${name} of ${snapshot.date}`, stored?.bytes)
  const plain = gunzip(meterChunks(archive.read(key), meter.add, signal), `${name} export (${key})`)
  try {
    const facts = await readExport(
      plain,
      `${name} export (${key})`,
      reader,
      readOptions(name, config, snapshot[name].columns),
    )
    meter.done(pluralize(facts.records, 'record'))
    if (facts.sha256 === sha256) return
    throw damaged(key, snapshot.date, archive, `its sha256 is ${facts.sha256}, not ${quoted(sha256)}`)
  } catch (error) {
    if (!(error instanceof Failure && error.kind === 'contract')) throw error
    if (await isAsFetched(name, snapshot, context)) throw error
    throw damaged(key, snapshot.date, archive, error.message)
  }
}

function damaged(key: string, date: string, { address }: Context['archive'], why: string): Failure {
  const remedy = `Restore it from a backup, or run "fetch --date ${date} --refetch" to replace it by the portal's current export`
  return new Failure(
    'store',
    `cannot use ${key} in ${address}: it is damaged (${why.split('; nothing was')[0]}). ${remedy}`,
  )
}

/** Returns whether a stored export still has the bytes that were fetched. */
export async function isAsFetched(
  name: ExportName,
  snapshot: Snapshot,
  { archive, config }: Context,
): Promise<boolean> {
  const { key, sha256 } = snapshot[name]
  const nothing: Reader = { columns: [], take: () => {} }
  try {
    return (await readCsv(gunzip(archive.read(key), key), key, nothing, readOptions(name, config))).sha256 === sha256
  } catch (error) {
    if (error instanceof Failure) return false
    throw error
  }
}
