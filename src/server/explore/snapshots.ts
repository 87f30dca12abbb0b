import { LRUCache } from 'lru-cache'
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

/** How long the list of snapshots, and the facts of one, stay cached. */
const FRESH_MS = 5_000
const MAX_SNAPSHOTS = 1_000
/** How many dates an error names. */
const MAX_NAMED = 5

/** The snapshots that can be searched. */
export interface Snapshots {
  /** Returns the dates that have a snapshot, latest first. Some may be unsound. */
  dates(): Promise<readonly string[]>
  /** Returns the snapshot of a date; by default the latest sound one. @throws NotFound, naming the dates that exist */
  find(date?: string): Promise<SnapshotRef>
  /** @throws Failure `usage` for a column that the export does not have */
  checkColumns(ref: SnapshotRef, watch: Watch): Promise<void>
  /** Returns the last sound snapshot before a date; undefined if there is none. */
  before(date: string): Promise<SnapshotRef | undefined>
}

/** Creates the cached view of the archive's snapshots. */
export function createSnapshots(context: Context): Snapshots {
  const { archive, config, documents } = context
  const quiet = { archive, report: { ...context.report, warn: warnOnce(context.report.warn) } }
  const all = new LRUCache<'all', readonly string[]>({
    max: 1,
    ttl: FRESH_MS,
    allowStaleOnFetchRejection: true,
    fetchMethod: async () => (await snapshotDates(context)).reverse(),
  })
  const facts = new LRUCache<string, { readonly ref: SnapshotRef | undefined }>({
    max: MAX_SNAPSHOTS,
    ttl: FRESH_MS,
    fetchMethod: async (date) => {
      const snapshot = await findSnapshot(date, quiet)
      return { ref: snapshot && { snapshot, options: optionsOf(snapshot) } }
    },
  })

  const headers = new LRUCache<string, readonly string[], SnapshotRef>({
    max: MAX_SNAPSHOTS,
    fetchMethod: (_version, _before, { context: { snapshot } }) => readColumns('datasets', snapshot, context),
  })

  function optionsOf(snapshot: Snapshot): ExportOptions {
    const entries = EXPORT_NAMES.map((name) => [name, readOptions(name, config, snapshot[name].columns)])
    return Object.fromEntries(entries) as ExportOptions
  }

  const dates = async () => (await all.forceFetch('all'))!
  const read = async (date: string) => (await facts.forceFetch(date))!.ref

  async function lastSound(isEligible: (date: string) => boolean): Promise<SnapshotRef | undefined> {
    for (const date of await dates()) {
      const ref = isEligible(date) ? await read(date) : undefined
      if (ref !== undefined) return ref
    }
    return undefined
  }

  return {
    dates,
    find: async (date) => {
      const found = date === undefined ? await lastSound(() => true) : await read(date)
      if (found !== undefined) return found
      throw await missing(date)
    },
    checkColumns: async (ref, watch) => {
      if (watch.columns.every((column) => INDEXED_COLUMNS.some((one) => one === column))) return
      const columns = await headers.forceFetch(snapshotVersion(ref.snapshot), { context: ref })
      refuseUnknownColumn(watch, columns!, ref.options.datasets, ref.snapshot.date)
    },
    before: (date) => lastSound((one) => one < date),
  }

  async function missing(date: string | undefined): Promise<NotFound> {
    const known = (await dates()).filter((one) => one !== date)
    if (known.length === 0) return new NotFound('cannot search: there is no snapshot yet; "run" makes one')
    if (date === undefined) return new NotFound('cannot search: no snapshot is sound; see the log of the server')
    const isUnsound = (await dates()).includes(date)
    const isPruned = !isUnsound && (await editionIds(documents, date)).length > 0
    const why = isUnsound
      ? 'its snapshot is damaged'
      : isPruned
        ? 'its snapshot was not kept, only its editions'
        : 'it has no snapshot'
    return new NotFound(`cannot search ${date}: ${why}. ${namedWeeks(known)}`)
  }
}

function namedWeeks(known: readonly string[]): string {
  const named = known.slice(0, MAX_NAMED).join(', ')
  const more = known.length > MAX_NAMED ? `, and ${known.length - MAX_NAMED} more back to ${known.at(-1)}` : ''
  return `These can be searched: ${named}${more}`
}
