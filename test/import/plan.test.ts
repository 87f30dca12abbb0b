import { describe, expect, test } from 'vitest'
import { parseExportName } from '../../src/import/exportName.ts'
import { planDates } from '../../src/import/plan.ts'

const PARIS = 'Europe/Paris'

test.each([
  ['export-dataset-20260116-055249.csv.gz', { kind: 'datasets', date: '2026-01-16', time: '2026-01-16T05:52:49.000Z' }],
  ['export-organization-20230815-055249.csv', { kind: 'organizations', date: '2023-08-15' }],
  // The time is UTC: it is the next day in Paris, an hour later in winter and two in summer.
  ['export-dataset-20260116-233000.csv', { date: '2026-01-17' }],
  ['export-dataset-20260116-225959.csv', { date: '2026-01-16' }],
  ['export-dataset-20260716-220000.csv', { date: '2026-07-17' }],
  ['export-organization-2023-08-15.csv.gz', { kind: 'organizations', date: '2023-08-15', time: null }],
])('%s is the name of an export', (name, expected) => {
  expect(parseExportName(name, PARIS)).toMatchObject(expected)
})

test.each([
  'export-reuse-20260116-055249.csv',
  'export-dataset-20261316-055249.csv',
  'export-dataset-20260230-055249.csv',
  'export-dataset-20260116-245249.csv',
  'export-dataset-2026-02-30.csv',
  'export-dataset-20260116.csv',
  'export-dataset-20260116-055249.csv.zip',
  'copy of export-dataset-20260116-055249.csv',
  'export-dataset-20260116-055249.csv\n',
  'datasets.csv',
])('%j is not', (name) => {
  expect(parseExportName(name, PARIS)).toBeUndefined()
})

describe('dates', () => {
  const plan = (names: readonly string[], tolerance = 0) => {
    const exports = names.map((name) => ({ name, ...parseExportName(`export-${name}.csv`, PARIS)! }))
    const { dates, unpaired } = planDates(exports, tolerance)
    const of = (list: readonly { name: string }[]) => list.map(({ name }) => name)
    return {
      dates: dates.map(({ date, exports }) => [date, of(exports.datasets), of(exports.organizations)]),
      unpaired: unpaired.map(
        ({ date, kind, nearest }) => `${date} ${kind}, nearest ${nearest?.date}, ${nearest?.days} days`,
      ),
    }
  }

  test('take the latest export of each kind first', () => {
    const names = [
      'dataset-20260116-050000',
      'dataset-20260116-170000',
      'dataset-2026-01-16',
      'organization-20260116-060000',
    ]
    expect(plan(names).dates).toEqual([
      [
        '2026-01-16',
        ['dataset-20260116-170000', 'dataset-20260116-050000', 'dataset-2026-01-16'],
        ['organization-20260116-060000'],
      ],
    ])
  })

  test('of one kind alone are unpaired, unless the other kind is near', () => {
    const names = [
      'dataset-20260116-050000',
      'organization-20260118-050000',
      'organization-20260113-050000',
      'organization-20260301-050000',
    ]
    expect(plan(names)).toEqual({
      dates: [],
      unpaired: [
        '2026-01-13 organizations, nearest 2026-01-16, 3 days',
        '2026-01-16 datasets, nearest 2026-01-18, 2 days',
        '2026-01-18 organizations, nearest 2026-01-16, 2 days',
        '2026-03-01 organizations, nearest 2026-01-16, 44 days',
      ],
    })
    expect(plan(names, 3)).toEqual({
      dates: [
        ['2026-01-16', ['dataset-20260116-050000'], ['organization-20260118-050000', 'organization-20260113-050000']],
      ],
      unpaired: ['2026-03-01 organizations, nearest 2026-01-16, 44 days'],
    })
  })
})
