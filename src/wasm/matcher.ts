import type { Matcher, Query } from '../matching/matcher.ts'
import { LoadedQueries } from './loadedQueries.ts'
import { compileQueries } from './queries.ts'
import { isWasmBatch, type WasmInstance } from './wasmInstance.ts'

/**
 * Creates the matcher of assembly/matcher.ts. It loads the queries into the memory of the scanner that makes the batches.
 * It copies the fields of other batches.
 *
 * @param columns names of the fields that batches carry, in their order
 */
export function createWasmMatcher(queries: readonly Query[], columns: readonly string[]): Matcher {
  const compiled = compileQueries(queries, columns)
  let loaded: LoadedQueries | undefined
  /** The instance of the batches that `loaded` was made for. */
  let batchInstance: WasmInstance | undefined
  return {
    match: (batch, onMatch) => {
      const instance = isWasmBatch(batch) ? batch.instance : batchInstance
      if (loaded === undefined || instance !== batchInstance) {
        batchInstance = instance
        loaded = LoadedQueries.load(compiled, instance)
      }
      if (isWasmBatch(batch) && loaded.instance === instance) loaded.match(batch.fieldsAt, batch, onMatch)
      else loaded.matchCopies(batch, onMatch)
    },
  }
}
