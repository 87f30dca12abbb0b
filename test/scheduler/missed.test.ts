import { expect, test } from 'vitest'
import { missedDates } from '../../src/scheduler/missed.ts'
import { editionOf } from '../helpers/editions.ts'
import { testWorld } from '../helpers/world.ts'

const FRIDAY = new Date('2026-11-20T09:00:00Z')

test.each([
  ['on a fresh start the last date was missed, and none before it', [], '', ['2026-11-18']],
  ['what is published was not missed', ['2026-11-18'], '', []],
  ['all dates since the latest edition were missed', ['2026-10-28'], '', ['2026-11-04', '2026-11-11', '2026-11-18']],
  ['gaps before the latest edition are let be', ['2026-11-04', '2026-11-18'], '', []],
  ['unless they are among those to catch up', ['2026-11-04', '2026-11-18'], 'catch_up: 2\n', ['2026-11-11']],
  ['with nothing to catch up, what came after the latest edition', ['2026-11-11'], 'catch_up: 0\n', ['2026-11-18']],
  ['and nothing on a fresh start', [], 'catch_up: 0\n', []],
  ['an edition on another weekday is no edition of a Wednesday', ['2026-11-19'], '', ['2026-11-18']],
  [
    'a watch that lacks its edition misses the date',
    ['2026-11-18'],
    'watches: [{name: mobilite-transport, terms: [a]}, {name: b, terms: [b]}]\n',
    ['2026-11-18'],
  ],
])('%s', async (_, published, settings, expected) => {
  const world = await testWorld('2026-11-20T09:00:00Z', settings)
  for (const date of published) await world.documents.replace('tops', editionOf(date, []))
  expect(await missedDates(world, FRIDAY)).toEqual(expected)
})

test('a date counts from the minute on in which it is due', async () => {
  const world = await testWorld()
  await world.documents.replace('tops', editionOf('2026-11-11', []))
  expect(await missedDates(world, new Date('2026-11-18T15:59:59Z'))).toEqual([])
  expect(await missedDates(world, new Date('2026-11-18T16:00:00Z'))).toEqual(['2026-11-18'])
})
