import type { Watch } from '../../config/watch.ts'
import type { Context } from '../../context.ts'
import { Failure } from '../../errors.ts'
import { type SnapshotRef, snapshotVersion } from '../../explore/engine.ts'
import { queryKey } from '../../explore/query.ts'
import { busyProblem, Problem } from '../problem.ts'
import type { Selection } from '../selection.ts'
import { createTurns } from '../turns.ts'
import type { Searcher, TableRequest } from './requests.ts'
import { createSharedJobs } from './shared.ts'
import { createSnapshots, type Snapshots } from './snapshots.ts'
import { WeekCounter } from './weekCounter.ts'

/** How many searches run at the same time. While one reads a snapshot, another can search one in memory. */
const PARALLEL = 2
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
 * Creates an explorer, which searches the snapshots of the archive for any words. A request waits for its turn, and leaves the queue
 * when its signal is aborted.
 *
 * @param searcher does the work; without one, searches are turned off
 */
export function createExplorer(context: Context, searcher: Searcher | undefined) {
  const snapshots = createSnapshots(context)
  const run = createSearchQueue()
  const count: Searcher['count'] = (ref, watches) => requireSearcher().count(ref, watches)
  const counter = new WeekCounter(snapshots, count, context.report.warn)

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
    /** Whether the setting `explore_memory` allows searches. */
    isOn: searcher !== undefined && context.config.explore_memory > 0,
    /** Returns the dates that have a snapshot, latest first. */
    dates: snapshots.dates,
    open,
    earlier,
    /** @throws Failure, Problem 503 when too many searches wait */
    page: async (week: ExploredWeek, table: Table, signal: AbortSignal) => {
      const request = await requestFor(week, table)
      return run(week, ['page', keyOf(request)], signal, () => requireSearcher().page(request))
    },
    /** Returns the six fields of the selected datasets as CSV. */
    csv: async (week: ExploredWeek, table: Table, signal: AbortSignal) => {
      const request = await requestFor(week, table)
      return run(week, ['csv', keyOf(request)], signal, () => requireSearcher().csv(request))
    },
    changes: (from: ExploredWeek, to: ExploredWeek, signal: AbortSignal) =>
      run(to, ['changes', from.version], signal, () => requireSearcher().changes(from.ref, to.ref, to.watch)),
    /** Opens the full list as a CSV: its size, and its bytes. */
    list: async (week: ExploredWeek, signal: AbortSignal) => {
      const bytes = await run(week, ['list'], signal, () => requireSearcher().listBytes(week))
      return { bytes, chunks: requireSearcher().list({ ref: week.ref, watch: week.watch }) }
    },
    /** Returns the counts of all weeks that are known so far, and counts the others in the background. */
    history: async (watch: Watch) => {
      await open(watch, undefined)
      return counter.history(watch)
    },
  }
}

export type Explorer = ReturnType<typeof createExplorer>

function keyOf({ selection, offset, limit, earlier }: TableRequest) {
  return [selection, offset, limit, earlier && snapshotVersion(earlier.snapshot)]
}

/** Creates the function that runs the jobs of searches: a few at a time, and the same job once for all callers. */
function createSearchQueue() {
  const turns = createTurns(PARALLEL, MAX_WAITING, () =>
    busyProblem('cannot search now: too many searches are waiting. Try again in a few seconds.', 2),
  )
  const share = createSharedJobs()
  return async <T>(week: ExploredWeek, key: unknown, signal: AbortSignal, job: () => Promise<T>): Promise<T> => {
    try {
      return await share(JSON.stringify([week.version, key]), signal, (allLeft) => turns.run(job, allLeft))
    } catch (error) {
      if (signal.aborted) throw new Problem(503, 'the client has left')
      throw error
    }
  }
}

/** Creates the functions that find the snapshots of a search. @param requireOn throws if searches are turned off */
function createWeekFinder(snapshots: Snapshots, requireOn: () => unknown) {
  /** Returns the search of a date; by default the latest. @throws NotFound, Problem 404 if searches are turned off */
  const open = async (watch: Watch, date: string | undefined): Promise<ExploredWeek> => {
    requireOn()
    const ref = await snapshots.find(date)
    await snapshots.checkColumns(ref, watch)
    return { ref, watch, version: `${snapshotVersion(ref.snapshot)} ${queryKey(watch)} ${watch.terms.join('\0')}` }
  }

  /** Returns the search to compare with: that of `since`, or the last one before. @throws NotFound, Failure `usage` */
  const earlier = async ({ ref, watch }: ExploredWeek, since: string | undefined) => {
    const { date } = ref.snapshot
    if (since !== undefined && since >= date)
      throw new Failure('usage', `cannot compare with ${since}: it is not earlier than ${date}. Give an earlier date.`)
    const before = since ?? (await snapshots.before(date))?.snapshot.date
    return before === undefined ? undefined : open(watch, before)
  }

  return { open, earlier }
}
