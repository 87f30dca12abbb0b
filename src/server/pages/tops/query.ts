import { fold } from '../../../matching/fold.ts'
import { wordMatcher } from '../../search.ts'

/** A dataset as the table shows it. */
export interface Row {
  readonly id: string
  readonly title: string
  readonly followers: number
  /** The organization's rank, which is its position in the list of organizations, from 1. */
  readonly rank: number
  /** Whether the edition before lacks it. */
  readonly isNew: boolean
}

interface Organization {
  readonly id: string
  readonly name: string
  readonly rank: number
  readonly followers: number
  readonly datasets: number
}

/** The state of the table, as its address holds it. */
export interface TopsQuery {
  readonly q: string
  /** ID of the organization to show; empty for all. */
  readonly organization: string
  readonly newOnly: boolean
  readonly sort: Sort
  readonly grouped: boolean
  readonly page: number
}

const SORTS = ['rank', 'title', '-title', 'followers', '-followers'] as const
export type Sort = (typeof SORTS)[number]

/** The real edition of data.gouv.fr has 622 rows. */
const ROWS_PER_PAGE = 1000

export const DEFAULT_QUERY: TopsQuery = {
  q: '',
  organization: '',
  newOnly: false,
  sort: 'rank',
  grouped: true,
  page: 1,
}

/** Parses the query of an address. Unknown values are ignored. */
export function parseQuery(search: URLSearchParams): TopsQuery {
  const sort = SORTS.find((one) => one === search.get('sort')) ?? 'rank'
  return {
    q: (search.get('q') ?? '').slice(0, 200),
    organization: search.get('organization') ?? '',
    newOnly: search.get('new') === '1',
    sort,
    grouped: search.get('view') !== 'list',
    page: Math.max(1, Number.parseInt(search.get('page') ?? '1', 10) || 1),
  }
}

/** Formats a query for an address, without default values. */
export function formatQuery({ q, organization, newOnly, sort, grouped, page }: TopsQuery): Record<string, string> {
  return {
    ...(q !== '' && { q }),
    ...(organization !== '' && { organization }),
    ...(newOnly && { new: '1' }),
    ...(sort !== 'rank' && { sort }),
    ...(!grouped && { view: 'list' }),
    ...(page > 1 && { page: String(page) }),
  }
}

export interface SelectedRows {
  readonly found: number
  readonly pages: number
  readonly page: number
  readonly rows: readonly Row[]
}

/** All rows, by rank, and their organizations. */
export interface TopsData {
  readonly organizations: readonly Organization[]
  readonly rows: readonly Row[]
}

/** Selects and sorts the rows of a query. A row matches if title and organization, folded, contain every word of `q`. */
export function selectRows(tops: TopsData, query: TopsQuery, compare: (a: string, b: string) => number): SelectedRows {
  const matches = wordMatcher(query.q)
  const rank = tops.organizations.find(({ id }) => id === query.organization)?.rank
  const found = tops.rows.filter(
    (row) =>
      (query.organization === '' || row.rank === rank) &&
      (!query.newOnly || row.isNew) &&
      matches(searchText(row, tops)),
  )
  const pages = Math.max(1, Math.ceil(found.length / ROWS_PER_PAGE))
  const page = Math.min(query.page, pages)
  const rows = sorted(found, query, compare).slice((page - 1) * ROWS_PER_PAGE, page * ROWS_PER_PAGE)
  return { found: found.length, pages, page, rows }
}

export const organizationOf = ({ rank }: Row, { organizations }: TopsData) => organizations[rank - 1]!

const texts = new WeakMap<Row, string>()

/** Returns the folded text of a row that is searched. Cached, because the table searches at every keystroke. */
function searchText(row: Row, tops: TopsData): string {
  const cached = texts.get(row)
  if (cached !== undefined) return cached
  const text = fold(`${row.title}\0${organizationOf(row, tops).name}`)
  texts.set(row, text)
  return text
}

function sorted(rows: readonly Row[], { sort, grouped }: TopsQuery, compare: (a: string, b: string) => number) {
  if (sort === 'rank') return rows
  const direction = sort.startsWith('-') ? -1 : 1
  const byKey = sort.endsWith('title')
    ? (a: Row, b: Row) => compare(a.title, b.title)
    : (a: Row, b: Row) => a.followers - b.followers
  // Rows come in order of rank and the sort is stable, so equal rows stay in that order.
  return [...rows].sort((a, b) => (grouped ? a.rank - b.rank : 0) || direction * byKey(a, b))
}

/** Groups rows by organization, in the order of each group's first row. */
export function groupRows(rows: readonly Row[]): readonly (readonly Row[])[] {
  const byRank = new Map<number, Row[]>()
  for (const row of rows) {
    const group = byRank.get(row.rank)
    if (group === undefined) byRank.set(row.rank, [row])
    else group.push(row)
  }
  return [...byRank.values()]
}
