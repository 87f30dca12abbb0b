import type { TopDataset } from '../editions/edition.ts'
import type { Match } from '../explain/explanation.ts'
import { matchesIn } from '../explain/matches.ts'
import { textOf } from '../pipeline/rank.ts'
import { type Reader, scanCsv } from '../pipeline/read.ts'
import type { SearchResult } from './search.ts'

/** A dataset with the places where it has a term: the first one per term and column. */
export interface FoundDataset extends TopDataset {
  readonly matches: readonly Omit<Match, 'times'>[]
}

/** How many letters of a text are searched. Most texts are shorter; if none has a match, they are searched further. */
const FIRST_LETTERS = 1_500
/** One description has 1.75 MB. */
const MAX_LETTERS = 200_000

/** Adds to datasets of a search where their texts match. */
export async function markDatasets(result: SearchResult, datasets: readonly TopDataset[]): Promise<FoundDataset[]> {
  const { indexed, watch, recordOf } = result
  const { records, options } = indexed
  const matches: FoundDataset['matches'][] = []
  const reader: Reader = {
    columns: watch.columns,
    take: (batch) => {
      for (let record = 0; record < batch.count; record++) {
        const texts = watch.columns.map((column, slot) => [column, textOf(batch, record, slot)] as const)
        const first = matchesOf(texts, result, FIRST_LETTERS)
        matches.push(first.length > 0 ? first : matchesOf(texts, result, MAX_LETTERS))
      }
    },
  }
  const parts = datasets.map(({ dataset_id }) => {
    const record = recordOf.get(dataset_id)!
    return records.bytes.subarray(records.recordRanges[2 * record], records.recordRanges[2 * record + 1])
  })
  await scanCsv(chunk([indexed.header, ...parts]), 'datasets export', reader, options)
  return datasets.map((dataset, index) => ({ ...dataset, matches: matches[index]! }))
}

function matchesOf(texts: readonly (readonly [string, string])[], { watch }: SearchResult, most: number) {
  const searched = Object.fromEntries(texts.map(([column, text]) => [column, text.slice(0, most)]))
  return matchesIn({ texts: searched }, watch).map(({ times: _, ...match }) => match)
}

async function* chunk(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield Buffer.concat(parts)
}
