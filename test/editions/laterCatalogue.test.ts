import { expect, onTestFinished, test } from 'vitest'
import { type Edition, laterCatalogue } from '../../src/editions/edition.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import { cli } from '../helpers/cli.ts'
import { openTestContext } from '../helpers/context.ts'
import { createEdition } from '../helpers/editions.ts'
import { datasetsCsv, organizationsCsv } from '../helpers/exports.ts'
import { startReplica } from '../helpers/replica.ts'
import { serveContext } from '../helpers/serveContext.ts'

function editionFrom(date: string, last_modified: string | null, url = 'https://portal.example/export.csv'): Edition {
  const edition = createEdition(date, [])
  return { ...edition, source: { ...edition.source, datasets: { ...edition.source.datasets, last_modified, url } } }
}

test.each([
  ['on the date itself', '2026-11-18T15:59:59Z', undefined],
  ['on the next morning, when a run caught up', '2026-11-19T06:00:00Z', undefined],
  ['ten days later', '2026-11-28T06:00:00Z', '2026-11-28'],
  ['at an unknown time', null, undefined],
])('a catalogue written %s', (_, lastModified, expected) => {
  expect(laterCatalogue(editionFrom('2026-11-18', lastModified))).toBe(expected)
})

test('the time of a local file says nothing about its content', () => {
  expect(laterCatalogue(editionFrom('2026-11-18', '2026-11-28T06:00:00Z', 'file:///exports/datasets.csv'))).toBe(
    undefined,
  )
})

test('an edition of a past date that shows the portal of today says so: feed, "show" and "changes"', async () => {
  const modified = new Date('2026-11-28T05:00:00Z')
  const datasets = Buffer.from(datasetsCsv([{ id: 'd1', title: 'Transport', organization: 'o1' }]))
  const organizations = Buffer.from(organizationsCsv([['o1', 'Un', 3]]))
  const portal = await startReplica({
    files: { datasets: { content: datasets, modified }, organizations: { content: organizations, modified } },
  })
  onTestFinished(() => portal.close())
  const context = await openTestContext('2026-11-28T16:00:00Z', `portal: ${portal.url}\n`)
  for (const date of ['2026-11-18', '2026-11-28']) await run({ date, watches: context.config.watches }, context)
  const feed = await (await fetch(`${await serveContext(context)}/feed.atom?lang=en`)).text()
  expect(feed.match(/Made from the catalogue of 28 November 2026/g)).toHaveLength(1)
  const warning =
    'warning: the edition of 2026-11-18 was made from the catalogue of 2026-11-28, because none of 2026-11-18 was stored\n'
  const stores = ['--archive', 'file:datagouv', '--documents', 'sqlite:datagouv.db']
  const stderr = async (...args: string[]) => (await cli([...args, ...stores], { cwd: context.folder })).stderr
  expect(await stderr('show', '2026-11-18')).toBe(warning)
  expect(await stderr('changes')).toBe(warning)
  expect(await stderr('show', '2026-11-28')).toBe('')
})
