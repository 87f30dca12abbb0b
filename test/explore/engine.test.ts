import { expect, test } from 'vitest'
import type { Snapshot } from '../../src/editions/edition.ts'
import { Engine, type OpenExport } from '../../src/explore/engine.ts'
import { expectedBytes } from '../../src/explore/indexedSnapshot.ts'
import { watchOf } from '../../src/explore/query.ts'
import { requireSnapshot } from '../../src/pipeline/snapshot.ts'
import { openTestContext } from '../helpers/context.ts'
import { flipBit } from '../helpers/exports.ts'
import { publishWeeks, watchWithTop } from '../helpers/weeks.ts'

const DATES = ['2026-11-04', '2026-11-11', '2026-11-18']
const WATCH = watchOf({ words: ['transport'] })
const READ = { maxRecordBytes: 1 << 20 }

async function openEngine(memory: (snapshot: Snapshot) => number) {
  const context = await openTestContext(undefined, watchWithTop(1))
  const description = 'Les transports de la ville. '.repeat(2_000)
  await publishWeeks(
    context,
    DATES.map((date) => ({
      date,
      datasets: [{ id: 'd1', title: `Transport ${date}`, description, organization: 'o1' }],
      organizations: [['o1', 'Un', 1]],
    })),
  )
  const snapshots = await Promise.all(DATES.map((date) => requireSnapshot(date, context)))
  const opened: string[] = []
  const open: OpenExport = (snapshot, name) => {
    if (name === 'datasets') opened.push(snapshot.date)
    return context.archive.read(snapshot[name].key)
  }
  const engine = new Engine(open, memory(snapshots[0]!))
  const ref = (index: number) => ({ snapshot: snapshots[index]!, options: { datasets: READ, organizations: READ } })
  return { engine, ref, opened, search: (index: number) => engine.search(ref(index), WATCH), context }
}

test('keeps the snapshots that were searched last, as far as the memory goes', async () => {
  const { engine, ref, opened, search } = await openEngine((snapshot) => 2.2 * expectedBytes(snapshot))
  for (const index of [0, 1, 0, 1]) await search(index)
  expect(opened).toEqual([DATES[0], DATES[1]])
  await search(0)
  await search(2)
  expect([0, 1, 2].map((index) => engine.holds(ref(index)))).toEqual([true, false, true])
  await search(1)
  expect(opened).toEqual([DATES[0], DATES[1], DATES[2], DATES[1]])
})

test('reads a snapshot once for simultaneous searches, and one after the other', async () => {
  const { opened, search } = await openEngine((snapshot) => 4 * expectedBytes(snapshot))
  const found = await Promise.all([0, 1, 0, 1, 2].map(search))
  expect(opened).toEqual(DATES)
  expect(found.map(({ kept }) => kept.length)).toEqual([1, 1, 1, 1, 1])
})

test('refuses a snapshot that is larger than the memory', async () => {
  const { opened, search } = await openEngine((snapshot) => 0.9 * expectedBytes(snapshot))
  await expect(search(0)).rejects.toThrow(
    /^cannot search the snapshot of 2026-11-04: it takes \S+ kB of memory, and explore_memory is \S+ kB\. Raise the setting\.$/,
  )
  expect(opened).toEqual([])
})

test('does not read a damaged snapshot again at once', async () => {
  const { opened, search, context } = await openEngine((snapshot) => 4 * expectedBytes(snapshot))
  await flipBit(`${context.folder}/datagouv/snapshots/${DATES[0]}/datasets.csv.gz`)
  for (let time = 0; time < 3; time++) await expect(search(0)).rejects.toThrow('cannot search 2026-11-04')
  expect(opened).toEqual([DATES[0]])
  expect((await search(1)).kept.length).toBe(1)
})
