import { distance } from 'fastest-levenshtein'
import type { Batch } from '../csv/scanner.ts'
import { foldTerm } from '../matching/fold.ts'
import { PROJECTED_COLUMNS } from '../pipeline/project.ts'
import { textOf, wholeNumber } from '../pipeline/rank.ts'
import type { Reader } from '../pipeline/read.ts'
import type { FoundDataset, SuggestedDataset } from './explanation.ts'

/** A dataset of an export, and the texts that are searched for terms. */
export interface FoundRecord {
  readonly dataset: FoundDataset
  readonly texts: Readonly<Record<string, string>>
}

/** Finds datasets by ID or slug while an export is read. If several records have one, the first counts. */
export class DatasetFinder implements Reader {
  readonly columns: readonly string[]
  readonly found = new Map<string, FoundRecord>()
  private readonly wanted: ReadonlySet<string>
  private readonly searched: readonly string[]
  private readonly identifiers: readonly number[]

  /** @param identifiers the columns that identify a dataset: `id`, `slug` */
  constructor(wanted: ReadonlySet<string>, searched: readonly string[], identifiers: readonly string[]) {
    this.wanted = wanted
    this.searched = searched
    this.columns = [...new Set([...PROJECTED_COLUMNS, ...identifiers, ...searched])]
    this.identifiers = identifiers.map((name) => this.columns.indexOf(name))
  }

  take(batch: Batch): void {
    for (let record = 0; record < batch.count; record++) {
      for (const slot of this.identifiers) {
        const name = textOf(batch, record, slot)
        if (this.wanted.has(name) && !this.found.has(name)) this.found.set(name, this.read(batch, record))
      }
    }
  }

  private read(batch: Batch, record: number): FoundRecord {
    const text = (column: string) => textOf(batch, record, this.columns.indexOf(column))
    const id = text('id')
    const followers = wholeNumber(batch, record, this.columns.indexOf('metric.followers'))
    const number = batch.first + record
    return {
      dataset: { id, title: text('title'), followers, organization_id: text('organization_id'), record: number },
      texts: Object.fromEntries(this.searched.map((column) => [column, text(column)])),
    }
  }
}

const MAX_SUGGESTIONS = 3
/** How many letters of a name may differ from a suggestion. */
const maxTypos = (name: string) => Math.floor(name.length / 6)

/** A dataset, and the edit distance of its name. */
type Candidate = SuggestedDataset & { readonly distance: number }

/** Finds the datasets whose ID, slug or title is closest to unknown names, while an export is read. */
export class SuggestionFinder implements Reader {
  readonly columns: readonly string[]
  private readonly suggestions: ReadonlyMap<string, { readonly folded: string; readonly near: Candidate[] }>

  constructor(unknown: Iterable<string>, identifiers: readonly string[]) {
    this.columns = ['title', ...identifiers]
    this.suggestions = new Map([...unknown].map((name) => [name, { folded: foldTerm(name), near: [] }]))
  }

  /** The suggestions for a name, closest first. */
  of(name: string): readonly SuggestedDataset[] {
    return this.suggestions.get(name)!.near.map(({ dataset_id, dataset_title }) => ({ dataset_id, dataset_title }))
  }

  take(batch: Batch): void {
    for (let record = 0; record < batch.count; record++) {
      const [title = '', id = '', ...slugs] = this.columns.map((_, slot) => textOf(batch, record, slot))
      const names = [id, ...slugs, title].map(foldTerm)
      for (const [wanted, { folded, near }] of this.suggestions) {
        const most = near.length < MAX_SUGGESTIONS ? maxTypos(wanted) : near.at(-1)!.distance - 1
        const closest = smallestDistance(folded, names, most)
        if (closest > most) continue
        near.push({ dataset_id: id, dataset_title: title, distance: closest })
        near.sort((a, b) => a.distance - b.distance).splice(MAX_SUGGESTIONS)
      }
    }
  }
}

/** Edit distance to the closest of `names`. Skips names whose length differs by more than `most`. */
function smallestDistance(wanted: string, names: readonly string[], most: number): number {
  const alike = names.filter((name) => Math.abs(name.length - wanted.length) <= most)
  return Math.min(...alike.map((name) => distance(name, wanted)))
}
