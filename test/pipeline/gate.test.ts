import { describe, expect, test } from 'vitest'
import type { Snapshot } from '../../src/editions/edition.ts'
import { doubts } from '../../src/pipeline/gate.ts'
import { fetch } from '../../src/pipeline/pipeline.ts'
import { Ranking } from '../../src/pipeline/rank.ts'
import { readExport } from '../../src/pipeline/read.ts'
import { loadSnapshot } from '../../src/pipeline/snapshot.ts'
import { datasetsCsv, organizationsCsv } from '../helpers/exports.ts'
import { DATE, orderOf, testWorld } from '../helpers/world.ts'

type Row = readonly [id: string, name: string, followers: number | string]
const ALL: readonly Row[] = ['a', 'b', 'c', 'd', 'e'].map((id, at) => [id, `Organisation ${id}`, 50 - at])

async function rank(rows: readonly Row[]): Promise<Ranking> {
  const ranking = new Ranking()
  async function* chunks() {
    yield Buffer.from(organizationsCsv(rows))
  }
  await readExport(chunks(), 'organizations export', ranking, { maxRecordBytes: 1 << 20 })
  return ranking
}

/** What the gate says of a week after one with 100 datasets and the five organisations. */
async function said(change: { datasets?: number; renewed?: string | null; left?: readonly Row[] }, config = '') {
  const { datasets = 100, renewed = `${DATE}T05:00:00Z`, left = ALL } = change
  const world = await testWorld('2026-11-11T16:00:00Z', config)
  const rows = Array.from({ length: 100 }, (_, at) => ({ id: `d${at}`, title: 'x' }))
  const order = { ...(await orderOf(world, datasetsCsv(rows), organizationsCsv(ALL))), date: '2026-11-11' }
  await fetch(order, world)
  const earlier = (await loadSnapshot('2026-11-11', world))!
  const now: Snapshot = {
    ...earlier,
    date: DATE,
    datasets: { ...earlier.datasets, records: datasets, last_modified: renewed, url: 'https://portal.example/1' },
    organizations: { ...earlier.organizations, last_modified: renewed, url: 'https://portal.example/2' },
  }
  return doubts(now, await rank(left), earlier, order, world)
}

describe('the gate', () => {
  test('lets pass what is within its bounds to the last dataset and the last day', async () => {
    expect(await said({ datasets: 95 })).toEqual([])
    expect(await said({ datasets: 94 })).toEqual([
      '94 datasets where 2026-11-11 had 100: 6.0 % fewer (gate_max_loss is 5 %)',
    ])
    expect(await said({ renewed: '2026-10-19T00:00:00Z' })).toEqual([])
    expect(await said({ renewed: '2026-10-18T23:59:59Z' })).toEqual(
      ['datasets', 'organizations'].map(
        (name) => `the ${name} export was last renewed on 2026-10-18, 30 days before (gate_max_age is 30)`,
      ),
    )
  })

  test('does not mind when nobody says how old an export is', async () => {
    expect(await said({ renewed: null })).toEqual([])
  })

  test('names three of the top organisations that are gone, and how many more', async () => {
    expect(await said({ left: ALL.slice(3) })).toEqual([
      'of the top organisations of 2026-11-11, "Organisation a" (a, rank 1), "Organisation b" (b, rank 2), "Organisation c" (c, rank 3) are gone',
    ])
    expect(await said({ left: ALL.slice(4) })).toEqual([expect.stringMatching(/\(c, rank 3\) and 1 more are gone$/)])
  })

  test('looks at the top of the watch that looks furthest', async () => {
    const config = 'watches:\n  - { name: a, terms: [x], top: 1 }\n  - { name: b, terms: [x], top: 4 }\n'
    expect(await said({ left: ALL.filter(([id]) => id !== 'd') }, config)).toEqual([
      expect.stringContaining('(d, rank 4)'),
    ])
    expect(await said({ left: ALL.filter(([id]) => id !== 'e') }, config)).toEqual([])
  })

  test('needs one organisation with a follower', async () => {
    expect(await said({ left: ALL.map(([id, name]) => [id, name, id === 'e' ? 1 : 0]) })).toEqual([])
    expect(await said({ left: ALL.map(([id, name]) => [id, name, '']) })).toEqual([
      'no organisation has a single follower',
    ])
  })
})

describe('the ranking', () => {
  test.each([
    [['', 'Nobody', 3], /^organisations export, record 2: the organisation has no id$/],
    [['a', 'Again', 3], /^organisations export, record 2: the id "a" occurs a second time$/],
    [['b', 'Bad', '12x'], /^organisations export, record 2.*12x/],
    [['b', 'Bad', '-1'], /^organisations export, record 2.*-1/],
    [['b', 'Bad', '9007199254740992'], /^organisations export, record 2.*9007199254740992/],
  ] as [Row, RegExp][])('refuses %j', async (row, message) => {
    await expect(rank([ALL[0]!, row])).rejects.toMatchObject({
      kind: 'contract',
      message: expect.stringMatching(message),
    })
  })
})
