import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { flawInEdition } from '../src/editions/editionSchema.ts'
import { currentProcessAsHolder } from '../src/runs/lease.ts'
import { flawInLease } from '../src/runs/leaseSchema.ts'
import { flawInRun } from '../src/runs/runSchema.ts'
import { EDITION as TOPS_SHAPE } from '../src/stores/mongo/schema.ts'
import { createEdition } from './helpers/editions.ts'
import { runRecordOf } from './helpers/runs.ts'

const EDITION = createEdition('2026-11-18', [{ id: 'o1', followers: 3, datasets: { d1: 1, d2: 2 } }])
const LEASE = {
  _id: 'a',
  ...currentProcessAsHolder('r1'),
  since: '2026-11-18T16:00:00.000Z',
  expires: '2026-11-18T16:01:00.000Z',
}

test('sound documents have no flaw, even with fields of a later version; nor do leases of version 0.1', () => {
  expect(flawInEdition({ ...EDITION, later: 1 })).toBeUndefined()
  expect(flawInRun({ ...runRecordOf('r1'), later: 1 })).toBeUndefined()
  expect(flawInLease({ ...LEASE, later: 1 })).toBeUndefined()
  const { run, host, pid, since, expires } = LEASE
  expect(flawInLease({ _id: 'a', run, host, pid, since, expires })).toBeUndefined()
})

test('the first flaw is reported with its place, its value and the expected type', () => {
  const datasets = [EDITION.datasets[0], { ...EDITION.datasets[1], dataset_followers: '2' }]
  expect(flawInEdition({ ...EDITION, datasets })).toBe('datasets[1].dataset_followers is "2", not a number')
  expect(flawInEdition({ ...EDITION, date: '2026-02-30' })).toBe('date is "2026-02-30", not a date')
  const { source: _, ...without } = EDITION
  expect(flawInEdition(without)).toBe('source is missing')
  expect(flawInRun({ ...runRecordOf('r1'), summary: true })).toBe('summary is true, not text')
  expect(flawInRun({ ...runRecordOf('r1'), status: 'x\u001b[31m' })).toBe(
    'status is "x\\u001b[31m", not one of running, published, unchanged, removed, failed, stopped',
  )
  expect(flawInLease({ ...LEASE, expires: 'soon' })).toBe('expires is "soon", not a time in UTC')
  expect(flawInLease(null)).toMatch(/^it is null, not an object$/)
  expect(flawInLease({ _id: 'a', unreadable: '{"_id":' })).toBe(
    'it is not a JSON document with this _id: "{\\"_id\\":"',
  )
})

test('the schema that MongoDB checks requires each field of an edition, and no other', async () => {
  const reference = JSON.parse(await readFile('docs/reference/edition.schema.json', 'utf8'))
  expect([...TOPS_SHAPE.required].sort()).toEqual([...reference.required].sort())
})

test('a document that is nested too deeply is refused', () => {
  const deep = JSON.parse(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)
  expect(flawInEdition({ ...EDITION, extra: deep })).toBe('it is nested more than 50 levels deep')
  expect(flawInEdition(EDITION)).toBe(undefined)
})
