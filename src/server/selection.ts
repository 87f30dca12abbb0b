import { DATASET_FIELDS } from '../editions/csv.ts'
import type { TopDataset } from '../editions/edition.ts'
import type { ListedDataset } from '../explain/list.ts'
import { fold } from '../matching/fold.ts'
import { isFound, parseSearch, startsWords } from './search.ts'

/** Filters and order of the datasets of an edition. Page and API share these parameters. */
export interface Selection {
  readonly q: string
  /** ID of an organization; empty for all. */
  readonly organization: string
  /** Only datasets that entered since the earlier edition; with `isGone`, both kinds. */
  readonly isNew: boolean
  /** Only datasets that left since the earlier edition. */
  readonly isGone: boolean
  /** Sort keys such as `-dataset_followers,dataset_title`; empty for the edition's own order. */
  readonly sort: string
}

/** Sort keys: the six fields, and the rank of the organization. */
export const SORT_FIELDS = ['rank', ...DATASET_FIELDS] as const

/** The fields of the full list: it does not have the organizations' followers. */
export const LISTED_FIELDS = [
  'dataset_id',
  'dataset_title',
  'dataset_followers',
  'organization',
  'organization_id',
] as const satisfies readonly (keyof ListedDataset)[]

/** The edition and the one that it is compared with, reduced to what the selection needs. */
export interface SelectableEdition<D extends ListedDataset = TopDataset> {
  readonly organizations: readonly { readonly id: string; readonly rank: number }[]
  readonly datasets: readonly D[]
  /** The datasets of the earlier edition; undefined if there is none. */
  readonly earlier: readonly D[] | undefined
}

/**
 * Selects and sorts datasets. Without sort keys, those with all words of the search at the start of a word come first, then the
 * edition's order counts.
 */
export function selectDatasets<D extends ListedDataset>(
  edition: SelectableEdition<D>,
  selection: Selection,
): readonly D[] {
  const { q, organization, sort } = selection
  const search = parseSearch(q)
  const found = changedOnly(edition, selection).filter(
    (dataset) =>
      (organization === '' || dataset.organization_id === organization) && isFound(searchedText(dataset), search),
  )
  if (sort !== '') return sortBy(found, sort, fieldsOf(edition))
  if (search.wanted.length === 0) return found
  const starting = new Set(found.filter((dataset) => startsWords(searchedText(dataset), search)))
  return [...starting, ...found.filter((dataset) => !starting.has(dataset))]
}

function changedOnly<D extends ListedDataset>(
  { datasets, earlier = [] }: SelectableEdition<D>,
  { isNew, isGone }: Selection,
): readonly D[] {
  if (!isNew && !isGone) return datasets
  const [before, now] = [idsIn(earlier), idsIn(datasets)]
  return [
    ...(isNew ? datasets.filter(({ dataset_id }) => !before.has(dataset_id)) : []),
    ...(isGone ? earlier.filter(({ dataset_id }) => !now.has(dataset_id)) : []),
  ]
}

const ids = new WeakMap<readonly ListedDataset[], ReadonlySet<string>>()

/** Returns the IDs of datasets. Cached, because each group of the table and each keystroke needs them. */
export function idsIn(datasets: readonly ListedDataset[]): ReadonlySet<string> {
  const found = ids.get(datasets) ?? new Set(datasets.map(({ dataset_id }) => dataset_id))
  ids.set(datasets, found)
  return found
}

const texts = new WeakMap<ListedDataset, string>()

/** Returns the folded text of a dataset that is searched. Cached, because the table searches at every keystroke. */
export function searchedText(dataset: ListedDataset): string {
  const cached = texts.get(dataset)
  if (cached !== undefined) return cached
  const text = fold(`${dataset.dataset_title}\0${dataset.organization}`)
  texts.set(dataset, text)
  return text
}

/** Returns the fields to sort by. A dataset of an organization that is no longer ranked comes last. */
function fieldsOf({ organizations }: Pick<SelectableEdition, 'organizations'>) {
  const ranks = new Map(organizations.map(({ id, rank }) => [id, rank]))
  return (dataset: ListedDataset) => ({
    ...dataset,
    rank: ranks.get(dataset.organization_id) ?? Number.MAX_SAFE_INTEGER,
  })
}

/** Longer lists are sorted by their folded texts: the collator would take a fifth of a second for 20,000 titles. */
const MAX_COLLATED = 5_000

/** Sorts by keys such as `-followers,title`; `-` is for descending. Titles sort as in a dictionary. The sort is stable. */
export function sortBy<T>(all: readonly T[], sort: string, fields = (one: T) => one as object): T[] {
  const keys = sort
    .split(',')
    .map((key) => ({ field: key.replace('-', ''), sign: key.startsWith('-') ? -1 : 1 }))
    // A repeated field has no effect. An address has room for 700 of them, which took all memory for a list of 11,000 datasets.
    .filter(({ field }, index, all) => all.findIndex((one) => one.field === field) === index)
  const key = all.length <= MAX_COLLATED ? (value: Value) => value : foldedKey
  const rows = all.map((one) => {
    const values = fields(one) as Readonly<Record<string, Value>>
    return { one, values: keys.map(({ field }) => key(values[field]!)) }
  })
  const compare = all.length <= MAX_COLLATED ? collator.compare : (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  rows.sort((a, b) => {
    for (const [index, { sign }] of keys.entries()) {
      const [left, right] = [a.values[index]!, b.values[index]!]
      const order =
        typeof left === 'number' && typeof right === 'number' ? left - right : compare(String(left), String(right))
      if (order !== 0) return sign * order
    }
    return 0
  })
  return rows.map(({ one }) => one)
}

type Value = string | number

const foldedKey = (value: Value) => (typeof value === 'number' ? value : fold(value))
const collator = new Intl.Collator('fr', { numeric: true })
