import type { Watch } from '../../config/watch.ts'
import type { Searcher } from './requests.ts'
import type { Snapshots } from './snapshots.ts'
import { type WeekCount, WeekCounter } from './weekCounter.ts'

/** The number of datasets that a search finds, week by week. */
export interface SearchHistory {
  /** The weeks counted so far, latest first. */
  readonly weeks: readonly WeekCount[]
  /** The number of stored weeks. */
  readonly total: number
  /** Expected seconds until all weeks are counted; 0 when they are, null before the first week is counted. */
  readonly seconds_left: number | null
}

/** Creates a function that returns the known counts of a search, and has missing ones counted in the background. */
export function createSearchHistory(
  snapshots: Snapshots,
  count: Searcher['count'],
  warn: (line: string) => void,
): (watch: Watch) => Promise<SearchHistory> {
  const counter = new WeekCounter(snapshots, count, warn)
  return async (watch) => {
    const refs = await snapshots.all()
    const weeks = counter.knownCounts(watch, refs)
    const missing = refs.length - weeks.length
    if (missing > 0) counter.start(watch)
    return { weeks, total: refs.length, seconds_left: counter.expectedSeconds(missing) }
  }
}
