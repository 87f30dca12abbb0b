import { DEFAULT_COLUMNS, DEFAULT_WATCH, type Watch } from '../../../config/watch.ts'
import type { Edition } from '../../../editions/edition.ts'
import type { MatchMode } from '../../../matching/fold.ts'
import type { Selection } from '../../selection.ts'

/** A search and the state of its table, as the address of the page holds them. The API takes the same parameters. */
export interface ExploreQuery extends Selection {
  readonly words: readonly string[]
  readonly match: MatchMode
  readonly columns: readonly string[]
  readonly top: number
  /** Date of the week to compare with; empty to compare with none. */
  readonly since: string
  /** The first row to show, from 0. */
  readonly offset: number
}

/** What to search for, and where. */
type SearchWords = Pick<ExploreQuery, 'words' | 'match' | 'columns' | 'top'>

const DEFAULT_TOP = 30

/** Parses the query of an address, whose parameters are valid. */
export function parseQuery(search: URLSearchParams): ExploreQuery {
  const text = (name: string) => search.get(name) ?? ''
  const columns = splitList(text('columns'))
  return {
    words: splitList(text('words')),
    match: text('match') === 'word' ? 'word' : 'substring',
    columns: columns.length === 0 ? DEFAULT_COLUMNS : columns,
    top: Number(text('top')) || DEFAULT_TOP,
    q: text('q'),
    organization: text('organization'),
    isNew: text('new') === '1',
    isGone: text('gone') === '1',
    since: text('since'),
    sort: text('sort'),
    offset: Number(text('offset')),
  }
}

/** Formats a query for an address, without default values. */
export function formatQuery(query: ExploreQuery): Record<string, string> {
  const { q, organization, isNew, isGone, since, sort, offset } = query
  return {
    ...formatSearch(query),
    ...(q !== '' && { q }),
    ...(organization !== '' && { organization }),
    ...(isNew && { new: '1' }),
    ...(isGone && { gone: '1' }),
    ...(since !== '' && { since }),
    ...(sort !== '' && { sort }),
    ...(offset > 0 && { offset: String(offset) }),
  }
}

/** Formats the part of a query that says what to search for. */
export function formatSearch({ words, match, columns, top }: SearchWords): Record<string, string> {
  return {
    ...(words.length > 0 && { words: words.join(',') }),
    ...(match !== 'substring' && { match }),
    ...(columns.join() !== DEFAULT_COLUMNS.join() && { columns: columns.join(',') }),
    ...(top !== DEFAULT_TOP && { top: String(top) }),
  }
}

/** Splits a list at its commas, and drops empty and repeated items. */
const splitList = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  ),
]

/** Returns path and query of the search for an edition's own words. Its watch says where they are searched, while it has it. */
export function searchOf(
  { date, watch: name, terms, top }: Pick<Edition, 'date' | 'watch' | 'terms' | 'top'>,
  watches: readonly Watch[],
): [path: string, query: Record<string, string>] {
  const { match, columns } = watches.find((watch) => watch.name === name) ?? DEFAULT_WATCH
  return [`/explore/${date}`, formatSearch({ words: terms, match, columns, top })]
}
