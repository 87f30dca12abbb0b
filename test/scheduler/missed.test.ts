import { expect, test } from 'vitest'
import { missedDates } from '../../src/scheduler/missed.ts'
import { openTestContext } from '../helpers/context.ts'
import { createEdition } from '../helpers/editions.ts'

const FRIDAY = new Date('2026-11-20T09:00:00Z')

test.each([
  ['without an edition, only the last date was missed', [], '', ['2026-11-18']],
  ['a published date was not missed', ['2026-11-18'], '', []],
  ['every date since the latest edition was missed', ['2026-10-28'], '', ['2026-11-04', '2026-11-11', '2026-11-18']],
  ['a gap before the latest edition does not count', ['2026-11-04', '2026-11-18'], '', []],
  ['a gap among the last "catch_up" dates counts', ['2026-11-04', '2026-11-18'], 'catch_up: 2\n', ['2026-11-11']],
  ['with catch_up 0, the dates after the latest edition count', ['2026-11-11'], 'catch_up: 0\n', ['2026-11-18']],
  ['with catch_up 0 and no edition, no date was missed', [], 'catch_up: 0\n', []],
  ['an edition of a Thursday does not replace that of a Wednesday', ['2026-11-19'], '', ['2026-11-18']],
  [
    'an edition of next year does not hide the dates before it',
    ['2026-11-04', '2027-11-17'],
    '',
    ['2026-11-11', '2026-11-18'],
  ],
  [
    'a date is missed if one of the watches has no edition',
    ['2026-11-18'],
    'watches: [{name: mobilite-transport, terms: [a]}, {name: b, terms: [b]}]\n',
    ['2026-11-18'],
  ],
])('%s', async (_, published, settings, expected) => {
  const context = await openTestContext('2026-11-20T09:00:00Z', settings)
  for (const date of published) await context.documents.replace('tops', createEdition(date, []))
  expect(await missedDates(context, FRIDAY)).toEqual(expected)
})

test('a date counts from the moment it is due', async () => {
  const context = await openTestContext()
  await context.documents.replace('tops', createEdition('2026-11-11', []))
  expect(await missedDates(context, new Date('2026-11-18T15:59:59Z'))).toEqual([])
  expect(await missedDates(context, new Date('2026-11-18T16:00:00Z'))).toEqual(['2026-11-18'])
})
