import { describe, expect, test } from 'vitest'
import { createLocale } from '../../src/server/pages/locale.ts'
import {
  DEFAULT_QUERY,
  formatQuery,
  groupRows,
  parseQuery,
  selectRows,
  type TopsData,
} from '../../src/server/pages/tops/query.ts'

const organizations = [
  { id: 'o1', name: 'Région Île-de-France', rank: 1, followers: 9, datasets: 2 },
  { id: 'o2', name: 'Mairie de Paris', rank: 2, followers: 5, datasets: 2 },
]
const dataset = (id: string, title: string, followers: number, rank: number, isNew = false) => ({
  id,
  title,
  followers,
  rank,
  isNew,
})
const tops: TopsData = {
  organizations,
  rows: [
    dataset('a', 'Vélos en libre-service', 7, 1),
    dataset('b', 'Écoles', 3, 1, true),
    dataset('c', 'Ligne 10', 9, 2),
    dataset('d', 'Ligne 9', 9, 2),
  ],
}
const { compare } = createLocale({ language: 'fr', isExplicit: false, timeZone: 'Europe/Paris' })
const idsOf = (query: Partial<typeof DEFAULT_QUERY>) =>
  selectRows(tops, { ...DEFAULT_QUERY, ...query }, compare)
    .rows.map(({ id }) => id)
    .join('')

describe('the table of tops', () => {
  test('finds rows whose title and organization contain every word, ignoring accents and case', () => {
    expect(idsOf({ q: 'VELO' })).toBe('a')
    expect(idsOf({ q: 'ile-de-france' })).toBe('ab')
    expect(idsOf({ q: 'paris ligne' })).toBe('cd')
    expect(idsOf({ q: '  ' })).toBe('abcd')
    expect(idsOf({ q: 'métro' })).toBe('')
  })

  test('filters by organization and by new rows', () => {
    expect(idsOf({ organization: 'o2' })).toBe('cd')
    expect(idsOf({ organization: 'unknown' })).toBe('')
    expect(idsOf({ newOnly: true })).toBe('b')
  })

  test('sorts titles in dictionary order with numbers by value, within organizations or overall', () => {
    expect(idsOf({ sort: 'title', grouped: false })).toBe('bdca')
    expect(idsOf({ sort: '-title', grouped: false })).toBe('acdb')
    expect(idsOf({ sort: 'title' })).toBe('badc')
    expect(idsOf({ sort: '-followers', grouped: false })).toBe('cdab')
    expect(idsOf({ sort: 'followers' })).toBe('bacd')
  })

  test('groups rows by organization, in the order of the rows', () => {
    expect(groupRows(tops.rows).map((group) => group.map(({ id }) => id).join(''))).toEqual(['ab', 'cd'])
  })

  test('shows a thousand rows per page, and the last page for any number beyond it', () => {
    const rows = Array.from({ length: 2001 }, (_, index) => dataset(String(index), 'x', 0, 1))
    const page = selectRows({ organizations, rows }, { ...DEFAULT_QUERY, page: 99 }, compare)
    expect(page).toMatchObject({ found: 2001, pages: 3, page: 3, rows: [{ id: '2000' }] })
  })

  test('parses the query that it formats for an address', () => {
    const query = { q: 'vélo', organization: 'o1', newOnly: true, sort: '-title', grouped: false, page: 2 } as const
    expect(parseQuery(new URLSearchParams(formatQuery(query)))).toEqual(query)
    expect(formatQuery(DEFAULT_QUERY)).toEqual({})
  })

  test('ignores invalid values in an address', () => {
    const search = new URLSearchParams('sort=constructor&page=-3&view=x&new=yes&q=')
    expect(parseQuery(search)).toEqual(DEFAULT_QUERY)
    expect(parseQuery(new URLSearchParams({ q: 'a'.repeat(5000) })).q).toHaveLength(200)
  })
})
