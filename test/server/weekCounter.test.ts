import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { watchOf } from '../../src/explore/query.ts'
import type { Searcher } from '../../src/server/explore/requests.ts'
import { createSearcher } from '../../src/server/explore/searcher.ts'
import { createSnapshots } from '../../src/server/explore/snapshots.ts'
import { WeekCounter } from '../../src/server/explore/weekCounter.ts'
import { openTestContext } from '../helpers/context.ts'
import { flipBit } from '../helpers/exports.ts'
import { publishWeeks, watchWithTop } from '../helpers/weeks.ts'

const DATES = ['2026-11-18', '2026-11-11', '2026-11-04']
const search = (word: string) => watchOf({ words: [word] })

/** A counter of three weeks. The pass over the first one that it counts waits for `release`. */
async function openCounter() {
  const context = await openTestContext(undefined, watchWithTop(1))
  const datasets = [
    { id: 'd1', title: 'Transport', organization: 'o1' },
    { id: 'd2', title: 'Mobilité et transport', organization: 'o1' },
  ]
  await publishWeeks(
    context,
    DATES.toReversed().map((date) => ({ date, datasets, organizations: [['o1', 'Un', 1]] })),
  )
  const snapshots = createSnapshots(context)
  const searcher = createSearcher((snapshot, name) => context.archive.read(snapshot[name].key), 1 << 20)
  const passes: string[] = []
  let release = () => {}
  const gate = new Promise<void>((resolve) => (release = resolve))
  const count: Searcher['count'] = async (ref, watches) => {
    passes.push(`${ref.snapshot.date} ${watches.map(({ terms }) => terms).join()}`)
    await gate
    return searcher.count(ref, watches)
  }
  const counter = new WeekCounter(snapshots, count, (line) => context.warnings.push(line))
  const counts = async (word: string) => counter.knownCounts(search(word), await snapshots.all())
  const completeCounts = async (word: string) => {
    while ((await counts(word)).length < DATES.length) await sleep(5)
    return counts(word)
  }
  return { context, counter, passes, release: () => release(), counts, completeCounts }
}

test('counts the latest week first, and all searches of a week in one pass', async () => {
  const { counter, passes, release, counts, completeCounts } = await openCounter()
  counter.start(search('transport'))
  while (passes.length === 0) await sleep(5)
  counter.start(search('mobilité'))
  counter.start(search('Mobilite'))
  expect(await counts('transport')).toEqual([])
  expect([counter.expectedSeconds(3), counter.expectedSeconds(0)]).toEqual([null, 0])
  release()
  expect(await completeCounts('transport')).toEqual(DATES.map((date) => ({ date, datasets: 2 })))
  expect(await completeCounts('mobilité')).toEqual(DATES.map((date) => ({ date, datasets: 1 })))
  expect(passes).toEqual([
    '2026-11-18 transport',
    '2026-11-18 mobilité',
    '2026-11-11 transport,mobilité',
    '2026-11-04 transport,mobilité',
  ])
  expect(counter.expectedSeconds(3)).toBeGreaterThan(0)
})

test('counts a week that cannot be read as null, with a warning, and counts the next one', async () => {
  const { context, counter, release, completeCounts } = await openCounter()
  await flipBit(`${context.folder}/datagouv/snapshots/${DATES[1]}/datasets.csv.gz`)
  release()
  counter.start(search('transport'))
  expect((await completeCounts('transport')).map(({ datasets }) => datasets)).toEqual([2, null, 2])
  expect(context.warnings.filter((line) => line.startsWith('cannot count'))).toEqual([
    expect.stringMatching(
      /^cannot count a search in the week of 2026-11-11: cannot search 2026-11-11: snapshots\/.* is damaged/,
    ),
  ])
})

test('counts at most eight searches at the same time', async () => {
  const { counter, release, completeCounts } = await openCounter()
  const words = ['aa', 'bb', 'cc', 'dd', 'ee', 'ff', 'gg', 'hh']
  for (const word of words) counter.start(search(word))
  expect(() => counter.start(search('ii'))).toThrow(
    'cannot count the weeks now: too many searches are being counted. Try again in a minute.',
  )
  counter.start(search('hh'))
  release()
  await completeCounts('hh')
  // A complete search stays in the counter until it looks for the next week.
  for (;;) {
    try {
      counter.start(search('ii'))
      break
    } catch {
      await sleep(5)
    }
  }
  expect((await completeCounts('ii')).map(({ datasets }) => datasets)).toEqual([0, 0, 0])
})
