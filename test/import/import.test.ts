import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import type { Snapshot } from '../../src/editions/edition.ts'
import { type ImportRequest, importExports } from '../../src/import/import.ts'
import { backfill } from '../../src/pipeline/backfill.ts'
import { fetch } from '../../src/pipeline/pipeline.ts'
import { findSnapshot } from '../../src/pipeline/snapshot.ts'
import { currentProcessAsHolder } from '../../src/runs/lease.ts'
import type { RunRecord } from '../../src/runs/record.ts'
import { openTestContext, type TestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv, readFolder, writeTestFile } from '../helpers/exports.ts'
import { startReplica } from '../helpers/replica.ts'

const ORGANIZATIONS = organizationsCsv([['o1', 'Un', 5]])
const datasets = (count: number) =>
  datasetsCsv(Array.from({ length: count }, (_, i) => ({ id: `d${i}`, title: 'Mobilité', organization: 'o1' })))

let world: TestContext
let past: string

/** Writes exports of 20, 21, 22 … datasets, one more for each. */
async function putPast(...stamps: readonly string[]): Promise<void> {
  for (const [index, stamp] of stamps.entries()) {
    await writeTestFile(past, `export-dataset-${stamp}.csv.gz`, datasets(20 + index))
    await writeTestFile(past, `export-organization-${stamp}.csv`, ORGANIZATIONS)
  }
}

const go = (request: Partial<ImportRequest> = {}, context = world) =>
  importExports({ places: [past], tolerance: 0, force: false, ...request }, context, () => {})
const statuses = ({ dates }: Awaited<ReturnType<typeof go>>) => dates.map(({ date, status }) => `${date} ${status}`)
const snapshotOf = async (date: string) => (await findSnapshot(date, world)) as Snapshot
const archived = () => readFolder(join(world.folder, 'datagouv'))

beforeEach(async () => {
  world = await openTestContext()
  past = join(world.folder, 'past')
  await mkdir(past)
})

test('past exports become the snapshots of their dates in Paris, and backfill publishes their editions', async () => {
  await putPast('20260107-060000', '20260114-233000', '20260121-060000')
  await writeTestFile(past, 'readme.txt', 'foreign')
  await writeTestFile(past, 'export-reuse-20260107-060000.csv', 'foreign')
  const result = await go()
  expect(statuses(result)).toEqual(['2026-01-07 imported', '2026-01-15 imported', '2026-01-21 imported'])
  expect(result).toMatchObject({ exports: 6, foreign: 2, failed: [] })
  expect(await snapshotOf('2026-01-15')).toMatchObject({
    date: '2026-01-15',
    portal: world.config.portal,
    datasets: {
      origin: 'file',
      url: expect.stringMatching(/^file:.*\/past\/export-dataset-20260114-233000\.csv\.gz$/),
      last_modified: '2026-01-14T23:30:00.000Z',
      records: 21,
      followers: 0,
    },
    organizations: { origin: 'file', records: 1, most_followed: [{ id: 'o1' }] },
  })
  const span = { from: '2026-01-01', to: '2026-01-31', watches: world.config.watches, force: false, jobs: 1 }
  const dates = await backfill(span, world, () => {})
  expect(dates.filter(({ status }) => status === 'published').map(({ date }) => date)).toEqual([
    '2026-01-07',
    '2026-01-15',
    '2026-01-21',
  ])
  const runs = await world.documents.list<RunRecord>('runs')
  expect(runs.filter(({ command }) => command === 'import')).toHaveLength(3)
  expect(await world.documents.list('leases')).toEqual([])
})

test('the gate warns and never refuses; a missing week does no harm', async () => {
  await putPast('20250101-060000')
  await writeTestFile(past, 'export-dataset-20260101-060000.csv', datasets(10))
  await writeTestFile(past, 'export-organization-20260101-060000.csv', ORGANIZATIONS)
  expect(statuses(await go())).toEqual(['2025-01-01 imported', '2026-01-01 imported'])
  expect(world.warnings).toEqual([
    expect.stringMatching(/^2026-01-01: imported although it seems incomplete: 10 datasets where 2025-01-01 had 20/),
  ])
})

test('importing again changes and reads nothing, also from another folder', async () => {
  await putPast('20260107-060000', '20260114-060000')
  await go()
  const before = await archived()
  const runs = await world.documents.ids('runs')
  expect(statuses(await go())).toEqual(['2026-01-07 unchanged', '2026-01-14 unchanged'])
  expect(await world.documents.ids('runs')).toEqual(runs)
  const copy = join(world.folder, 'copy', 'deep')
  await mkdir(copy, { recursive: true })
  for (const [name, bytes] of await readFolder(past)) await writeFile(join(copy, name), bytes)
  expect(statuses(await go({ places: [join(world.folder, 'copy')] }))).toEqual([
    '2026-01-07 unchanged',
    '2026-01-14 unchanged',
  ])
  expect(await archived()).toEqual(before)
})

test('a damaged export fails its date, and an earlier one of the day replaces it; the others are imported', async () => {
  await putPast('20260107-060000', '20260114-060000', '20260121-060000')
  const cut = gzipSync(datasets(400)).subarray(0, 300)
  await writeFile(join(past, 'export-dataset-20260114-060000.csv.gz'), cut)
  await writeFile(join(past, 'export-dataset-20260121-180000.csv'), 'id;title\n"1";"a"x\n')
  const result = await go()
  expect(statuses(result)).toEqual(['2026-01-07 imported', '2026-01-14 failed', '2026-01-21 imported'])
  expect(result.failed.map(({ date, error }) => [date, error.kind, error.message])).toEqual([
    ['2026-01-14', 'contract', expect.stringContaining('export-dataset-20260114-060000.csv.gz')],
    ['2026-01-21', 'contract', expect.stringContaining('export-dataset-20260121-180000.csv')],
  ])
  expect((await snapshotOf('2026-01-21')).datasets.url).toMatch(/20260121-060000/)
  expect([...(await archived()).keys()].filter((key) => key.includes('2026-01-14'))).toEqual([])
  // Once it is repaired, the next import goes on.
  await writeTestFile(past, 'export-dataset-20260114-060000.csv.gz', datasets(21))
  await rm(join(past, 'export-dataset-20260121-180000.csv'))
  expect(statuses(await go())).toEqual(['2026-01-07 unchanged', '2026-01-14 imported', '2026-01-21 unchanged'])
})

test('a later export of the day replaces the imported one, an earlier one does not', async () => {
  await putPast('20260107-060000')
  await go()
  await writeTestFile(past, 'export-dataset-20260107-180000.csv', datasets(30))
  expect(statuses(await go())).toEqual(['2026-01-07 imported'])
  expect(await snapshotOf('2026-01-07')).toMatchObject({ datasets: { records: 30 } })
  await rm(join(past, 'export-dataset-20260107-180000.csv'))
  // The later datasets stay, although only the organizations and the earlier datasets are in the folder.
  expect(statuses(await go())).toEqual(['2026-01-07 unchanged'])
  expect(await snapshotOf('2026-01-07')).toMatchObject({ datasets: { records: 30 } })
})

test('keeps a snapshot from the portal, unless --force is given', async () => {
  const file = (text: string) => ({ content: Buffer.from(text), modified: new Date('2026-11-18T06:00:00Z') })
  const replica = await startReplica({ files: { datasets: file(datasets(7)), organizations: file(ORGANIZATIONS) } })
  onTestFinished(() => replica.close())
  const context = await openTestContext(undefined, `portal: ${replica.url}\n`, world.folder)
  await fetch({ date: '2026-11-18', watches: context.config.watches }, context)
  await putPast('20261118-060000')
  const kept = await go({}, context)
  expect(kept.dates).toMatchObject([
    { status: 'kept', summary: 'its snapshot came from the portal; --force replaces it' },
  ])
  expect((await snapshotOf('2026-11-18')).datasets).toMatchObject({ origin: 'portal', records: 7 })
  expect((await go({ force: true }, context)).dates).toMatchObject([{ status: 'imported', replaced: true }])
  expect((await snapshotOf('2026-11-18')).datasets).toMatchObject({ origin: 'file', records: 20 })
})

test('with a tolerance, the exports of nearby days are paired', async () => {
  await writeTestFile(past, 'export-dataset-20260107-060000.csv', datasets(5))
  await writeTestFile(past, 'export-organization-20260109-060000.csv', ORGANIZATIONS)
  expect((await go()).dates).toMatchObject([
    {
      date: '2026-01-07',
      status: 'unpaired',
      summary: 'there is no organizations export of that day; the nearest is that of 2026-01-09, 2 days away',
    },
    {
      date: '2026-01-09',
      status: 'unpaired',
      summary: 'there is no datasets export of that day; the nearest is that of 2026-01-07, 2 days away',
    },
  ])
  expect(statuses(await go({ tolerance: 2 }))).toEqual(['2026-01-07 imported'])
  expect(statuses(await go({ tolerance: 2 }))).toEqual(['2026-01-07 unchanged'])
})

test('a date that another run holds fails, and the others are imported', async () => {
  await putPast('20260107-060000', '20260114-060000')
  await world.documents.acquire('2026-01-07', { ...currentProcessAsHolder('other'), host: 'elsewhere' }, 60_000)
  const result = await go()
  expect(statuses(result)).toEqual(['2026-01-07 failed', '2026-01-14 imported'])
  expect(result.failed).toMatchObject([{ date: '2026-01-07', error: { kind: 'held' } }])
})

test('a setting of retention does not keep it from being imported', async () => {
  await putPast('20260107-060000')
  const context = await openTestContext(undefined, 'retention: 4w\n', world.folder)
  expect(statuses(await go({}, context))).toEqual(['2026-01-07 imported'])
})

describe('addresses', () => {
  test('are imported, with redirects, and a missing one fails with 3', async () => {
    const server = createServer((request, response) => {
      if (request.url === '/data/export-dataset-20260107-060000.csv')
        response.writeHead(302, { location: '/elsewhere' }).end()
      else if (request.url === '/elsewhere') response.end(datasets(9))
      else if (request.url!.includes('organization')) response.end(gzipSync(ORGANIZATIONS))
      else response.writeHead(404).end()
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/data`
    const places = ['20260107', '20260114'].flatMap((day) =>
      ['dataset', 'organization'].map((kind) => `${base}/export-${kind}-${day}-060000.csv`),
    )
    const result = await go({ places })
    expect(statuses(result)).toEqual(['2026-01-07 imported', '2026-01-14 failed'])
    expect(result.failed).toMatchObject([{ error: { kind: 'portal' } }])
    expect((await snapshotOf('2026-01-07')).datasets).toMatchObject({ origin: 'address', url: places[0], records: 9 })
    expect(statuses(await go({ places: places.slice(0, 2) }))).toEqual(['2026-01-07 unchanged'])
  })

  test('with a query: a later export from one stays, and an earlier one does not replace it', async () => {
    const server = createServer((request, response) => {
      response.end(request.url!.includes('organization') ? ORGANIZATIONS : datasets(9))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const places = ['dataset', 'organization'].map((kind) => `${base}/export-${kind}-20260107-120000.csv?version=2`)
    expect(statuses(await go({ places }))).toEqual(['2026-01-07 imported'])
    await putPast('20260107-060000')
    expect(statuses(await go())).toEqual(['2026-01-07 kept'])
  })

  test('that cannot be decoded count as files with other names', async () => {
    await expect(go({ places: ['http://127.0.0.1:1/%E0.csv'] })).rejects.toMatchObject({
      kind: 'usage',
      message: expect.stringMatching(/there is no past export \(1 file with other names: %E0\.csv\)/),
    })
  })
})

test.each([
  [
    'a folder without exports',
    () => past,
    /there is no past export \(1 file with other names: notes\.csv\)\. Exports are named export-dataset-/,
  ],
  ['a path that does not exist', () => join(past, 'none'), /there is no such file or folder\. Check the path\./],
])('%s is refused', async (_, place, message) => {
  await writeTestFile(past, 'notes.csv', 'x')
  await expect(go({ places: [place()] })).rejects.toMatchObject({
    kind: 'usage',
    message: expect.stringMatching(message),
  })
})

test('an import that stops in the middle leaves complete dates, and the next call continues it', async () => {
  await putPast('20260107-060000', '20260114-060000', '20260121-060000')
  const stop = new AbortController()
  const stopped = { ...world, signal: stop.signal }
  const importing = importExports({ places: [past], tolerance: 0, force: false }, stopped, () =>
    stop.abort(new Error('stopped')),
  )
  await expect(importing).rejects.toThrow('stopped')
  expect([...(await archived()).keys()].sort()).toEqual(
    ['datasets.csv.gz', 'organizations.csv.gz', 'snapshot.json'].map((name) => `snapshots/2026-01-07/${name}`),
  )
  expect(statuses(await go())).toEqual(['2026-01-07 unchanged', '2026-01-14 imported', '2026-01-21 imported'])
  expect(
    JSON.parse(await readFile(join(world.folder, 'datagouv/snapshots/2026-01-21/snapshot.json'), 'utf8')).date,
  ).toBe('2026-01-21')
})
