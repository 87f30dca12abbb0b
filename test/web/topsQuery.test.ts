import { describe, expect, test } from 'vitest'
import { readerOf } from '../../src/server/pages/reader.ts'
import { EVERYTHING, groups, readQuery, select, type Tops, writeQuery } from '../../src/server/pages/tops/query.ts'

const organizations = [
  { id: 'o1', name: 'Région Île-de-France', rank: 1, followers: 9, datasets: 2 },
  { id: 'o2', name: 'Mairie de Paris', rank: 2, followers: 5, datasets: 2 },
]
const dataset = (id: string, title: string, followers: number, rank: number, fresh = false) => ({
  id,
  title,
  followers,
  rank,
  fresh,
})
const tops: Tops = {
  organizations,
  rows: [
    dataset('a', 'Vélos en libre-service', 7, 1),
    dataset('b', 'Écoles', 3, 1, true),
    dataset('c', 'Ligne 10', 9, 2),
    dataset('d', 'Ligne 9', 9, 2),
  ],
}
const { compare } = readerOf({ language: 'fr', chosen: false, timeZone: 'Europe/Paris' })
const idsOf = (query: Partial<typeof EVERYTHING>) =>
  select(tops, { ...EVERYTHING, ...query }, compare)
    .rows.map(({ id }) => id)
    .join('')

describe('the tops as an address asks for them', () => {
  test('are found without their accents and case, in title and organisation, every word anywhere', () => {
    expect(idsOf({ q: 'VELO' })).toBe('a')
    expect(idsOf({ q: 'ile-de-france' })).toBe('ab')
    expect(idsOf({ q: 'paris ligne' })).toBe('cd')
    expect(idsOf({ q: '  ' })).toBe('abcd')
    expect(idsOf({ q: 'métro' })).toBe('')
  })

  test('are those of one organisation, or the new ones', () => {
    expect(idsOf({ organization: 'o2' })).toBe('cd')
    expect(idsOf({ organization: 'nobody' })).toBe('')
    expect(idsOf({ fresh: true })).toBe('b')
  })

  test('are sorted as a dictionary does, numbers by value, within organisations or over all', () => {
    expect(idsOf({ sort: 'title', grouped: false })).toBe('bdca')
    expect(idsOf({ sort: '-title', grouped: false })).toBe('acdb')
    expect(idsOf({ sort: 'title' })).toBe('badc')
    expect(idsOf({ sort: '-followers', grouped: false })).toBe('cdab')
    expect(idsOf({ sort: 'followers' })).toBe('bacd')
  })

  test('are grouped by organisation in the order of the rows', () => {
    expect(groups(tops.rows).map((group) => group.map(({ id }) => id).join(''))).toEqual(['ab', 'cd'])
  })

  test('come a thousand a page, and a page beyond the last is the last', () => {
    const rows = Array.from({ length: 2001 }, (_, index) => dataset(String(index), 'x', 0, 1))
    const page = select({ organizations, rows }, { ...EVERYTHING, page: 99 }, compare)
    expect(page).toMatchObject({ found: 2001, pages: 3, page: 3, rows: [{ id: '2000' }] })
  })

  test('survive the way into an address and back', () => {
    const query = { q: 'vélo', organization: 'o1', fresh: true, sort: '-title', grouped: false, page: 2 } as const
    expect(readQuery(new URLSearchParams(writeQuery(query)))).toEqual(query)
    expect(writeQuery(EVERYTHING)).toEqual({})
  })

  test('ignore what an address says that makes no sense', () => {
    const search = new URLSearchParams('sort=constructor&page=-3&view=x&new=yes&q=')
    expect(readQuery(search)).toEqual(EVERYTHING)
    expect(readQuery(new URLSearchParams({ q: 'a'.repeat(5000) })).q).toHaveLength(200)
  })
})
