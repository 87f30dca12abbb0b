import { describe, expect, test } from 'vitest'
import type { TopDataset } from '../../src/editions/edition.ts'
import { DEFAULT_QUERY, formatQuery, groupRows, pageOf, parseQuery } from '../../src/server/pages/tops/query.ts'
import { selectDatasets } from '../../src/server/selection.ts'

const organizations = [
  { id: 'o1', name: 'Région Île-de-France', rank: 1, followers: 9, datasets: 2 },
  { id: 'o2', name: 'Mairie de Paris', rank: 2, followers: 5, datasets: 2 },
]
const dataset = (id: string, title: string, followers: number, rank: number): TopDataset => ({
  dataset_id: id,
  dataset_title: title,
  dataset_followers: followers,
  organization: organizations[rank - 1]!.name,
  organization_id: organizations[rank - 1]!.id,
  organization_followers: organizations[rank - 1]!.followers,
})
const lost = dataset('x', 'Écarts', 1, 2)
const datasets = [
  dataset('a', 'Vélos en libre-service', 7, 1),
  dataset('b', 'Écoles', 3, 1),
  dataset('c', 'Ligne 10', 9, 2),
  dataset('d', 'Ligne 9', 9, 2),
]
const edition = { organizations, datasets, earlier: [...datasets.filter(({ dataset_id }) => dataset_id !== 'b'), lost] }
const idsOf = (query: Partial<typeof DEFAULT_QUERY>) =>
  selectDatasets(edition, { ...DEFAULT_QUERY, ...query })
    .map(({ dataset_id }) => dataset_id)
    .join('')

describe('the table of tops', () => {
  test('finds rows whose title and organization contain every word, ignoring accents and case', () => {
    expect(idsOf({ q: 'VELO' })).toBe('a')
    expect(idsOf({ q: 'ile-de-france' })).toBe('ab')
    expect(idsOf({ q: 'paris ligne' })).toBe('cd')
    expect(idsOf({ q: '  ' })).toBe('abcd')
    expect(idsOf({ q: 'métro' })).toBe('')
  })

  test('finds phrases in quotes, and excludes words with a minus', () => {
    expect(idsOf({ q: '"libre service"' })).toBe('a')
    expect(idsOf({ q: '"service libre"' })).toBe('')
    expect(idsOf({ q: 'ligne -10' })).toBe('d')
    expect(idsOf({ q: '-paris' })).toBe('ab')
  })

  test('shows words that start with the search first', () => {
    const titles = [dataset('1', 'Écarts', 0, 1), dataset('2', 'Carte', 0, 1)]
    const found = selectDatasets(
      { organizations, datasets: titles, earlier: undefined },
      { ...DEFAULT_QUERY, q: 'car' },
    )
    expect(found.map(({ dataset_id }) => dataset_id)).toEqual(['2', '1'])
  })

  test('filters by organization, by new rows and by rows that are gone', () => {
    expect(idsOf({ organization: 'o2' })).toBe('cd')
    expect(idsOf({ organization: 'unknown' })).toBe('')
    expect(idsOf({ isNew: true })).toBe('b')
    expect(idsOf({ isGone: true })).toBe('x')
    expect(idsOf({ isNew: true, isGone: true })).toBe('bx')
  })

  test('sorts titles in dictionary order with numbers by value, within organizations or overall', () => {
    expect(idsOf({ sort: 'dataset_title' })).toBe('bdca')
    expect(idsOf({ sort: '-dataset_title' })).toBe('acdb')
    expect(idsOf({ sort: 'rank,dataset_title' })).toBe('badc')
    expect(idsOf({ sort: '-dataset_followers' })).toBe('cdab')
    expect(idsOf({ sort: 'rank,dataset_followers' })).toBe('bacd')
  })

  test('groups rows by organization, in the order of the rows', () => {
    const groups = groupRows(datasets).map((group) => group.map(({ dataset_id }) => dataset_id).join(''))
    expect(groups).toEqual(['ab', 'cd'])
  })

  const many = [1, 2].flatMap((rank) =>
    Array.from({ length: 150 }, (_, index) => dataset(`${rank}-${index}`, 'x', 0, rank)),
  )

  test('folds groups after ten rows, unless there is one organization or all rows are wanted', () => {
    const { rows, folded, offsets } = pageOf(many, DEFAULT_QUERY)
    expect([rows.length, [...folded], offsets]).toEqual([
      20,
      [
        ['o1', 140],
        ['o2', 140],
      ],
      [0],
    ])
    expect(pageOf(many, { ...DEFAULT_QUERY, limit: 'all' })).toMatchObject({ offsets: [0], folded: new Map() })
    expect(pageOf(many.slice(0, 150), { ...DEFAULT_QUERY, organization: 'o1' }).rows).toHaveLength(100)
  })

  test('shows a hundred rows per page, and the last page for any offset beyond it', () => {
    const page = pageOf(many, { ...DEFAULT_QUERY, isList: true, offset: 9999 })
    expect(page).toMatchObject({ offsets: [0, 100, 200], index: 2 })
    expect(page.rows).toHaveLength(100)
    expect(pageOf([], DEFAULT_QUERY)).toMatchObject({ rows: [], index: 0 })
  })

  test('a page starts at the row of its offset, also when rows before it are folded', () => {
    const { offsets, rows } = pageOf(many, { ...DEFAULT_QUERY, limit: 15, offset: 155 })
    expect(offsets).toEqual([0, 155])
    expect(rows[0]).toBe(many[155])
  })

  test('parses the query that it formats for an address', () => {
    const query = { ...DEFAULT_QUERY, q: 'vélo', organization: 'o1', isNew: true, sort: '-dataset_title', offset: 2 }
    expect(parseQuery(new URLSearchParams(formatQuery(query)))).toEqual(query)
    expect(formatQuery(DEFAULT_QUERY)).toEqual({})
    expect(formatQuery({ ...DEFAULT_QUERY, limit: 'all', isGone: true, isList: true })).toEqual({
      gone: '1',
      view: 'list',
      limit: 'all',
    })
  })
})
