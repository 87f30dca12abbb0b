import type { TopDataset } from '../../../editions/edition.ts'
import type { Selection } from '../../selection.ts'

/** The state of the table, as its address holds it. The API takes the same parameters. */
export interface TopsQuery extends Selection {
  /** Date of the edition to compare with; empty for the one before. */
  readonly since: string
  /** One list, rather than groups by organization. */
  readonly isList: boolean
  /** How many rows a page shows. */
  readonly limit: number | 'all'
  /** The first row to show, from 0. */
  readonly offset: number
}

const ROWS_PER_PAGE = 100
/** How many rows of an organization are shown, unless it is the only one or all rows are wanted. */
const ROWS_PER_GROUP = 10

export const DEFAULT_QUERY: TopsQuery = {
  q: '',
  organization: '',
  isNew: false,
  isGone: false,
  since: '',
  sort: '',
  isList: false,
  limit: ROWS_PER_PAGE,
  offset: 0,
}

/** Parses the query of an address, whose parameters are valid. */
export function parseQuery(search: URLSearchParams): TopsQuery {
  const text = (name: string) => search.get(name) ?? ''
  const limit = text('limit')
  return {
    q: text('q'),
    organization: text('organization'),
    isNew: text('new') === '1',
    isGone: text('gone') === '1',
    since: text('since'),
    sort: text('sort'),
    isList: text('view') === 'list',
    limit: limit === 'all' ? limit : Number(limit) || ROWS_PER_PAGE,
    offset: Number(text('offset')),
  }
}

/** Formats a query for an address, without default values. */
export function formatQuery(query: TopsQuery): Record<string, string> {
  const { q, organization, isNew, isGone, since, sort, isList, limit, offset } = query
  return {
    ...(q !== '' && { q }),
    ...(organization !== '' && { organization }),
    ...(isNew && { new: '1' }),
    ...(isGone && { gone: '1' }),
    ...(since !== '' && { since }),
    ...(sort !== '' && { sort }),
    ...(isList && { view: 'list' }),
    ...(limit !== ROWS_PER_PAGE && { limit: String(limit) }),
    ...(offset > 0 && { offset: String(offset) }),
  }
}

/** Formats the part of a query that chooses rows: what a download of all of them needs. */
export function formatSelection(query: TopsQuery): Record<string, string> {
  return formatQuery({ ...query, isList: false, limit: ROWS_PER_PAGE, offset: 0 })
}

/** Whether the table has groups. Rows that are not sorted by rank first would scatter each group. */
export const isGrouped = ({ sort, isList }: TopsQuery) => !isList && (sort === '' || sort.startsWith('rank'))

export interface TablePage {
  readonly rows: readonly TopDataset[]
  /** By ID of an organization whose last shown row is here: how many of its rows are not shown. */
  readonly folded: ReadonlyMap<string, number>
  /** Offset of each page. */
  readonly offsets: readonly number[]
  /** Which of the pages this is. */
  readonly index: number
}

/** Divides the found rows into pages, and returns the one that the query asks for. */
export function pageOf(found: readonly TopDataset[], query: TopsQuery): TablePage {
  const { organization, limit, offset } = query
  const most = limit === 'all' ? Number.POSITIVE_INFINITY : limit
  const isFolded = isGrouped(query) && organization === '' && limit !== 'all'
  const counts = new Map<string, number>()
  /** By ID of an organization: the page with its last shown row. */
  const lastPages = new Map<string, number>()
  const pages: { offset: number; rows: TopDataset[] }[] = []
  for (const [index, row] of found.entries()) {
    const count = (counts.get(row.organization_id) ?? 0) + 1
    counts.set(row.organization_id, count)
    if (isFolded && count > ROWS_PER_GROUP) continue
    const page = pages.at(-1)
    if (page === undefined || page.rows.length >= most) pages.push({ offset: index, rows: [row] })
    else page.rows.push(row)
    lastPages.set(row.organization_id, pages.length - 1)
  }
  const index = Math.max(
    0,
    pages.findLastIndex((page) => page.offset <= offset),
  )
  const ending = [...counts].filter(([id, count]) => count > ROWS_PER_GROUP && lastPages.get(id) === index)
  const folded = new Map(isFolded ? ending.map(([id, count]) => [id, count - ROWS_PER_GROUP]) : [])
  return { rows: pages[index]?.rows ?? [], folded, offsets: pages.map((page) => page.offset), index }
}

/** Groups rows by organization, in the order of each group's first row. */
export function groupRows(rows: readonly TopDataset[]): readonly (readonly TopDataset[])[] {
  const groups = new Map<string, TopDataset[]>()
  for (const row of rows) {
    const group = groups.get(row.organization_id)
    if (group === undefined) groups.set(row.organization_id, [row])
    else group.push(row)
  }
  return [...groups.values()]
}
