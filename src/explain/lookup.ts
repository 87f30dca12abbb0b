import { distance } from 'fastest-levenshtein'
import type { Batch } from '../csv/scanner.ts'
import { foldTerm } from '../matching/fold.ts'
import { PROJECTED_COLUMNS } from '../pipeline/project.ts'
import { textOf, wholeNumber } from '../pipeline/rank.ts'
import type { Reader } from '../pipeline/read.ts'
import type { FoundDataset, SuggestedDataset } from './explanation.ts'
import type { DatasetSource } from './source.ts'

/** A dataset of an export, and the texts that are searched for terms. */
export interface FoundRecord {
  readonly dataset: FoundDataset
  readonly texts: Readonly<Record<string, string>>
}

/** Finds datasets by ID or slug while an export is read. If several records have the same one, the first counts. */
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
    const number = batch.firstNumber + record
    return {
      dataset: { id, title: text('title'), followers, organization_id: text('organization_id'), record: number },
      texts: Object.fromEntries(this.searched.map((column) => [column, text(column)])),
    }
  }
}

type NameColumns = Pick<DatasetSource, 'identifiers' | 'organization'>

/** The columns by which a reader recognizes a dataset. */
export const nameColumns = ({ identifiers, organization }: NameColumns) => ['title', ...identifiers, ...organization]

/** Reads a dataset and its identifiers from a batch with the columns of `nameColumns`. */
export function namesOf(batch: Batch, record: number, columns: readonly string[]) {
  const text = (column: string) => (columns.includes(column) ? textOf(batch, record, columns.indexOf(column)) : '')
  const dataset = { dataset_id: text('id'), dataset_title: text('title'), organization: text('organization') }
  return { dataset, identifiers: columns.includes('slug') ? [text('id'), text('slug')] : [text('id')] }
}

const MAX_SUGGESTIONS = 3
/** How many letters of a name may differ from a suggestion. */
const maxTypos = (name: string) => Math.floor(name.length / 6)

type Candidate = SuggestedDataset & { readonly distance: number }

/** Finds the datasets whose ID, slug or title is closest to unknown names, while an export is read. */
export class SuggestionFinder implements Reader {
  readonly columns: readonly string[]
  private readonly suggestions: ReadonlyMap<string, { readonly folded: string; readonly candidates: Candidate[] }>

  constructor(unknown: Iterable<string>, source: NameColumns) {
    this.columns = nameColumns(source)
    this.suggestions = new Map([...unknown].map((name) => [name, { folded: foldTerm(name), candidates: [] }]))
  }

  /** The suggestions for a name, closest first. */
  of(name: string): readonly SuggestedDataset[] {
    return this.suggestions.get(name)!.candidates.map(({ distance: _, ...dataset }) => dataset)
  }

  take(batch: Batch): void {
    for (let record = 0; record < batch.count; record++) {
      const { dataset, identifiers } = namesOf(batch, record, this.columns)
      const names = [...identifiers, dataset.dataset_title].map(foldTerm)
      for (const [name, { folded, candidates }] of this.suggestions) {
        const limit = candidates.length < MAX_SUGGESTIONS ? maxTypos(name) : candidates.at(-1)!.distance - 1
        const closest = smallestDistance(folded, names, limit)
        if (closest > limit) continue
        candidates.push({ ...dataset, distance: closest })
        candidates.sort((a, b) => a.distance - b.distance).splice(MAX_SUGGESTIONS)
      }
    }
  }
}

/** Edit distance to the closest of `names`. Skips names whose length differs by more than `limit`. */
function smallestDistance(text: string, names: readonly string[], limit: number): number {
  const similar = names.filter((name) => Math.abs(name.length - text.length) <= limit)
  return Math.min(...similar.map((name) => distance(name, text)))
}
