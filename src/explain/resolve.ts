import type { Batch } from '../csv/scanner.ts'
import { NotFound, quoted } from '../errors.ts'
import { foldTerm } from '../matching/fold.ts'
import type { Reader } from '../pipeline/read.ts'
import { pluralize } from '../text/format.ts'
import { stripControls } from '../text/stripControls.ts'
import { parseDatasetRef } from './datasetRef.ts'
import type { Explanation, LastSeen, SuggestedDataset } from './explanation.ts'
import { nameColumns, namesOf, SuggestionFinder } from './lookup.ts'
import { isPortalId } from './portalId.ts'
import { describeLastSeen } from './sentences.ts'
import type { DatasetSource } from './source.ts'

const MAX_CANDIDATES = 20

/**
 * Finds a dataset by its ID, slug, page address, title, or a part of the title that no other title has.
 *
 * @param lastSeen finds the last edition in which a dataset with an unknown slug was still there
 * @returns its ID; an ID stays as it is, whether the dataset exists or not
 * @throws NotFound if no dataset or several match, with the candidates
 */
export async function resolveDataset(
  text: string,
  source: DatasetSource,
  lastSeen: (name: string) => Promise<LastSeen | undefined>,
): Promise<string> {
  const name = parseDatasetRef(text)
  if (isPortalId(name)) return name
  const finder = new NameFinder([name], source)
  await source.read(finder)
  // The slug in an address names one dataset. It is not a part of a title.
  const { count, datasets } = finder.of(name, name !== text)
  const [first] = datasets
  if (first === undefined) throw await unknownDataset(name, source, lastSeen)
  if (count === 1) return first.dataset_id
  const more = count > datasets.length ? [`… and ${count - datasets.length} more`] : []
  throw new NotFound(
    `cannot explain ${quoted(text)}: it matches ${pluralize(count, 'dataset')} in ${source.key}. Give one of these IDs:`,
    [...datasets.map(describe), ...more],
  )
}

async function unknownDataset(
  name: string,
  source: DatasetSource,
  lastSeen: (name: string) => Promise<LastSeen | undefined>,
): Promise<NotFound> {
  const suggestions = new SuggestionFinder([name], source)
  await source.read(suggestions)
  const similar = suggestions.of(name).map(describe)
  const snapshotNote =
    source.snapshot === undefined ? '. Datasets outside the list cannot be searched, because the snapshot is gone' : ''
  const missing = `no dataset in ${source.key} has the ID, slug or title ${quoted(name)}${snapshotNote}`
  const seen = similar.length > 0 ? undefined : await lastSeen(name)
  if (seen !== undefined) return new NotFound(`${missing}. ${lastSeenAdvice(seen)}`)
  const advice =
    similar.length > 0 ? '. Similar ones are:' : '. Give an ID, a slug, the address of a page, or a part of a title'
  return new NotFound(`${missing}${advice}`, similar)
}

const lastSeenAdvice = (seen: LastSeen) => `${describeLastSeen(seen)} Use --date ${seen.date}.`

/** Returns the error for an ID that no dataset has. It says when one still had it, and lists similar datasets. */
export function unknownId(id: string, { source, nearest, last_seen }: Explanation): NotFound {
  const similar = nearest.filter((one) => 'dataset_id' in one).map(describe)
  const missing = `no dataset in ${source} has the ID ${quoted(id)}`
  if (last_seen !== null) return new NotFound(`${missing}. ${lastSeenAdvice(last_seen)}`)
  const advice = similar.length > 0 ? '. Similar ones are:' : '. Try another --date, or a part of its title.'
  return new NotFound(`${missing}${advice}`, similar)
}

function describe({ dataset_id, dataset_title, organization }: SuggestedDataset): string {
  const owner = organization === '' ? '' : `, ${stripControls(organization)}`
  return `${dataset_id}  ${quoted(dataset_title, 120)}${owner}`
}

/** The datasets that a text names: the one with this ID or slug, or those with this title, or those with it in their title. */
export interface NamedDatasets {
  readonly count: number
  /** The first of them. */
  readonly datasets: readonly SuggestedDataset[]
}

/** Finds the datasets that texts name while an export is read. */
export class NameFinder implements Reader {
  readonly columns: readonly string[]
  private readonly matches: ReadonlyMap<string, Matches>

  constructor(names: Iterable<string>, source: Pick<DatasetSource, 'identifiers' | 'organization'>) {
    this.columns = nameColumns(source)
    this.matches = new Map([...names].map((name) => [name, new Matches(name)]))
  }

  /** Returns the datasets that one of the texts names. @param isAddress whether it is a slug, and not a part of a title */
  of(name: string, isAddress = false): NamedDatasets {
    return this.matches.get(name)!.best(isAddress)
  }

  take(batch: Batch): void {
    for (let record = 0; record < batch.count; record++) {
      const { dataset, identifiers } = namesOf(batch, record, this.columns)
      const title = foldTerm(dataset.dataset_title)
      for (const matches of this.matches.values()) matches.add(dataset, identifiers, title)
    }
  }
}

/** The datasets that a text names, by the way in which it names them. */
class Matches {
  private readonly name: string
  private readonly folded: string
  private readonly byId = new Candidates()
  private readonly byTitle = new Candidates()
  private readonly byPartOfTitle = new Candidates()

  constructor(name: string) {
    this.name = name
    this.folded = foldTerm(name)
  }

  best(isAddress: boolean): NamedDatasets {
    // If several records have an ID, the first counts.
    if (this.byId.count > 0) return { count: 1, datasets: this.byId.datasets.slice(0, 1) }
    if (isAddress) return { count: 0, datasets: [] }
    return this.byTitle.count > 0 ? this.byTitle : this.byPartOfTitle
  }

  add(dataset: SuggestedDataset, identifiers: readonly string[], title: string): void {
    if (identifiers.includes(this.name)) this.byId.add(dataset)
    // Every title contains the empty text, which is left of a name without letters.
    if (this.folded === '' || !title.includes(this.folded)) return
    if (title.length === this.folded.length) this.byTitle.add(dataset)
    else this.byPartOfTitle.add(dataset)
  }
}

/** Counts datasets and keeps the first ones: "données" is in thousands of titles. */
class Candidates implements NamedDatasets {
  count = 0
  readonly datasets: SuggestedDataset[] = []

  add(dataset: SuggestedDataset): void {
    this.count++
    if (this.datasets.length < MAX_CANDIDATES) this.datasets.push(dataset)
  }
}
