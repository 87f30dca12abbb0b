import type { TopDataset } from '../editions/edition.ts'
import type { Match } from '../explain/explanation.ts'
import { matchesIn } from '../explain/matches.ts'
import { textOf } from '../pipeline/rank.ts'
import { type Reader, scanCsv } from '../pipeline/read.ts'
import type { SearchResult } from './search.ts'

/** A dataset with the places where it has a term: the first one per term and column. */
export interface FoundDataset extends TopDataset {
  readonly matches: readonly Match[]
}

/** Longer texts are not searched to their end. One description has 1.75 MB. */
const MAX_LETTERS = 50_000

/** Adds to datasets of a search where their texts match. */
export async function markDatasets(result: SearchResult, datasets: readonly TopDataset[]): Promise<FoundDataset[]> {
  const { indexed, watch, recordOf } = result
  const { records, options } = indexed
  const matches: Match[][] = []
  const reader: Reader = {
    columns: watch.columns,
    take: (batch) => {
      for (let record = 0; record < batch.count; record++) {
        const texts = watch.columns.map((column, slot) => [column, textOf(batch, record, slot).slice(0, MAX_LETTERS)])
        matches.push(matchesIn({ texts: Object.fromEntries(texts) }, watch))
      }
    },
  }
  const parts = datasets.map(({ dataset_id }) => {
    const record = recordOf.get(dataset_id)!
    return records.bytes.subarray(records.recordRanges[2 * record], records.recordRanges[2 * record + 1])
  })
  await scanCsv(csvOf([indexed.header, ...parts]), 'datasets export', reader, options)
  return datasets.map((dataset, index) => ({ ...dataset, matches: matches[index]! }))
}

async function* csvOf(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield Buffer.concat(parts)
}
