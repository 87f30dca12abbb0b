import { expect, test } from 'vitest'
import { findPair } from '../../src/editions/find.ts'
import { snapshotKey } from '../../src/editions/layout.ts'
import { explainChanges } from '../../src/explain/changes.ts'
import { markdownOf } from '../../src/explain/markdown.ts'
import { openTestContext } from '../helpers/context.ts'
import { publishWeeks, type Week, watchWithTop } from '../helpers/weeks.ts'

const MENTION = 'transport'
const WEEKS: readonly [Week, Week] = [
  {
    date: '2026-11-11',
    datasets: [
      { id: 'stays', title: MENTION, organization: 'o1', followers: 2 },
      { id: 'removed', title: MENTION, organization: 'o1' },
      { id: 'silenced', title: MENTION, organization: 'o1' },
      { id: 'fallen', title: MENTION, organization: 'o2' },
      { id: 'sold', title: MENTION, organization: 'o1' },
      { id: 'speaks', title: 'nothing yet', organization: 'o1' },
      { id: 'bought', title: MENTION },
      { id: 'risen', title: MENTION, organization: 'o3' },
    ],
    organizations: [
      ['o1', 'Un', 20],
      ['o2', 'Deux', 10],
      ['o3', 'Trois', 1],
    ],
  },
  {
    date: '2026-11-18',
    datasets: [
      { id: 'stays', title: MENTION, organization: 'o1', followers: 5 },
      { id: 'silenced', title: 'nothing any more', organization: 'o1' },
      { id: 'fallen', title: MENTION, organization: 'o2' },
      { id: 'sold', title: MENTION, organization: 'o9' },
      { id: 'speaks', title: MENTION, organization: 'o1' },
      { id: 'bought', title: MENTION, organization: 'o1' },
      { id: 'risen', title: MENTION, organization: 'o3' },
      { id: 'fresh', title: `<b>${MENTION}</b> | [x](javascript:alert(1))\u202e @all`, organization: 'o3' },
    ],
    organizations: [
      ['o1', 'Un', 20],
      ['o2', 'Deux', 10],
      ['o3', 'Trois', 30],
      ['o9', 'Neuf', 0],
    ],
  },
]

async function published() {
  const context = await openTestContext(undefined, watchWithTop(2))
  await publishWeeks(context, WEEKS)
  return context
}

const reasons = (datasets: readonly { dataset_id: string; reason: string | null }[]) =>
  Object.fromEntries(datasets.map(({ dataset_id, reason }) => [dataset_id, reason]))

test('every reason is found in what the archive kept of both dates', async () => {
  const context = await published()
  const { from, to } = await findPair(context, 'mobilite-transport')
  const changes = await explainChanges(from, to, context)
  expect(reasons(changes.entered)).toEqual({ fresh: 'new', speaks: 'matches', risen: 'rose', bought: 'moved' })
  expect(reasons(changes.left)).toEqual({ removed: 'removed', silenced: 'no-match', fallen: 'fell', sold: 'moved' })
  expect(changes.left.find(({ dataset_id }) => dataset_id === 'sold')).toMatchObject({ moved_to: 'o9' })
})

test('without the snapshot of a date, only changes that the list explains have a reason', async () => {
  const context = await published()
  await context.archive.remove(snapshotKey('2026-11-11'))
  const { from, to } = await findPair(context, 'mobilite-transport')
  const changes = await explainChanges(from, to, context)
  expect(reasons(changes.entered)).toEqual({ fresh: null, speaks: null, risen: 'rose', bought: 'moved' })
})

test('in Markdown, hostile titles are text and nothing else', async () => {
  const context = await published()
  const { from, to } = await findPair(context, 'mobilite-transport')
  const markdown = markdownOf(await explainChanges(from, to, context), 'https://portal.example')
  expect(markdown).toContain('## mobilite-transport, 2026-11-11 to 2026-11-18: 4 datasets entered, 4 left\n')
  expect(markdown).toContain(
    '| [&lt;b\\>transport&lt;/b\\> \\| \\[x\\]\\(javascript:alert\\(1\\)\\)  \\@all](https://portal.example/datasets/fresh/) |',
  )
})

test.each([
  [undefined, '2026-11-11', /^mobilite-transport has no edition before that of 2026-11-11/],
  [
    '2026-11-18',
    undefined,
    /^cannot compare the edition of 2026-11-18 with itself\. Name two dates, or one date before 2026-11-18\.$/,
  ],
  [
    '2026-11-04',
    undefined,
    /^there is no edition of mobilite-transport of 2026-11-04 in sqlite:\S+; the nearest are those of 2026-11-11 and 2026-11-18$/,
  ],
])('refuses to compare %s with %s', async (from, to, message) => {
  const context = await published()
  await expect(findPair(context, 'mobilite-transport', from, to)).rejects.toThrow(message)
})
