import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../src/pipeline/pipeline.ts'
import { expiredSnapshots, prune } from '../../src/pipeline/prune.ts'
import type { RunRecord } from '../../src/runs/record.ts'
import { cli } from '../helpers/cli.ts'
import { contents, datasetsCsv, organizationsCsv, put } from '../helpers/exports.ts'
import { type TestWorld, testWorld } from '../helpers/world.ts'

const DATES = ['2026-08-05', '2026-08-12', '2026-09-02', '2026-09-30', '2026-11-11']

async function publish(world: TestWorld, date: string) {
  const sources = {
    datasets: await put(world.folder, 'datasets.csv', datasetsCsv([{ id: date, title: 'transport' }])),
    organizations: await put(world.folder, 'organizations.csv', organizationsCsv([['o1', 'Un', 1]])),
  }
  return run({ date, watches: world.config.watches, sources, refetch: false, acceptIncomplete: false }, world)
}

/** A folder with editions and snapshots of all dates, and a world in which snapshots are kept for six weeks. */
async function sixWeeks(config = 'retention: 6w\n'): Promise<TestWorld> {
  const world = await testWorld('2026-11-18T16:00:00Z')
  for (const date of DATES) await publish(world, date)
  return testWorld('2026-11-18T16:00:00Z', config, world.folder)
}

const snapshots = async ({ folder }: TestWorld) => {
  const keys = [...(await contents(join(folder, 'datagouv/snapshots'))).keys()]
  return [...new Set(keys.map((key) => key.slice(0, 10)))].sort()
}

test('says what is no longer kept, and removes it when asked', async () => {
  const world = await sixWeeks()
  const { dates, keys } = await expiredSnapshots(world)
  // That of 2026-09-30 is as old, but the last but one.
  expect(dates).toEqual(['2026-08-05', '2026-08-12', '2026-09-02'])
  expect(keys).toHaveLength(9)
  expect(await snapshots(world)).toEqual(DATES)
  expect((await prune(world)).dates).toEqual(dates)
  expect(await snapshots(world)).toEqual(['2026-09-30', '2026-11-11'])
  expect((await prune(world)).dates).toEqual([])
})

test('a run removes them once it has published, and its record names them', async () => {
  const world = await sixWeeks()
  const { run_id } = await publish(world, '2026-11-18')
  expect(await snapshots(world)).toEqual(['2026-11-11', '2026-11-18'])
  const record = await world.documents.find<RunRecord>('runs', run_id)
  expect(record!.steps.at(-1)).toMatchObject({ name: 'prune', facts: { removed: DATES.slice(0, 4) } })
})

test('never removes an edition, nor the snapshots of the last editions of any watch', async () => {
  const world = await sixWeeks()
  await world.documents.replace('tops', { _id: 'old-watch/2026-08-05' })
  await prune(world)
  expect(await snapshots(world)).toEqual(['2026-08-05', '2026-09-30', '2026-11-11'])
  const kept = [...(await contents(join(world.folder, 'datagouv'))).keys()].filter((key) => key.endsWith('.csv'))
  expect(kept.sort()).toEqual(DATES.map((date) => `${date}/mobilite-transport.csv`))
  expect(await world.documents.ids('tops')).toHaveLength(6)
})

test('keeps everything unless told otherwise', async () => {
  const world = await sixWeeks('')
  expect((await prune(world)).dates).toEqual([])
  expect(await snapshots(world)).toEqual(DATES)
})

test('passes over a date of which another run holds a lease, and removes the others', async () => {
  const world = await sixWeeks()
  const other = { run: 'r1', host: 'elsewhere', pid: 7 }
  await world.documents.acquire('2026-08-05', other, 60_000)
  await world.documents.acquire('mobilite-transport/2026-08-12', other, 60_000)
  const { dates, held } = await prune(world)
  expect(dates).toEqual(['2026-09-02'])
  expect(held.map(({ date, reason }) => [date, reason.kind])).toEqual([
    ['2026-08-05', 'held'],
    ['2026-08-12', 'held'],
  ])
  expect(await snapshots(world)).toEqual(['2026-08-05', '2026-08-12', '2026-09-30', '2026-11-11'])
  expect(await world.documents.ids('leases')).toEqual(['2026-08-05', 'mobilite-transport/2026-08-12'])
})

test('the command warns of a date that another run holds, and fails with 7 if it could remove nothing', async () => {
  const world = await sixWeeks()
  const env = { DATAGOUV_TOPS_ARCHIVE: 'file:datagouv', DATAGOUV_TOPS_DOCUMENTS: 'sqlite:datagouv.db' }
  const prune = () => cli(['prune'], { cwd: world.folder, env: { ...env, DATAGOUV_TOPS_RETENTION: '1d' } })
  await world.documents.acquire('2026-08-05', { run: 'r1', host: 'elsewhere', pid: 7 }, 60_000)
  expect(await prune()).toEqual({
    code: 0,
    stdout: 'removed 2 snapshots: 2026-08-12, 2026-09-02\n',
    stderr: expect.stringMatching(
      /^warning: cannot delete the snapshot of 2026-08-05 now: 2026-08-05 is held by run "r1"/,
    ),
  })
  expect(await prune()).toMatchObject({ code: 7, stdout: '', stderr: expect.stringContaining('is held by run "r1"') })
  expect(await snapshots(world)).toEqual(['2026-08-05', '2026-09-30', '2026-11-11'])
})

test('keeps the snapshots of the last dates that are sound, not only those that are named so', async () => {
  const world = await sixWeeks()
  await world.archive.remove('snapshots/2026-09-30/snapshot.json')
  for (const date of ['2026-11-04', '9999-99-99']) {
    await mkdir(join(world.folder, 'datagouv/snapshots', date))
    await put(world.folder, `datagouv/snapshots/${date}/snapshot.json`, '{')
  }
  await world.documents.replace('tops', { _id: 'mobilite-transport/zzzz' })
  await world.documents.replace('tops', { _id: 'mobilite-transport/9999-99-99' })
  await prune(world)
  expect(await snapshots(world)).toEqual(['2026-09-02', '2026-09-30', '2026-11-04', '2026-11-11', '9999-99-99'])
})

test('the command says what it would remove, removes it, and finds nothing then', async () => {
  const { folder: cwd } = await sixWeeks()
  const env = { DATAGOUV_TOPS_ARCHIVE: 'file:datagouv', DATAGOUV_TOPS_DOCUMENTS: 'sqlite:datagouv.db' }
  const prune = (retention: string, ...flags: string[]) =>
    cli(['prune', ...flags], { cwd, env: { ...env, DATAGOUV_TOPS_RETENTION: retention } })
  // Long before the last two, whatever the day on which this runs.
  const dates = DATES.slice(0, 3)
  const said = `3 snapshots: ${dates.join(', ')}\n`
  expect(await prune('1d', '--dry-run')).toEqual({ code: 0, stdout: `would remove ${said}`, stderr: '' })
  expect(JSON.parse((await prune('1d', '--dry-run', '--json')).stdout)).toMatchObject({ dry_run: true, dates })
  expect(await prune('all')).toMatchObject({ code: 0, stdout: 'nothing to remove: retention is "all"\n' })
  expect(await prune('1d')).toMatchObject({ code: 0, stdout: `removed ${said}` })
  expect(await prune('1d')).toMatchObject({ code: 0, stdout: 'nothing to remove: no snapshot is that old\n' })
  expect(await prune('1d', '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' })
})
