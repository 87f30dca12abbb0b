import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import type { Edition } from '../../src/editions/edition.ts'
import { explain, explainListed } from '../../src/explain/explain.ts'
import { indexList } from '../../src/explain/listIndex.ts'
import { openListSource } from '../../src/explain/source.ts'
import { DATE, openTestContext } from '../helpers/context.ts'
import { publishWeeks, watchWithTop } from '../helpers/weeks.ts'

/** Titles with everything that makes a record longer or shorter than its characters. */
const TITLES = [
  'Transport',
  'Transport; "en commun"',
  'Transport\r\nà la demande',
  'Transports 🚋 de l’œuvre',
  'Transport',
]

async function published() {
  const context = await openTestContext(undefined, watchWithTop(1))
  const datasets = TITLES.flatMap((title, index) => [
    { id: `d${index}`, title, organization: 'o1' },
    { id: `other${index}`, title: 'Culture', organization: 'o1' },
  ])
  await publishWeeks(context, [{ date: DATE, datasets, organizations: [['o1', 'Un', 1]] }])
  const edition = (await context.documents.find<Edition>('tops', `mobilite-transport/${DATE}`))!
  return { context, edition, watch: context.config.watches[0]! }
}

test('a listed dataset is explained from its own record as from the whole list', async () => {
  const { context, edition, watch } = await published()
  const index = await indexList(edition, context)
  const ids = TITLES.map((_, number) => `d${number}`)
  const expected = await explain(ids, edition, watch, context, openListSource)
  expect(expected.map(({ dataset }) => dataset!.record)).toEqual([1, 2, 3, 4, 5])
  for (const [number, id] of ids.entries())
    expect(await explainListed(id, edition, watch, context, index)).toEqual(expected[number])
  expect(await explainListed('other1', edition, watch, context, index)).toBeUndefined()
})

test('only the bytes of the record are read from the archive', async () => {
  const { context, edition, watch } = await published()
  const index = await indexList(edition, context)
  const { key } = edition.archive
  const csv = await text(context.archive.read(key))
  const ranges: unknown[] = []
  const read = (name: string, range?: { start: number; end: number }) => {
    if (name === key) ranges.push(range)
    return context.archive.read(name, range)
  }
  const archive = Object.create(context.archive, { read: { value: read } })
  await explainListed('d1', edition, watch, { ...context, archive }, index)
  // The index was made with the other archive, so its own reads are not counted.
  expect(ranges).toEqual([])
  const watched = await indexList(edition, { ...context, archive })
  ranges.length = 0
  await explainListed('d1', edition, watch, { ...context, archive }, watched)
  const record = csv.split('\r\n"d')[2]!
  const start = Buffer.byteLength(csv.slice(0, csv.indexOf(record) - 2))
  expect(ranges).toEqual([{ start, end: start + Buffer.byteLength(`"d${record}\r\n`) - 1 }])
})
