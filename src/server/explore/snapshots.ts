import { LRUCache } from 'lru-cache'
import type { Config } from '../../config/settings.ts'
import type { Watch } from '../../config/watch.ts'
import type { Context } from '../../context.ts'
import { EXPORT_NAMES, type Snapshot } from '../../editions/edition.ts'
import { editionIds } from '../../editions/find.ts'
import { NotFound } from '../../errors.ts'
import { type SnapshotRef, snapshotVersion } from '../../explore/engine.ts'
import { type ExportOptions, INDEXED_COLUMNS } from '../../explore/indexedSnapshot.ts'
import { refuseUnknownColumn } from '../../explore/search.ts'
import { readOptions } from '../../pipeline/read.ts'
import { findSnapshot, readColumns, snapshotDates } from '../../pipeline/snapshot.ts'
import { warnOnce } from '../../terminal/report.ts'
import { keepStale } from '../keepStale.ts'

/** How long the list of dates, and the description of each snapshot, stay cached. */
const FRESH_MS = 5_000
const MAX_SNAPSHOTS = 1_000
const MAX_NAMED = 5

/** Creates the cached view of the snapshots that can be searched. */
export function createSnapshots(context: Context) {
  const dates = createDateReader(context)
  const read = createSnapshotReader(context)

  async function lastSound(isEligible: (date: string) => boolean): Promise<SnapshotRef | undefined> {
    for (const date of await dates()) {
      const ref = isEligible(date) ? await read(date) : undefined
      if (ref !== undefined) return ref
    }
    return undefined
  }

  return {
    /** Returns the dates that have a snapshot, latest first. Some may be unsound. */
    dates,
    /** Returns all snapshots, latest first. Leaves out those that are unsound or cannot be read. */
    all: async (): Promise<readonly SnapshotRef[]> => {
      const refs: SnapshotRef[] = []
      for (const date of await dates()) {
        const ref = await read(date).catch(() => undefined)
        if (ref !== undefined) refs.push(ref)
      }
      return refs
    },
    /** Returns the snapshot of a date; by default the latest sound one. @throws NotFound, naming the dates that exist */
    find: async (date?: string): Promise<SnapshotRef> => {
      const found = date === undefined ? await lastSound(() => true) : await read(date)
      if (found !== undefined) return found
      throw await missingSnapshot(date, await dates(), context.documents)
    },
    checkColumns: createColumnCheck(context),
    /** Returns the last sound snapshot before a date; undefined if there is none. */
    before: (date: string) => lastSound((one) => one < date),
  }
}

export type Snapshots = ReturnType<typeof createSnapshots>

function createDateReader(context: Context) {
  const cache = new LRUCache<'all', readonly string[]>({
    max: 1,
    ttl: FRESH_MS,
    fetchMethod: keepStale<'all', readonly string[]>(async () => (await snapshotDates(context)).reverse()),
  })
  return () => cache.forceFetch('all')
}

/** Creates a cached reader that returns undefined for an unsound snapshot, and warns of it once. */
function createSnapshotReader({ archive, config, report }: Context) {
  const quiet = { archive, report: { ...report, warn: warnOnce(report.warn) } }
  const cache = new LRUCache<string, { readonly ref: SnapshotRef | undefined }>({
    max: MAX_SNAPSHOTS,
    ttl: FRESH_MS,
    fetchMethod: async (date) => {
      const snapshot = await findSnapshot(date, quiet)
      return { ref: snapshot && { snapshot, options: optionsOf(snapshot, config) } }
    },
  })
  return async (date: string) => (await cache.forceFetch(date)).ref
}

function optionsOf(snapshot: Snapshot, config: Config): ExportOptions {
  const entries = EXPORT_NAMES.map((name) => [name, readOptions(name, config, snapshot[name].columns)])
  return Object.fromEntries(entries) as ExportOptions
}

/** Creates a check against the header of the export. Every searchable export has INDEXED_COLUMNS, so these are not checked. */
function createColumnCheck(context: Context) {
  const headers = new LRUCache<string, readonly string[], SnapshotRef>({
    max: MAX_SNAPSHOTS,
    fetchMethod: (_version, _before, { context: { snapshot } }) => readColumns('datasets', snapshot, context),
  })
  /** @throws Failure `usage` for a column that the export does not have */
  return async (ref: SnapshotRef, watch: Watch): Promise<void> => {
    if (watch.columns.every((column) => INDEXED_COLUMNS.some((one) => one === column))) return
    const columns = await headers.forceFetch(snapshotVersion(ref.snapshot), { context: ref })
    refuseUnknownColumn(watch, columns, ref.options.datasets, ref.snapshot.date)
  }
}

/** Returns the error for a date that cannot be searched, or for an archive without a sound snapshot. */
async function missingSnapshot(
  date: string | undefined,
  dates: readonly string[],
  documents: Context['documents'],
): Promise<NotFound> {
  const others = dates.filter((one) => one !== date)
  if (others.length === 0) return new NotFound('cannot search: there is no snapshot yet; "run" makes one')
  if (date === undefined) return new NotFound('cannot search: no snapshot is sound; see the log of the server')
  const why = dates.includes(date)
    ? 'its snapshot is damaged'
    : (await editionIds(documents, date)).length > 0
      ? 'its snapshot was not kept, only its editions'
      : 'it has no snapshot'
  return new NotFound(`cannot search ${date}: ${why}. ${listDates(others)}`)
}

/** Returns `These can be searched: 2026-11-18, 2026-11-11, and 52 more back to 2025-11-12`. */
function listDates(dates: readonly string[]): string {
  const named = dates.slice(0, MAX_NAMED).join(', ')
  const more = dates.length > MAX_NAMED ? `, and ${dates.length - MAX_NAMED} more back to ${dates.at(-1)}` : ''
  return `These can be searched: ${named}${more}`
}
