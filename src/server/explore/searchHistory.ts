import { LRUCache } from 'lru-cache'
import type { Watch } from '../../config/watch.ts'
import { type SnapshotRef, snapshotVersion } from '../../explore/engine.ts'
import { queryKey } from '../../explore/query.ts'
import { busyProblem } from '../problem.ts'
import type { Snapshots } from './snapshots.ts'

/** The number of datasets that a search finds, week by week. */
export interface SearchHistory {
  /** The weeks counted so far, latest first. A snapshot that cannot be read counts as null. */
  readonly weeks: readonly { readonly date: string; readonly datasets: number | null }[]
  /** The number of stored weeks. */
  readonly total: number
  /** Expected seconds until all weeks are counted; 0 when they are, null before the first week is counted. */
  readonly seconds_left: number | null
}

/** How many searches can be counted at the same time: one pass over a snapshot counts them all. */
const MAX_SEARCHES = 8
/** How many counts stay cached: a hundred searches of 200 weeks. */
const MAX_COUNTS = 20_000

type Count = (ref: SnapshotRef, watches: readonly Watch[]) => Promise<readonly number[]>

/** Creates a function that returns the counts of a search over all stored weeks, and counts missing ones in the background. */
export function createSearchHistory(
  snapshots: Snapshots,
  count: Count,
  warn: (line: string) => void,
): (watch: Watch) => Promise<SearchHistory> {
  /** Snapshot and search → the number of datasets; null if the snapshot cannot be read. */
  const counts = new LRUCache<string, { readonly datasets: number | null }>({ max: MAX_COUNTS })
  const wanted = new Map<string, Watch>()
  let isRunning = false
  let secondsPerWeek: number | null = null

  return async (watch) => {
    const key = listKey(watch)
    const refs = await allSnapshots()
    const known = refs.map(({ snapshot }) => ({ date: snapshot.date, found: counts.get(countKey(snapshot, key)) }))
    const weeks = known.flatMap(({ date, found }) => (found === undefined ? [] : [{ date, ...found }]))
    const missing = refs.length - weeks.length
    if (missing > 0 && !wanted.has(key)) {
      if (wanted.size >= MAX_SEARCHES)
        throw busyProblem('cannot count the weeks now: too many searches are being counted. Try again in a minute.')
      wanted.set(key, watch)
      countAll()
    }
    const seconds = secondsPerWeek === null ? null : Math.ceil(missing * secondsPerWeek)
    return { weeks, total: refs.length, seconds_left: missing === 0 ? 0 : seconds }
  }

  async function allSnapshots(): Promise<SnapshotRef[]> {
    const refs: SnapshotRef[] = []
    // One whose facts are damaged is left out, with a warning in the log.
    for (const date of await snapshots.dates()) {
      const ref = await snapshots.find(date).catch(() => undefined)
      if (ref !== undefined) refs.push(ref)
    }
    return refs
  }

  function countAll(): void {
    if (isRunning) return
    isRunning = true
    countWeeks()
      .catch((error: Error) => warn(`cannot count the weeks of a search: ${error.message}`))
      .finally(() => {
        isRunning = false
        wanted.clear()
      })
  }

  /** Counts the searches in one snapshot after the other, the latest first, until no count is missing. */
  async function countWeeks(): Promise<void> {
    while (wanted.size > 0) {
      const next = await firstMissing()
      if (next === undefined) return
      const { ref, keys } = next
      const began = performance.now()
      const watches = keys.map((key) => wanted.get(key)!)
      const found = await count(ref, watches).catch((error: Error) => {
        warn(`cannot count a search in the week of ${ref.snapshot.date}: ${error.message}`)
        return undefined
      })
      keys.forEach((key, index) => {
        counts.set(countKey(ref.snapshot, key), { datasets: found?.[index] ?? null })
      })
      secondsPerWeek = (performance.now() - began) / 1_000
    }
  }

  /** Returns the latest snapshot with missing counts. Searches without one are complete. */
  async function firstMissing(): Promise<{ ref: SnapshotRef; keys: readonly string[] } | undefined> {
    const refs = await allSnapshots()
    const isMissing = (key: string) => (ref: SnapshotRef) => !counts.has(countKey(ref.snapshot, key))
    for (const key of wanted.keys()) if (!refs.some(isMissing(key))) wanted.delete(key)
    for (const ref of refs) {
      const keys = [...wanted.keys()].filter((key) => isMissing(key)(ref))
      if (keys.length > 0) return { ref, keys }
    }
    return undefined
  }
}

/** The number of ranked organizations does not change the list. */
const listKey = (watch: Watch) => queryKey({ ...watch, top: 1 })
const countKey = (snapshot: SnapshotRef['snapshot'], key: string) => `${snapshotVersion(snapshot)} ${key}`
