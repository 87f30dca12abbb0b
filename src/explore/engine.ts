import { LRUCache } from 'lru-cache'
import type { Watch } from '../config/watch.ts'
import type { ExportName, Snapshot } from '../editions/edition.ts'
import { DamagedDocument, Failure } from '../errors.ts'
import { formatBytes } from '../text/format.ts'
import { type ExportOptions, expectedBytes, type IndexedSnapshot, indexSnapshot } from './indexedSnapshot.ts'
import { queryKey } from './query.ts'
import { type SearchResult, search } from './search.ts'

/** A snapshot, and how to read its exports. */
export interface SnapshotRef {
  readonly snapshot: Snapshot
  readonly options: ExportOptions
}

/** Returns the stored bytes of an export. */
export type OpenExport = (snapshot: Snapshot, name: ExportName) => AsyncIterable<Uint8Array>

/** Memory for the results of one snapshot, in bytes. */
const RESULT_BYTES = 32 * 2 ** 20
/** Memory of a dataset of a result, in bytes. */
const DATASET_BYTES = 500

/** A snapshot in memory, with the results of its latest searches. */
interface LoadedSnapshot {
  readonly indexed: IndexedSnapshot
  readonly results: LRUCache<string, SearchResult>
}

/** How long to wait before a snapshot that cannot be indexed is read again. */
const FAILURE_MS = 60_000
const MAX_FAILURES = 100

/** Searches snapshots, and keeps those that were searched last in memory. */
export class Engine {
  private readonly open: OpenExport
  private readonly memory: number
  private readonly snapshots: LRUCache<string, LoadedSnapshot>
  private readonly failures = new LRUCache<string, Error>({ max: MAX_FAILURES, ttl: FAILURE_MS })
  private readonly loading = new Map<string, Promise<LoadedSnapshot>>()
  private lastLoad: Promise<unknown> = Promise.resolve()

  /** @param memory memory for snapshots, in bytes */
  constructor(open: OpenExport, memory: number) {
    this.open = open
    this.memory = memory
    this.snapshots = new LRUCache({
      // A setting such as 0.7GiB is not a whole number of bytes.
      maxSize: Math.floor(memory),
      sizeCalculation: ({ indexed }) => indexed.bytes,
    })
  }

  /** Whether a snapshot is in memory. */
  holds({ snapshot }: SnapshotRef): boolean {
    return this.snapshots.has(snapshotVersion(snapshot))
  }

  /** @throws Failure `usage` for a query that does not fit the export; DamagedDocument */
  async search(ref: SnapshotRef, watch: Watch): Promise<SearchResult> {
    const { indexed, results } = await this.find(ref)
    const key = queryKey(watch)
    const known = results.get(key)
    // The key ignores order, case and accents of the words. The result shows them as they were typed.
    if (known?.watch.terms.join('\0') === watch.terms.join('\0')) return known
    const result = await search(indexed, watch)
    results.set(key, result)
    return result
  }

  /** Returns a snapshot from memory, or loads it. Simultaneous searches load it once. */
  private async find(ref: SnapshotRef): Promise<LoadedSnapshot> {
    const version = snapshotVersion(ref.snapshot)
    const known = this.snapshots.get(version)
    if (known !== undefined) return known
    const failure = this.failures.get(version)
    if (failure !== undefined) throw failure
    const pending = this.loading.get(version)
    if (pending !== undefined) return pending
    // Loading two snapshots at once would take more memory than the setting allows.
    const load = this.lastLoad.then(() => this.load(ref)).finally(() => this.loading.delete(version))
    this.lastLoad = load.catch(() => {})
    this.loading.set(version, load)
    return load
  }

  private async load(ref: SnapshotRef): Promise<LoadedSnapshot> {
    this.makeRoom(ref.snapshot)
    const results = new LRUCache<string, SearchResult>({
      maxSize: RESULT_BYTES,
      sizeCalculation: ({ kept, recordOf }) => kept.byteLength + DATASET_BYTES * (recordOf.size + 1),
    })
    const loaded = { indexed: await this.index(ref), results }
    this.snapshots.set(snapshotVersion(ref.snapshot), loaded)
    return loaded
  }

  /** Drops snapshots until this one fits. @throws Failure `usage` if it is larger than the memory */
  private makeRoom(snapshot: Snapshot): void {
    const expected = expectedBytes(snapshot)
    if (expected > this.memory) {
      const what = `it takes ${formatBytes(expected)} of memory, and explore_memory is ${formatBytes(this.memory)}`
      throw new Failure('usage', `cannot search the snapshot of ${snapshot.date}: ${what}. Raise the setting.`)
    }
    while (this.snapshots.size > 0 && this.snapshots.calculatedSize + expected > this.memory) this.snapshots.pop()
  }

  private async index({ snapshot, options }: SnapshotRef): Promise<IndexedSnapshot> {
    try {
      return await indexSnapshot(snapshot, (name) => this.open(snapshot, name), options)
    } catch (error) {
      // Other failures may pass: a store can be reachable again in a moment.
      const isLasting = error instanceof DamagedDocument || !(error instanceof Failure)
      if (isLasting) this.failures.set(snapshotVersion(snapshot), error as Error)
      throw error
    }
  }
}

/** Returns a text that differs between two snapshots, even of the same date. */
export const snapshotVersion = ({ date, datasets, organizations }: Snapshot) =>
  `${date} ${datasets.sha256} ${organizations.sha256}`
