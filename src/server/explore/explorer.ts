import type { Watch } from '../../config/watch.ts'
import type { Context } from '../../context.ts'
import type { Changes } from '../../editions/changes.ts'
import { Failure } from '../../errors.ts'
import { type SnapshotRef, snapshotVersion } from '../../explore/engine.ts'
import type { SearchPage } from '../../explore/page.ts'
import { queryKey } from '../../explore/query.ts'
import { Problem } from '../problem.ts'
import type { Selection } from '../selection.ts'
import type { Searcher, TableRequest } from './requests.ts'
import { createSearchHistory, type SearchHistory } from './searchHistory.ts'
import { createSharedJobs } from './shared.ts'
import { createSnapshots, type Snapshots } from './snapshots.ts'
import { createTurns } from './turns.ts'

/** How many searches run at the same time. While one reads a snapshot, another can search one in memory. */
const PARALLEL = 2
/** How many searches may wait. */
const MAX_WAITING = 8

/** The datasets of a search to return. */
export interface Table {
  readonly selection: Selection
  readonly offset: number
  readonly limit: number
  /** The date to compare with, for new and gone datasets (default: the snapshot before). */
  readonly since?: string | undefined
}

/** A search of the snapshot of one date. */
export interface ExploredWeek {
  readonly ref: SnapshotRef
  readonly watch: Watch
  /** Two searches with the same version have the same result. */
  readonly version: string
}

/**
 * Searches the snapshots of the archive for any words. A request waits for its turn, and leaves the queue when its signal is
 * aborted.
 */
export interface Explorer {
  /** Whether the setting `explore_memory` allows searches. */
  readonly isOn: boolean
  /** Returns the dates that have a snapshot, latest first. */
  dates(): Promise<readonly string[]>
  /** Returns the search of a date; by default the latest. @throws NotFound, Problem 404 if searches are turned off */
  open(watch: Watch, date: string | undefined): Promise<ExploredWeek>
  /** Returns the search to compare with: that of `since`, or the last one before. @throws NotFound, Failure `usage` */
  earlier(week: ExploredWeek, since: string | undefined): Promise<ExploredWeek | undefined>
  /** @throws Failure, Problem 503 when too many searches wait */
  page(week: ExploredWeek, table: Table, signal: AbortSignal): Promise<SearchPage>
  /** Returns the six fields of the selected datasets as CSV. */
  csv(week: ExploredWeek, table: Table, signal: AbortSignal): ReturnType<Searcher['csv']>
  changes(from: ExploredWeek, to: ExploredWeek, signal: AbortSignal): Promise<Changes>
  /** Opens the full list as a CSV: its size, and its bytes. */
  list(week: ExploredWeek, signal: AbortSignal): Promise<{ bytes: number; chunks: AsyncIterable<Uint8Array> }>
  /** Returns the counts of all weeks that are known so far, and counts the others in the background. */
  history(watch: Watch): Promise<SearchHistory>
}

/** Creates an explorer whose work is done by a searcher; without one, searches are turned off. */
export function createExplorer(context: Context, searcher: Searcher | undefined): Explorer {
  const snapshots = createSnapshots(context)
  const run = createSearchQueue()
  const historyOf = createSearchHistory(
    snapshots,
    (ref, watches) => requireSearcher().count(ref, watches),
    context.report.warn,
  )

  function requireSearcher(): Searcher {
    if (searcher !== undefined && context.config.explore_memory > 0) return searcher
    throw new Problem(404, 'cannot search: this server has searches turned off (setting explore_memory).')
  }

  const { open, earlier } = createWeekFinder(snapshots, requireSearcher)

  async function requestFor(week: ExploredWeek, { selection, offset, limit, since }: Table): Promise<TableRequest> {
    const needsEarlier = selection.isNew || selection.isGone
    const before = needsEarlier ? await earlier(week, since) : undefined
    return { ref: week.ref, watch: week.watch, selection, offset, limit, earlier: before?.ref }
  }

  return {
    isOn: searcher !== undefined && context.config.explore_memory > 0,
    dates: snapshots.dates,
    open,
    earlier,
    page: async (week, table, signal) => {
      const request = await requestFor(week, table)
      return run(week, ['page', keyOf(request)], signal, () => requireSearcher().page(request))
    },
    csv: async (week, table, signal) => {
      const request = await requestFor(week, table)
      return run(week, ['csv', keyOf(request)], signal, () => requireSearcher().csv(request))
    },
    changes: (from, to, signal) =>
      run(to, ['changes', from.version], signal, () => requireSearcher().changes(from.ref, to.ref, to.watch)),
    list: async (week, signal) => {
      const bytes = await run(week, ['list'], signal, () => requireSearcher().listBytes(week))
      return { bytes, chunks: requireSearcher().list({ ref: week.ref, watch: week.watch }) }
    },
    history: async (watch) => {
      await open(watch, undefined)
      return historyOf(watch)
    },
  }
}

function keyOf({ selection, offset, limit, earlier }: TableRequest) {
  return [selection, offset, limit, earlier && snapshotVersion(earlier.snapshot)]
}

/** Creates the function that runs the jobs of searches: a few at a time, and the same job once for all callers. */
function createSearchQueue() {
  const turns = createTurns(PARALLEL, MAX_WAITING)
  const jobs = createSharedJobs()
  return async <T>(week: ExploredWeek, key: unknown, signal: AbortSignal, job: () => Promise<T>): Promise<T> => {
    try {
      return await jobs.run(JSON.stringify([week.version, key]), signal, (allLeft) => turns.run(job, allLeft))
    } catch (error) {
      if (signal.aborted) throw new Problem(503, 'the client has left')
      throw error
    }
  }
}

/** Creates the functions that find the snapshots of a search. @param requireOn throws if searches are turned off */
function createWeekFinder(snapshots: Snapshots, requireOn: () => unknown): Pick<Explorer, 'open' | 'earlier'> {
  const open = async (watch: Watch, date: string | undefined): Promise<ExploredWeek> => {
    requireOn()
    const ref = await snapshots.find(date)
    await snapshots.checkColumns(ref, watch)
    return { ref, watch, version: `${snapshotVersion(ref.snapshot)} ${queryKey(watch)} ${watch.terms.join('\0')}` }
  }

  const earlier = async ({ ref, watch }: ExploredWeek, since: string | undefined) => {
    const { date } = ref.snapshot
    if (since !== undefined && since >= date)
      throw new Failure('usage', `cannot compare with ${since}: it is not earlier than ${date}. Give an earlier date.`)
    const before = since ?? (await snapshots.before(date))?.snapshot.date
    return before === undefined ? undefined : open(watch, before)
  }

  return { open, earlier }
}
