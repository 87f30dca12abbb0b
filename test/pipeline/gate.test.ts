import { describe, expect, test } from 'vitest'
import { resolveConfig } from '../../src/config/config.ts'
import type { ExportFacts, ExportName, Snapshot } from '../../src/editions/edition.ts'
import { exportKey } from '../../src/editions/layout.ts'
import { type GateInput, judge } from '../../src/pipeline/gate.ts'
import { Ranking } from '../../src/pipeline/rank.ts'
import { readExport } from '../../src/pipeline/read.ts'
import { DATE } from '../helpers/context.ts'
import { organizationsCsv } from '../helpers/exports.ts'

const LAST = '2026-11-11'
const { config } = await resolveConfig()
const FOLLOWED = Array.from({ length: 60 }, (_, at) => ({ id: `o${at}`, name: `Name ${at}`, followers: 69 - at }))

function factsOf(name: ExportName, date: string): ExportFacts {
  return {
    key: exportKey(name, date),
    url: `https://portal.example/${name}`,
    sha1: 'a'.repeat(40),
    sha256: 'b'.repeat(64),
    bytes: 1,
    records: 100,
    last_modified: `${date}T05:00:00Z`,
    origin: 'portal',
    stored_bytes: 1,
    blank_fields:
      name === 'datasets'
        ? { id: 0, title: 0, tags: 10, description: 1, organization_id: 5, 'metric.followers': 0 }
        : { id: 0, name: 0, 'metric.followers': 0 },
    followers: 1_000,
    ...(name === 'organizations' && { most_followed: FOLLOWED }),
  }
}

interface Change {
  readonly datasets?: Partial<ExportFacts>
  readonly organizations?: Partial<ExportFacts>
}

function snapshotOf(date: string, { datasets, organizations }: Change = {}): Snapshot {
  return {
    date,
    fetched_at: `${date}T16:00:00Z`,
    portal: config.portal,
    catalogue: config.catalogue,
    datasets: { ...factsOf('datasets', date), ...datasets },
    organizations: { ...factsOf('organizations', date), ...organizations },
  }
}

interface Week extends Change {
  readonly gone?: readonly string[]
  readonly input?: Partial<GateInput>
  readonly before?: Change | null
  readonly tops?: readonly number[]
  readonly settings?: Partial<typeof config>
}

/** Returns the verdict on a week with these differences from the week before. */
function verdict({ gone = [], input, before = {}, tops = [30], settings, ...change }: Week = {}) {
  const watches = tops.map((top) => ({ ...config.watches[0]!, top }))
  const none = { count: 0, first: '' }
  const judged: GateInput = {
    snapshot: snapshotOf(DATE, change),
    hasOrganization: (id) => !gone.includes(id),
    repeated: { datasets: none, organizations: none },
    orphans: 0,
    unverified: [],
    ...input,
  }
  const baseline = before === null ? undefined : snapshotOf(LAST, before)
  const { violations, warnings } = judge(judged, baseline, { ...config, watches, ...settings })
  return { violations: violations.map((one) => `${one.export}: ${one.reason}`), warnings }
}
const violations = (week: Week) => verdict(week).violations

test('an unremarkable week passes in silence, with or without a week before it', () => {
  expect(verdict()).toEqual({ violations: [], warnings: [] })
  expect(verdict({ before: null })).toEqual({ violations: [], warnings: [] })
})

describe('the gate refuses', () => {
  test('a loss of more records than gate_max_loss, to the last record', () => {
    expect(violations({ datasets: { records: 95 } })).toEqual([])
    expect(violations({ datasets: { records: 94 } })).toEqual([
      'datasets: 94 datasets where 2026-11-11 had 100: 6.0% fewer (gate_max_loss is 5%)',
    ])
    expect(violations({ datasets: { records: 60 }, settings: { gate_max_loss: 0.4 } })).toEqual([])
  })

  test('an export older than gate_max_age, to the second, unless its age is unknown', () => {
    const modified = (last_modified: string | null, more = {}) => violations({ datasets: { last_modified, ...more } })
    expect(modified('2026-10-19T00:00:00Z')).toEqual([])
    expect(modified('2026-10-18T23:59:59Z')).toEqual([
      "datasets: the datasets export was last modified on 2026-10-18, 30 days before the edition's date (gate_max_age is 30 days)",
    ])
    expect(modified(null)).toEqual([])
  })

  test('a local file whose name has a date that is older than gate_max_age, whatever its modification time', () => {
    const named = (name: string) =>
      violations({ datasets: { origin: 'file', url: `file:///data/${name}`, last_modified: '2020-01-01T00:00:00Z' } })
    const reason =
      "datasets: the datasets export is from 2023-08-15 by its file name, 1,191 days before the edition's date (gate_max_age is 30 days)"
    const old = [
      'export-dataset-20230815-060000.csv.gz',
      'datasets-2023-08-15.csv',
      '20230815.csv',
      '2023%2D08%2D15.csv',
    ]
    for (const name of old) expect(named(name), name).toEqual([reason])
    const recent = ['export-dataset-20261118-060000.csv.gz', 'datasets.csv', 'sha-120230815.csv', '20231399.csv']
    for (const name of recent) expect(named(name), name).toEqual([])
  })

  test.each(['title', 'organization_id', 'metric.followers'])('a column %s that is blank in every record', (column) => {
    const blank_fields = { ...factsOf('datasets', DATE).blank_fields, [column]: 100 }
    expect(violations({ datasets: { blank_fields } })).toEqual([
      `datasets: the column ${column} of datasets is blank in every record`,
    ])
    expect(violations({ datasets: { blank_fields }, before: null })).toHaveLength(1)
  })

  test('a column that is blank in 20 points more of the records, and no less', () => {
    const tags = (blank: number) => ({ blank_fields: { ...factsOf('datasets', DATE).blank_fields, tags: blank } })
    expect(violations({ datasets: tags(29) })).toEqual([])
    expect(violations({ datasets: tags(30) })).toEqual([
      'datasets: the column tags is blank in 30.0% of the datasets, where 2026-11-11 had 10.0%',
    ])
    expect(violations({ datasets: tags(10), before: { datasets: tags(99) } })).toEqual([])
  })

  test.each(['datasets', 'organizations'] as const)('followers of all %s below 80% of the week before', (name) => {
    expect(violations({ [name]: { followers: 800 } })).toEqual([])
    expect(violations({ [name]: { followers: 799 } })).toEqual([
      `${name}: the followers of all ${name} add up to 799 where 2026-11-11 had 1,000: 20.1% fewer`,
    ])
  })

  test('organizations without a single follower, with or without a week before', () => {
    const organizations = { followers: 0 }
    expect(violations({ organizations, before: null })).toEqual(['organizations: no organization has a follower'])
    expect(violations({ organizations })).toHaveLength(2)
  })

  test('a missing organization of the largest TOP, by name', () => {
    expect(violations({ gone: ['o29'] })).toEqual([
      'organizations: 1 organization in the TOP of 2026-11-11 is gone: "Name 29" (o29, rank 30)',
    ])
    expect(violations({ gone: ['o30'] })).toEqual([])
    expect(violations({ gone: ['o30'], tops: [1, 31] })).toHaveLength(1)
    expect(violations({ gone: ['o0', 'o1', 'o2', 'o3', 'o4', 'o5', 'o6'] })[0]).toMatch(
      /7 organizations .* are gone: "Name 0" \(o0, rank 1\), .*"Name 4" \(o4, rank 5\) and 2 more$/,
    )
  })
})

describe('a rule that the last snapshot broke as well is only a warning', () => {
  const noTags = { blank_fields: { ...factsOf('datasets', DATE).blank_fields, tags: 100 } }
  test.each([
    ['no followers', { organizations: { followers: 0 } }, 'no organization has a follower, as in'],
    ['a blank column', { datasets: noTags }, 'the column tags of datasets is blank in every record, as in'],
    [
      'an old export',
      { datasets: { last_modified: '2026-08-01T00:00:00Z' } },
      'the datasets export was last modified on 2026-08-01',
    ],
  ])('%s', (_, change, warning) => {
    expect(verdict({ ...change, before: change })).toEqual({
      violations: [],
      warnings: [expect.stringContaining(warning)],
    })
  })
})

test('a rule that needs facts which a snapshot of version 0.1 lacks is skipped', () => {
  const old = { origin: undefined, stored_bytes: undefined, blank_fields: undefined, followers: undefined }
  const before = { datasets: old, organizations: { ...old, most_followed: undefined } } as unknown as Change
  const tags = { ...factsOf('datasets', DATE).blank_fields, tags: 90 }
  expect(verdict({ datasets: { followers: 1, blank_fields: tags }, gone: ['o0'], before })).toEqual({
    violations: [],
    warnings: [],
  })
  expect(violations({ datasets: { records: 90 }, before })).toHaveLength(1)
})

describe('the gate warns of', () => {
  test('six organizations with up to 55 followers that are gone, as on 2021-10-07, by name', () => {
    const gone = ['o31', 'o32', 'o33', 'o34', 'o35', 'o36']
    expect(verdict({ gone })).toEqual({
      violations: [],
      warnings: [
        '6 organizations with at least 10 followers on 2026-11-11 are gone: "Name 31" (o31, 38 followers), "Name 32" (o32, 37 followers), ' +
          '"Name 33" (o33, 36 followers), "Name 34" (o34, 35 followers), "Name 35" (o35, 34 followers), "Name 36" (o36, 33 followers)',
      ],
    })
  })

  test('ids that occur twice, datasets of unknown organizations, and sources that nothing verifies', () => {
    const repeated = { datasets: { count: 1, first: 'd\n1' }, organizations: { count: 2, first: 'o1' } }
    expect(verdict({ input: { repeated, orphans: 3, unverified: ['datasets'] } }).warnings).toEqual([
      '1 record of the datasets export repeats the id of an earlier one (first: "d\\n1"); the first record of each id counts',
      '2 records of the organizations export repeat the id of an earlier one (first: "o1"); the first record of each id counts',
      '3 datasets belong to an organization that is not in the organizations export',
      'the source of the datasets export gave neither a length nor a checksum, so data lost in transit would go unnoticed',
    ])
  })
})

describe('the ranking', () => {
  type Row = readonly [id: string, name: string, followers: number | string]
  async function rank(rows: readonly Row[]): Promise<Ranking> {
    const ranking = new Ranking()
    async function* chunks() {
      yield Buffer.from(organizationsCsv(rows))
    }
    await readExport(chunks(), 'organizations export', ranking, { maxRecordBytes: 1 << 20 })
    return ranking
  }

  test('counts an id once: its first record stands', async () => {
    const ranking = await rank([
      ['a', 'First', 3],
      ['b', 'Other', 2],
      ['a', 'Second', 9],
    ])
    expect(ranking.top(9).map(({ name }) => name)).toEqual(['First', 'Other'])
  })

  test.each([
    [['', 'Nobody', 3], /^organizations export, record 2, line 3, column 2: the organization has no id/],
    [['b', 'Bad', '12x'], /^organizations export, record 2.*12x/],
    [['b', 'Bad', '-1'], /^organizations export, record 2.*-1/],
    [['b', 'Bad', '9007199254740992'], /^organizations export, record 2.*9007199254740992/],
  ] as [Row, RegExp][])('refuses %j', async (row, message) => {
    await expect(rank([['a', 'Organization a', 50], row])).rejects.toMatchObject({
      kind: 'contract',
      message: expect.stringMatching(message),
    })
  })
})
