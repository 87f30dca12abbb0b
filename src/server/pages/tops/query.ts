import { fold } from '../../../matching/fold.ts'
import { searchFor } from '../../search.ts'

/** A dataset of the tops, as the table shows it. */
export interface Row {
  readonly id: string
  readonly title: string
  readonly followers: number
  /** Its organisation's rank: the place in the list of organisations, from 1. */
  readonly rank: number
  /** Whether the edition before did not have it. */
  readonly fresh: boolean
}

interface Organization {
  readonly id: string
  readonly name: string
  readonly rank: number
  readonly followers: number
  readonly datasets: number
}

/** What the table shows, as its address says it. */
export interface TopsQuery {
  readonly q: string
  /** The organisation's id; empty: all. */
  readonly organization: string
  readonly fresh: boolean
  readonly sort: Sort
  readonly grouped: boolean
  readonly page: number
}

const SORTS = ['rank', 'title', '-title', 'followers', '-followers'] as const
export type Sort = (typeof SORTS)[number]

/** Rows a page; the real edition has 622. */
const PAGE = 1000

export const EVERYTHING: TopsQuery = { q: '', organization: '', fresh: false, sort: 'rank', grouped: true, page: 1 }

/** Reads what an address asks for; what it does not know counts as not said. */
export function readQuery(search: URLSearchParams): TopsQuery {
  const sort = SORTS.find((one) => one === search.get('sort')) ?? 'rank'
  return {
    q: (search.get('q') ?? '').slice(0, 200),
    organization: search.get('organization') ?? '',
    fresh: search.get('new') === '1',
    sort,
    grouped: search.get('view') !== 'list',
    page: Math.max(1, Number.parseInt(search.get('page') ?? '1', 10) || 1),
  }
}

/** The other way round: only what differs from everything. */
export function writeQuery({ q, organization, fresh, sort, grouped, page }: TopsQuery): Record<string, string> {
  return {
    ...(q !== '' && { q }),
    ...(organization !== '' && { organization }),
    ...(fresh && { new: '1' }),
    ...(sort !== 'rank' && { sort }),
    ...(!grouped && { view: 'list' }),
    ...(page > 1 && { page: String(page) }),
  }
}

export interface Selected {
  readonly found: number
  readonly pages: number
  readonly page: number
  readonly rows: readonly Row[]
}

/** All rows, by rank, and the organisations that they belong to. */
export interface Tops {
  readonly organizations: readonly Organization[]
  readonly rows: readonly Row[]
}

/** The rows that an address asks for, in its order. A row is found when every word of `q` is in title or organisation, folded. */
export function select(tops: Tops, query: TopsQuery, compare: (a: string, b: string) => number): Selected {
  const isAsked = searchFor(query.q)
  const rank = tops.organizations.find(({ id }) => id === query.organization)?.rank
  const found = tops.rows.filter(
    (row) =>
      (query.organization === '' || row.rank === rank) && (!query.fresh || row.fresh) && isAsked(textOf(row, tops)),
  )
  const pages = Math.max(1, Math.ceil(found.length / PAGE))
  const page = Math.min(query.page, pages)
  const rows = sorted(found, query, compare).slice((page - 1) * PAGE, page * PAGE)
  return { found: found.length, pages, page, rows }
}

export const organizationOf = ({ rank }: Row, { organizations }: Tops) => organizations[rank - 1]!

const texts = new WeakMap<Row, string>()

/** What of a row is searched, folded once. */
function textOf(row: Row, tops: Tops): string {
  const known = texts.get(row)
  if (known !== undefined) return known
  const text = fold(`${row.title}\0${organizationOf(row, tops).name}`)
  texts.set(row, text)
  return text
}

function sorted(rows: readonly Row[], { sort, grouped }: TopsQuery, compare: (a: string, b: string) => number) {
  if (sort === 'rank') return rows
  const direction = sort.startsWith('-') ? -1 : 1
  const order = sort.endsWith('title')
    ? (a: Row, b: Row) => compare(a.title, b.title)
    : (a: Row, b: Row) => a.followers - b.followers
  // The rows come by rank and the sort is stable: within an organisation, or over all.
  return [...rows].sort((a, b) => (grouped ? a.rank - b.rank : 0) || direction * order(a, b))
}

/** The rows of each organisation, in the order of their first. */
export function groups(rows: readonly Row[]): readonly (readonly Row[])[] {
  const found = new Map<number, Row[]>()
  for (const row of rows) {
    const group = found.get(row.rank)
    if (group === undefined) found.set(row.rank, [row])
    else group.push(row)
  }
  return [...found.values()]
}
