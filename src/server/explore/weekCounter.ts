import { LRUCache } from 'lru-cache'
import type { Watch } from '../../config/watch.ts'
import { type SnapshotRef, snapshotVersion } from '../../explore/engine.ts'
import { queryKey } from '../../explore/query.ts'
import { busyProblem } from '../problem.ts'
import type { Searcher } from './requests.ts'
import type { Snapshots } from './snapshots.ts'

/** How many searches can be counted at the same time. One pass over a snapshot counts all of them. */
const MAX_SEARCHES = 8
/** How many counts stay cached: a hundred searches of 200 weeks. */
const MAX_COUNTS = 20_000

/** The number of datasets that a search finds in a week; null if the snapshot of that week cannot be read. */
interface WeekCount {
  readonly date: string
  readonly datasets: number | null
}

/** The number of datasets that a search finds, week by week. */
export interface SearchHistory {
  /** The weeks counted so far, latest first. */
  readonly weeks: readonly WeekCount[]
  /** The number of stored weeks. */
  readonly total: number
  /** Expected seconds until all weeks are counted; 0 when they are, null before the first week is counted. */
  readonly seconds_left: number | null
}

/** Counts searches in all stored snapshots, in the background. */
export class WeekCounter {
  private readonly snapshots: Snapshots
  private readonly count: Searcher['count']
  private readonly warn: (line: string) => void
  private readonly counts = new LRUCache<string, WeekCount>({ max: MAX_COUNTS })
  /** The searches that are being counted, by key. */
  private readonly searches = new Map<string, Watch>()
  private isRunning = false
  /** The duration of the last pass over a snapshot. */
  private secondsPerWeek: number | null = null

  constructor(snapshots: Snapshots, count: Searcher['count'], warn: (line: string) => void) {
    this.snapshots = snapshots
    this.count = count
    this.warn = warn
  }

  /** Returns the known counts of a search, and has missing ones counted in the background. */
  async history(watch: Watch): Promise<SearchHistory> {
    const refs = await this.snapshots.all()
    const weeks = this.knownCounts(watch, refs)
    const missing = refs.length - weeks.length
    if (missing > 0) this.start(watch)
    return { weeks, total: refs.length, seconds_left: this.expectedSeconds(missing) }
  }

  /** Returns the counts of a search so far, in the order of the snapshots. */
  knownCounts(watch: Watch, refs: readonly SnapshotRef[]): readonly WeekCount[] {
    const key = listKey(watch)
    return refs.flatMap((ref) => this.counts.get(countKey(ref, key)) ?? [])
  }

  /** Estimates how many seconds it takes to count a number of weeks. Returns null before the first week is counted. */
  expectedSeconds(weeks: number): number | null {
    if (weeks === 0) return 0
    return this.secondsPerWeek === null ? null : Math.ceil(weeks * this.secondsPerWeek)
  }

  /** Starts to count a search, unless it is being counted already. @throws Problem 503 when too many are being counted */
  start(watch: Watch): void {
    const key = listKey(watch)
    if (this.searches.has(key)) return
    if (this.searches.size >= MAX_SEARCHES)
      throw busyProblem('cannot count the weeks now: too many searches are being counted. Try again in a minute.')
    this.searches.set(key, watch)
    if (this.isRunning) return
    this.isRunning = true
    this.countAll()
      .catch((error: Error) => this.warn(`cannot count the weeks of a search: ${error.message}`))
      .finally(() => {
        this.isRunning = false
        this.searches.clear()
      })
  }

  /** Counts in one snapshot after the other, the latest first. A search that starts meanwhile joins in. */
  private async countAll(): Promise<void> {
    for (let next = await this.nextWeek(); next !== undefined; next = await this.nextWeek()) await this.countWeek(next)
  }

  /** Returns the latest snapshot in which a search is not counted yet. Removes the searches that are complete. */
  private async nextWeek(): Promise<SnapshotRef | undefined> {
    const refs = await this.snapshots.all()
    for (const key of this.searches.keys()) if (refs.every((ref) => this.isCounted(ref, key))) this.searches.delete(key)
    return refs.find((ref) => this.uncounted(ref).length > 0)
  }

  private async countWeek(ref: SnapshotRef): Promise<void> {
    const began = performance.now()
    const { date } = ref.snapshot
    const keys = this.uncounted(ref)
    const watches = keys.map((key) => this.searches.get(key)!)
    const found = await this.count(ref, watches).catch((error: Error) => {
      this.warn(`cannot count a search in the week of ${date}: ${error.message}`)
      return undefined
    })
    for (const [index, key] of keys.entries())
      this.counts.set(countKey(ref, key), { date, datasets: found?.[index] ?? null })
    this.secondsPerWeek = (performance.now() - began) / 1_000
  }

  private uncounted(ref: SnapshotRef): readonly string[] {
    return [...this.searches.keys()].filter((key) => !this.isCounted(ref, key))
  }

  private isCounted(ref: SnapshotRef, key: string): boolean {
    return this.counts.has(countKey(ref, key))
  }
}

/** Returns the key of a search. The number of ranked organizations does not change the number of datasets. */
const listKey = (watch: Watch) => queryKey({ ...watch, top: 1 })
const countKey = ({ snapshot }: SnapshotRef, key: string) => `${snapshotVersion(snapshot)} ${key}`
