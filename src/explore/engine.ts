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

/** Searches snapshots, and keeps those in memory that were searched last. */
export interface Engine {
  /** @throws Failure `usage` for a query that does not fit the export; DamagedDocument */
  search(ref: SnapshotRef, watch: Watch): Promise<SearchResult>
  /** Whether a snapshot is in memory. */
  holds(ref: SnapshotRef): boolean
}

/** Memory for the results of one snapshot, in bytes. */
const RESULT_BYTES = 32 * 2 ** 20
/** How long a snapshot that cannot be indexed is not read again. */
const FAILED_MS = 60_000
const MAX_FAILED = 100
/** Memory of a dataset of a result. */
const DATASET_BYTES = 500

/** A snapshot in memory, with its latest results. */
interface Held {
  readonly indexed: IndexedSnapshot
  readonly results: LRUCache<string, SearchResult>
}

/** @param most memory for snapshots, in bytes */
export function createEngine(open: OpenExport, most: number): Engine {
  // A setting such as 0.7GiB is no whole number of bytes.
  const held = new LRUCache<string, Held>({
    maxSize: Math.floor(most),
    sizeCalculation: ({ indexed }) => indexed.bytes,
  })
  const failed = new LRUCache<string, Error>({ max: MAX_FAILED, ttl: FAILED_MS })
  const loading = new Map<string, Promise<Held>>()
  // Two snapshots that are read at once would take more memory than the setting allows.
  let lastLoad: Promise<unknown> = Promise.resolve()

  async function load({ snapshot, options }: SnapshotRef): Promise<Held> {
    const expected = expectedBytes(snapshot)
    if (expected > most) {
      const what = `it takes ${formatBytes(expected)} of memory, and explore_memory is ${formatBytes(most)}`
      throw new Failure('usage', `cannot search the snapshot of ${snapshot.date}: ${what}. Raise the setting.`)
    }
    while (held.size > 0 && held.calculatedSize + expected > most) held.pop()
    const indexed = await indexSnapshot(snapshot, (name) => open(snapshot, name), options).catch((error) => {
      // A store can be reachable again in a moment.
      const isLasting = error instanceof DamagedDocument || !(error instanceof Failure)
      if (isLasting) failed.set(snapshotVersion(snapshot), error)
      throw error
    })
    const results = new LRUCache<string, SearchResult>({
      maxSize: RESULT_BYTES,
      sizeCalculation: ({ kept, recordOf }) => kept.byteLength + DATASET_BYTES * (recordOf.size + 1),
    })
    const loaded = { indexed, results }
    held.set(snapshotVersion(snapshot), loaded)
    return loaded
  }

  function find(ref: SnapshotRef): Promise<Held> {
    const version = snapshotVersion(ref.snapshot)
    const known = held.get(version)
    if (known !== undefined) return Promise.resolve(known)
    const failure = failed.get(version)
    if (failure !== undefined) return Promise.reject(failure)
    const pending = loading.get(version)
    if (pending !== undefined) return pending
    const job = lastLoad.then(() => load(ref)).finally(() => loading.delete(version))
    lastLoad = job.catch(() => {})
    loading.set(version, job)
    return job
  }

  return {
    holds: ({ snapshot }) => held.has(snapshotVersion(snapshot)),
    search: async (ref, watch) => {
      const { indexed, results } = await find(ref)
      const key = queryKey(watch)
      const known = results.get(key)
      // The terms can be written or ordered in another way.
      const isSame = known?.watch.terms.join('\0') === watch.terms.join('\0')
      if (known !== undefined && isSame) return known
      const result = await search(indexed, watch)
      results.set(key, result)
      return result
    },
  }
}

/** Returns a text that differs between two snapshots, also of the same date. */
export const snapshotVersion = ({ date, datasets, organizations }: Snapshot) =>
  `${date} ${datasets.sha256} ${organizations.sha256}`
