import type { Batch } from '../csv/scanner.ts'
import { NotFound, quoted } from '../errors.ts'
import { foldTerm } from '../matching/fold.ts'
import { textOf } from '../pipeline/rank.ts'
import type { Reader } from '../pipeline/read.ts'
import { pluralize } from '../text/format.ts'
import { parseDatasetRef } from './datasetRef.ts'
import type { Explanation, SuggestedDataset } from './explanation.ts'
import { SuggestionFinder } from './lookup.ts'
import type { DatasetSource } from './source.ts'

const ID = /^[0-9a-f]{24}$/
const MAX_CANDIDATES = 20

/**
 * Finds a dataset by its ID, slug, page address, title, or a part of the title that no other title has.
 *
 * @returns its ID; an ID stays as it is, whether the dataset exists or not
 * @throws NotFound if no dataset or several match, with the candidates
 */
export async function resolveDataset(text: string, source: DatasetSource): Promise<string> {
  const name = parseDatasetRef(text)
  if (ID.test(name)) return name
  const finder = new NameFinder(name, source.identifiers)
  await source.read(finder)
  // The slug in an address names one dataset. It is not a part of a title.
  const isAddress = name !== text
  const [first, ...others] = finder.best(isAddress)
  if (first === undefined) throw await unknownDataset(name, source)
  if (others.length === 0) return first.dataset_id
  const all = [first, ...others]
  const more = all.length > MAX_CANDIDATES ? [`… and ${all.length - MAX_CANDIDATES} more`] : []
  throw new NotFound(
    `cannot explain ${quoted(text)}: it matches ${pluralize(all.length, 'dataset')} in ${source.key}. Give one of these IDs:`,
    [...all.slice(0, MAX_CANDIDATES).map(describe), ...more],
  )
}

async function unknownDataset(name: string, source: DatasetSource): Promise<NotFound> {
  const suggestions = new SuggestionFinder([name], source.identifiers)
  await source.read(suggestions)
  const similar = suggestions.of(name).map(describe)
  const snapshotNote =
    source.snapshot === undefined ? '. Datasets outside the list cannot be searched, because the snapshot is gone' : ''
  const advice =
    similar.length > 0 ? '. Similar ones are:' : '. Give an ID, a slug, the address of a page, or a part of a title'
  return new NotFound(
    `no dataset in ${source.key} has the ID, slug or title ${quoted(name)}${snapshotNote}${advice}`,
    similar,
  )
}

/** Returns the error for an ID that no dataset has. It lists similar datasets. */
export function unknownId(id: string, { source, nearest }: Explanation): NotFound {
  const similar = nearest.filter((one) => 'dataset_id' in one).map(describe)
  const advice = similar.length > 0 ? '. Similar ones are:' : '. Try another --date, or a part of its title.'
  return new NotFound(`no dataset in ${source} has the ID ${quoted(id)}${advice}`, similar)
}

const describe = ({ dataset_id, dataset_title }: SuggestedDataset) => `${dataset_id}  ${quoted(dataset_title, 120)}`

/** Finds datasets by ID, slug or title while an export is read. */
class NameFinder implements Reader {
  readonly columns: readonly string[]
  private readonly name: string
  private readonly folded: string
  private byId: SuggestedDataset | undefined
  private readonly byTitle: SuggestedDataset[] = []
  private readonly byPartOfTitle: SuggestedDataset[] = []

  constructor(name: string, identifiers: readonly string[]) {
    this.columns = ['title', ...identifiers]
    this.name = name
    this.folded = foldTerm(name)
  }

  /**
   * Returns the dataset with this ID or slug. If there is none, returns those with this title, or those whose title contains
   * the name.
   */
  best(isAddress: boolean): readonly SuggestedDataset[] {
    if (this.byId !== undefined) return [this.byId]
    if (isAddress) return []
    return this.byTitle.length > 0 ? this.byTitle : this.byPartOfTitle
  }

  take(batch: Batch): void {
    for (let record = 0; record < batch.count; record++) {
      const [dataset_title = '', dataset_id = '', slug] = this.columns.map((_, slot) => textOf(batch, record, slot))
      if (dataset_id === this.name || slug === this.name) this.byId ??= { dataset_id, dataset_title }
      const title = foldTerm(dataset_title)
      if (title === this.folded) this.byTitle.push({ dataset_id, dataset_title })
      else if (title.includes(this.folded)) this.byPartOfTitle.push({ dataset_id, dataset_title })
    }
  }
}
