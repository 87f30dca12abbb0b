import { createHash } from 'node:crypto'
import { text } from 'node:stream/consumers'
import type { World } from '../context.ts'
import { createPlainScanner } from '../csv/plain.ts'
import type { ExportFacts, ExportName, Snapshot } from '../editions/edition.ts'
import { snapshotKey } from '../editions/layout.ts'
import { Failure, quoted } from '../errors.ts'
import type { Opened } from '../portal/open.ts'
import type { Run } from '../runs/run.ts'
import type { PendingObject } from '../stores/archive.ts'
import { counted } from '../terminal/format.ts'
import { gunzip } from './compression.ts'
import { metered } from './metered.ts'
import { type Reader, readExport, readOptions } from './read.ts'
import type { Taken } from './take.ts'

/** The snapshot of a date, or undefined when there is none. */
export async function loadSnapshot(date: string, { archive }: World): Promise<Snapshot | undefined> {
  const key = snapshotKey(date)
  if ((await archive.stat(key)) === undefined) return undefined
  const json = await text(archive.read(key))
  try {
    return JSON.parse(json) as Snapshot
  } catch (error) {
    const what = `${key} in ${archive.address} is not the JSON of a snapshot`
    throw new Failure('store', `${what}; remove it and run "fetch --date ${date}" again`, { cause: error })
  }
}

/** The last snapshot before a date. */
export async function loadSnapshotBefore(date: string, world: World): Promise<Snapshot | undefined> {
  let last: string | undefined
  for await (const { key } of world.archive.list('snapshots/')) {
    const [, found] = /^snapshots\/(\d{4}-\d{2}-\d{2})\/snapshot\.json$/.exec(key) ?? []
    if (found !== undefined && found < date) last = found
  }
  return last === undefined ? undefined : loadSnapshot(last, world)
}

/** An export of a stored snapshot, as a source to be taken again. */
export async function readStored(name: ExportName, snapshot: Snapshot, { archive }: World): Promise<Opened> {
  const { key, url, last_modified: lastModified, bytes, sha1 } = snapshot[name]
  const length = (await archive.stat(key))?.bytes
  return { url, lastModified, length, expected: { bytes, sha1 }, chunks: archive.read(key) }
}

/** The columns of an export of a stored snapshot; only its beginning is read. */
export async function columnsOf(
  name: ExportName,
  snapshot: Snapshot,
  { archive, config }: World,
): Promise<readonly string[]> {
  let columns: readonly string[] | undefined
  const select = (header: readonly string[]) => {
    columns = header
    return []
  }
  const scanner = createPlainScanner({ name, maxRecordBytes: config.max_record_size, select })
  for await (const chunk of gunzip(archive.read(snapshot[name].key), name)) {
    scanner.write(chunk)
    if (columns !== undefined) break
  }
  return columns ?? []
}

/** As `loadSnapshot`, for a step that cannot do without. */
export async function needSnapshot(date: string, world: World): Promise<Snapshot> {
  const snapshot = await loadSnapshot(date, world)
  if (snapshot !== undefined) return snapshot
  throw new Failure(
    'usage',
    `there is no snapshot of ${date} in ${world.archive.address}; run "fetch --date ${date}" first`,
  )
}

/** The snapshot that two exports are. When the stored one holds the same, that one stays. */
export async function draftSnapshot(
  date: string,
  datasets: ExportFacts,
  organizations: ExportFacts,
  world: World,
): Promise<{ readonly snapshot: Snapshot; readonly changed: boolean }> {
  const stored = await loadSnapshot(date, world)
  if (stored?.datasets.sha256 === datasets.sha256 && stored.organizations.sha256 === organizations.sha256) {
    return { snapshot: stored, changed: false }
  }
  const fetched_at = world.clock().toISOString()
  return { snapshot: { date, fetched_at, portal: world.config.portal, datasets, organizations }, changed: true }
}

/** The description of a snapshot, complete but aside. */
export async function describeSnapshot(snapshot: Snapshot, { archive }: World): Promise<PendingObject> {
  const key = snapshotKey(snapshot.date)
  const json = Buffer.from(`${JSON.stringify(snapshot, null, 2)}\n`)
  const object = await archive.create(key, { contentType: 'application/json' })
  try {
    await object.write(json)
    await object.complete(createHash('sha256').update(json).digest('hex'))
    return object
  } catch (error) {
    await object.abort()
    throw error
  }
}

/**
 * Makes exports and their description the snapshot of a date. An earlier description goes first, and the new one comes
 * last: whoever finds one finds the exports that it describes.
 */
export async function storeSnapshot(
  date: string,
  exports: readonly Taken[],
  description: PendingObject,
  run: Pick<Run, 'mayPublish'>,
  { archive }: World,
): Promise<void> {
  if ((await archive.stat(snapshotKey(date))) !== undefined) {
    // Nothing but the lease keeps this from taking a successor's description away.
    await run.mayPublish(date)
    await archive.remove(snapshotKey(date))
  }
  for (const taken of exports) await taken.keep()
  await description.commit()
}

/**
 * Reads an export from a snapshot, past the reader.
 *
 * @throws Failure `store` when its bytes are not those that were fetched
 */
export async function replayExport(name: ExportName, snapshot: Snapshot, reader: Reader, world: World): Promise<void> {
  const { archive, config, report, signal } = world
  const { key, sha256 } = snapshot[name]
  const stored = await archive.stat(key)
  const meter = report.meter(`read ${name} of ${snapshot.date}`, stored?.bytes)
  const plain = gunzip(metered(archive.read(key), meter.add, signal), `${name} export (${key})`)
  const facts = await readExport(plain, `${name} export`, reader, readOptions(name, config))
  meter.done(counted(facts.records, 'record'))
  if (facts.sha256 === sha256) return
  const what = `${key} in ${archive.address} is not what was fetched: sha256 ${facts.sha256}, not ${quoted(sha256)}`
  throw new Failure('store', `${what}; run "fetch --date ${snapshot.date} --refetch" for a new one`)
}
