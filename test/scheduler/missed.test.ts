import { expect, test } from 'vitest'
import { missedDates } from '../../src/scheduler/missed.ts'
import { editionOf } from '../helpers/editions.ts'
import { testWorld } from '../helpers/world.ts'

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
    'a date is missed if one of the watches has no edition',
    ['2026-11-18'],
    'watches: [{name: mobilite-transport, terms: [a]}, {name: b, terms: [b]}]\n',
    ['2026-11-18'],
  ],
])('%s', async (_, published, settings, expected) => {
  const world = await testWorld('2026-11-20T09:00:00Z', settings)
  for (const date of published) await world.documents.replace('tops', editionOf(date, []))
  expect(await missedDates(world, FRIDAY)).toEqual(expected)
})

test('a date counts from the moment it is due', async () => {
  const world = await testWorld()
  await world.documents.replace('tops', editionOf('2026-11-11', []))
  expect(await missedDates(world, new Date('2026-11-18T15:59:59Z'))).toEqual([])
  expect(await missedDates(world, new Date('2026-11-18T16:00:00Z'))).toEqual(['2026-11-18'])
})
