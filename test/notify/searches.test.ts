import { readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { withAnnouncement } from '../../src/notify/announce.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import { createRunRequest, DATE, openTestContext, type TestContext } from '../helpers/context.ts'
import { type DatasetCells, datasetsCsv, organizationsCsv } from '../helpers/exports.ts'
import { type Mail, startMailServer, startWebhook } from '../helpers/receivers.ts'

const BEFORE = '2026-11-11'
const BUS = { id: 'd0', title: 'Transport', organization: 'o1' }
const OLD: readonly DatasetCells[] = [BUS, { id: 'd1', title: 'Velo ancien', organization: 'o1' }]
const NEW: readonly DatasetCells[] = [BUS, { id: 'd2', title: 'Velo neuf', organization: 'o1' }]

const settings = (...targets: object[]) => `retry_pause: 5ms\nlanguage: en\nnotify: ${JSON.stringify(targets)}\n`

async function publish(context: TestContext, date: string, datasets: readonly DatasetCells[]) {
  const request = await createRunRequest(context, datasetsCsv(datasets), organizationsCsv([['o1', 'Un', 12]]))
  return withAnnouncement(run)({ ...request, date }, context)
}

/** Publishes two weeks, and returns the second mail and the body that a webhook without searches receives. */
async function twoWeeks(search: object, between: (folder: string) => Promise<unknown> = async () => {}) {
  const [mail, hook] = [await startMailServer(), await startWebhook()]
  const people = { kind: 'email', url: mail.url, from: 'a@b.c', to: ['d@e.f'], searches: [search] }
  const text = settings(people, { kind: 'webhook', url: hook.url })
  const first = await openTestContext(`${BEFORE}T16:00:00Z`, text)
  await publish(first, BEFORE, OLD)
  await between(first.folder)
  const context = await openTestContext(undefined, text, first.folder)
  expect((await publish(context, DATE, NEW)).status).toBe('published')
  expect(hook.received.at(-1)!.body).toMatchObject({ date: DATE, searches: [] })
  return { first: textOf(mail.mails[0]!), second: textOf(mail.mails[1]!), warnings: context.warnings }
}

const textOf = ({ raw }: Mail) => {
  const body = raw.slice(raw.search(/\r?\n\r?\n/)).trim()
  const bytes = /quoted-printable/i.test(raw)
    ? body.replace(/=\r?\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
    : /base64/i.test(raw)
      ? Buffer.from(body, 'base64').toString('latin1')
      : body
  return Buffer.from(bytes, 'latin1').toString('utf8').replaceAll('\r', '')
}

test('a mail lists what entered and left a search, with the reasons', async () => {
  const { first, second, warnings } = await twoWeeks({ words: ['vélo'], match: 'word' })
  expect(first).toContain('Search for “vélo”: 1 dataset in the tops')
  expect(first).toContain('There is no earlier snapshot to compare with.')
  expect(second).toContain(`
Search for “vélo”: 1 dataset in the tops
Datasets of the portal: 2. With “vélo”: 1. In the tops: 1, from 1 of the 30 most followed organizations.
Since 11 November 2026: 1 entered, 1 left, 0 moved.
Entered:
- Velo neuf (Un): new in the catalogue
Left:
- Velo ancien (Un): no longer in the catalogue`)
  expect(warnings).toEqual([])
})

test('without the snapshot of the week before, the mail says that there is nothing to compare with', async () => {
  const { second } = await twoWeeks({ words: ['vélo'] }, (folder) =>
    rm(join(folder, 'datagouv/snapshots', BEFORE), { recursive: true }),
  )
  expect(second).toContain('There is no earlier snapshot to compare with.')
})

test('a damaged snapshot of the week before is one sentence and a warning; the message arrives', async () => {
  const { second, warnings } = await twoWeeks({ words: ['vélo'] }, async (folder) => {
    const path = join(folder, 'datagouv/snapshots', BEFORE, 'snapshot.json')
    await writeFile(path, 'broken')
  })
  expect(second).toContain('There is no earlier snapshot to compare with.')
  expect(warnings.join()).toMatch(/snapshot.json in .* is not a sound snapshot/)
})

test('an earlier export with damaged bytes leaves the figures, and the message says that the changes are not known', async () => {
  const { second, warnings } = await twoWeeks({ words: ['vélo'] }, async (folder) => {
    const exports = join(folder, 'datagouv/snapshots', BEFORE)
    const name = (await readdir(exports)).find((one) => one.startsWith('datasets'))!
    await writeFile(join(exports, name), Buffer.alloc((await stat(join(exports, name))).size, 'x'))
  })
  expect(second).toContain('Search for “vélo”: 1 dataset in the tops\n')
  expect(second).toMatch(
    /^The changes since the earlier week are not known\.\ncannot search 2026-11-11: .* is damaged/m,
  )
  expect(warnings.join()).toMatch(/notifications: cannot search 2026-11-11: .* is damaged/)
})

test('the news of a search that fails has the reason', async () => {
  const { second, warnings } = await twoWeeks({ words: ['vélo'], columns: ['titel'] })
  expect(second).toContain('Search for “vélo”: this week could not be searched.\ncannot search in column "titel"')
  expect(warnings).toEqual([expect.stringMatching(/^notifications: cannot search in column "titel"/)])
})

test('a webhook receives the news as JSON', async () => {
  const hook = await startWebhook()
  const text = settings({ kind: 'webhook', url: hook.url, searches: [{ words: ['velo', 'vélo'] }] })
  const first = await openTestContext(`${BEFORE}T16:00:00Z`, text)
  await publish(first, BEFORE, OLD)
  await publish(await openTestContext(undefined, text, first.folder), DATE, NEW)
  expect(hook.received[1]!.body.searches).toMatchObject([
    {
      terms: ['velo'],
      match: 'substring',
      top: 30,
      found: { portal_datasets: 2, archived_datasets: 1, datasets: 1 },
      changes: { from: BEFORE, entered: { count: 1, first: [{ id: 'd2', reason: 'new' }] }, left: { count: 1 } },
      problem: null,
    },
  ])
})

test.each([
  [{ words: ['v'] }, 'notify[0].searches[0].words[0] is "v": it must have 2 to 64 letters'],
  [
    { words: Array.from({ length: 9 }, (_, n) => `mot${n}`) },
    'notify[0].searches[0].words must have at most 8 entries',
  ],
  [{ words: ['vélo'], top: 501 }, 'notify[0].searches[0].top is 501: it must be a whole number from 1 to 500'],
  [{ terms: ['vélo'] }, 'notify[0].searches[0] has an unknown key "terms"'],
])('the search %j is refused', async (search, message) => {
  const text = settings({ kind: 'webhook', url: 'https://a.example/s3cret', searches: [search] })
  await expect(openTestContext(undefined, text)).rejects.toThrow(message)
})
