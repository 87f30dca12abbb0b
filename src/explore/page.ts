import type { Watch } from '../config/watch.ts'
import type { Edition, TopDataset } from '../editions/edition.ts'
import { editionOf } from './edition.ts'
import { type FoundDataset, markDatasets } from './marks.ts'
import type { SearchResult } from './search.ts'
import type { TermCount, WordCount } from './wordCounts.ts'

/** What a watch with the words of a search would publish, with some of its datasets. Plain JSON. */
export interface SearchPage {
  readonly date: string
  readonly terms: readonly string[]
  readonly columns: readonly string[]
  readonly match: Watch['match']
  readonly top: number
  readonly source: Edition['source']
  /** The full list: all datasets that have a term. */
  readonly archive: { readonly bytes: number; readonly records: number }
  readonly words: readonly TermCount[]
  /** For whole words: the longer words that do not count, such as “vélos” for “vélo”. */
  readonly longer_words: readonly WordCount[]
  readonly organizations: Edition['organizations']
  /** How many datasets the tops have. */
  readonly in_tops: number
  /** How many of these are selected. */
  readonly total: number
  /** The selected datasets, or a page of them. */
  readonly datasets: readonly FoundDataset[]
}

/**
 * Returns a search as JSON.
 *
 * @param total how many datasets are selected
 * @param datasets those to show
 * @param before the search of an earlier snapshot, in which datasets that are gone are marked
 */
export async function searchPage(
  result: SearchResult,
  total: number,
  datasets: readonly TopDataset[],
  before?: SearchResult,
): Promise<SearchPage> {
  const { watch, words, longerWords } = result
  const edition = editionOf(result)
  const { date, terms, top, source, archive, organizations } = edition
  return {
    date,
    terms,
    columns: watch.columns,
    match: watch.match,
    top,
    source,
    archive: { bytes: archive.bytes, records: archive.records },
    words,
    longer_words: longerWords,
    organizations,
    in_tops: edition.datasets.length,
    total,
    datasets: await markAll(datasets, result, before),
  }
}

async function markAll(datasets: readonly TopDataset[], result: SearchResult, before: SearchResult | undefined) {
  const isHere = ({ dataset_id }: TopDataset) => result.recordOf.has(dataset_id)
  const here = await markDatasets(result, datasets.filter(isHere))
  const gone = datasets.filter((dataset) => !isHere(dataset))
  const there = before === undefined || gone.length === 0 ? [] : await markDatasets(before, gone)
  const marked = new Map([...there, ...here].map((one) => [one.dataset_id, one]))
  return datasets.map(({ dataset_id }) => marked.get(dataset_id)!)
}
