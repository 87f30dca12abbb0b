import type { Batch } from '../csv/scanner.ts'
import type { Matcher, OnMatch, Query } from '../matching/matcher.ts'
import { LoadedQueries } from './loadedQueries.ts'
import { type CompiledQueries, compileQueries } from './queries.ts'
import { isWasmBatch, type WasmInstance } from './wasmInstance.ts'

/**
 * Creates the matcher of assembly/matcher.ts. It loads the queries into the memory of the scanner that makes the batches.
 * It copies the fields of other batches.
 *
 * @param columns names of the fields that batches carry, in their order
 */
export function createWasmMatcher(queries: readonly Query[], columns: readonly string[]): Matcher {
  return new WasmMatcher(queries, columns)
}

class WasmMatcher implements Matcher {
  private readonly queries: CompiledQueries
  private loaded: LoadedQueries | undefined
  /** The instance of the batches that `loaded` was made for. */
  private batchInstance: WasmInstance | undefined

  constructor(queries: readonly Query[], columns: readonly string[]) {
    this.queries = compileQueries(queries, columns)
  }

  match(batch: Batch, onMatch: OnMatch): void {
    const instance = isWasmBatch(batch) ? batch.instance : this.batchInstance
    if (this.loaded === undefined || instance !== this.batchInstance) {
      this.batchInstance = instance
      this.loaded = LoadedQueries.load(this.queries, instance)
    }
    if (isWasmBatch(batch) && this.loaded.instance === instance) this.loaded.match(batch.fieldsAt, batch, onMatch)
    else this.loaded.matchCopies(batch, onMatch)
  }
}
