import { LRUCache } from 'lru-cache'
import type { Watch } from '../config/watch.ts'
import type { IndexedSnapshot } from './indexedSnapshot.ts'
import { queryKey } from './query.ts'
import { type SearchResult, search } from './search.ts'

/** Memory for the results of one snapshot, in bytes. */
const RESULT_BYTES = 32 * 2 ** 20
/** Memory of a dataset of a result, in bytes. */
const DATASET_BYTES = 500

/** A snapshot in memory, with the results of its latest searches. */
export class SearchableSnapshot {
  private readonly indexed: IndexedSnapshot
  private readonly results = new LRUCache<string, SearchResult>({
    maxSize: RESULT_BYTES,
    sizeCalculation: ({ kept, recordOf }) => kept.byteLength + DATASET_BYTES * (recordOf.size + 1),
  })

  constructor(indexed: IndexedSnapshot) {
    this.indexed = indexed
  }

  /** The memory of the snapshot without its results, in bytes. */
  get bytes(): number {
    return this.indexed.bytes
  }

  /** @throws Failure `usage` for a column that the export does not have; DamagedDocument */
  async search(watch: Watch): Promise<SearchResult> {
    const key = queryKey(watch)
    const known = this.results.get(key)
    // The key ignores order, case and accents of the words. The result shows them as they were typed.
    const isSame = known?.watch.terms.join('\0') === watch.terms.join('\0')
    if (known !== undefined && isSame) return known
    const result = await search(this.indexed, watch)
    this.results.set(key, result)
    return result
  }
}
