import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { run } from '../../src/pipeline/pipeline.ts'
import { expiredSnapshots, prune } from '../../src/pipeline/prune.ts'
import type { RunRecord } from '../../src/runs/record.ts'
import { formatBytes } from '../../src/text/format.ts'
import { cli } from '../helpers/cli.ts'
import { openTestContext, type TestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv, readFolder, writeTestFile } from '../helpers/exports.ts'

const DATES = ['2026-08-05', '2026-08-12', '2026-09-02', '2026-09-30', '2026-11-11']

async function publish(context: TestContext, date: string) {
  const sources = {
    datasets: await writeTestFile(context.folder, 'datasets.csv', datasetsCsv([{ id: date, title: 'transport' }])),
    organizations: await writeTestFile(context.folder, 'organizations.csv', organizationsCsv([['o1', 'Un', 1]])),
  }
  return run({ date, watches: context.config.watches, sources, refetch: false, acceptIncomplete: false }, context)
}

/** A folder with editions and snapshots of all dates, and a context that keeps snapshots for six weeks. */
async function sixWeeks(config = 'retention: 6w\n'): Promise<TestContext> {
  const context = await openTestContext('2026-11-18T16:00:00Z')
  for (const date of DATES) await publish(context, date)
  return openTestContext('2026-11-18T16:00:00Z', config, context.folder)
}

const snapshots = async ({ folder }: TestContext) => {
  const keys = [...(await readFolder(join(folder, 'datagouv/snapshots'))).keys()]
  return [...new Set(keys.map((key) => key.slice(0, 10)))].sort()
}

test('lists the expired snapshots, and removes them on request', async () => {
  const context = await sixWeeks()
  const { dates, objects } = await expiredSnapshots(context)
  // The snapshot of 2026-09-30 is as old, but it is the last but one.
  expect(dates).toEqual(['2026-08-05', '2026-08-12', '2026-09-02'])
  expect(objects).toHaveLength(9)
  expect(await snapshots(context)).toEqual(DATES)
  expect((await prune(context)).dates).toEqual(dates)
  expect(await snapshots(context)).toEqual(['2026-09-30', '2026-11-11'])
  expect((await prune(context)).dates).toEqual([])
})

test('a run removes them once it has published, and its record names them', async () => {
  const context = await sixWeeks()
  const { run_id, summary, pruned } = await publish(context, '2026-11-18')
  expect(pruned).toEqual(DATES.slice(0, 4))
  expect(summary).toMatch(/; removed 4 snapshots older than 6w, 2026-08-05 to 2026-09-30$/)
  expect(await snapshots(context)).toEqual(['2026-11-11', '2026-11-18'])
  const record = await context.documents.find<RunRecord>('runs', run_id)
  expect(record!.steps.at(-1)).toMatchObject({ name: 'prune', facts: { removed: DATES.slice(0, 4) } })
})

test('never removes an edition, nor the snapshots of the last editions of any watch', async () => {
  const context = await sixWeeks()
  await context.documents.replace('tops', { _id: 'old-watch/2026-08-05' })
  await prune(context)
  expect(await snapshots(context)).toEqual(['2026-08-05', '2026-09-30', '2026-11-11'])
  const kept = [...(await readFolder(join(context.folder, 'datagouv'))).keys()].filter((key) => key.endsWith('.csv'))
  expect(kept.sort()).toEqual(DATES.map((date) => `${date}/mobilite-transport.csv`))
  expect(await context.documents.ids('tops')).toHaveLength(6)
})

test('keeps everything by default', async () => {
  const context = await sixWeeks('')
  expect((await prune(context)).dates).toEqual([])
  expect(await snapshots(context)).toEqual(DATES)
})

test('skips a date whose lease another run holds, and removes the others', async () => {
  const context = await sixWeeks()
  const other = { run: 'r1', host: 'elsewhere', pid: 7 }
  await context.documents.acquire('2026-08-05', other, 60_000)
  await context.documents.acquire('mobilite-transport/2026-08-12', other, 60_000)
  const { dates, held } = await prune(context)
  expect(dates).toEqual(['2026-09-02'])
  expect(held.map(({ date, reason }) => [date, reason.kind])).toEqual([
    ['2026-08-05', 'held'],
    ['2026-08-12', 'held'],
  ])
  expect(await snapshots(context)).toEqual(['2026-08-05', '2026-08-12', '2026-09-30', '2026-11-11'])
  expect(await context.documents.ids('leases')).toEqual(['2026-08-05', 'mobilite-transport/2026-08-12'])
})

test('the command warns of a date that another run holds, and fails with 7 if it could remove nothing', async () => {
  const context = await sixWeeks()
  const env = { DATAGOUV_TOPS_ARCHIVE: 'file:datagouv', DATAGOUV_TOPS_DOCUMENTS: 'sqlite:datagouv.db' }
  const prune = () => cli(['prune'], { cwd: context.folder, env: { ...env, DATAGOUV_TOPS_RETENTION: '1d' } })
  await context.documents.acquire('2026-08-05', { run: 'r1', host: 'elsewhere', pid: 7 }, 60_000)
  expect(await prune()).toEqual({
    code: 0,
    stdout: expect.stringMatching(/^removed 2 snapshots \([\d.]+ kB\): 2026-08-12, 2026-09-02\n$/),
    stderr: expect.stringMatching(
      /^warning: cannot delete the snapshot of 2026-08-05 now: 2026-08-05 is held by run "r1"/,
    ),
  })
  expect(await prune()).toMatchObject({ code: 7, stdout: '', stderr: expect.stringContaining('is held by run "r1"') })
  expect(await snapshots(context)).toEqual(['2026-08-05', '2026-09-30', '2026-11-11'])
})

test('counts only sound snapshots among the last ones', async () => {
  const context = await sixWeeks()
  await context.archive.remove('snapshots/2026-09-30/snapshot.json')
  for (const date of ['2026-11-04', '9999-99-99']) {
    await mkdir(join(context.folder, 'datagouv/snapshots', date))
    await writeTestFile(context.folder, `datagouv/snapshots/${date}/snapshot.json`, '{')
  }
  await context.documents.replace('tops', { _id: 'mobilite-transport/zzzz' })
  await context.documents.replace('tops', { _id: 'mobilite-transport/9999-99-99' })
  await prune(context)
  expect(await snapshots(context)).toEqual(['2026-09-02', '2026-09-30', '2026-11-04', '2026-11-11', '9999-99-99'])
})

test('the command says what it would remove, removes it, and finds nothing then', async () => {
  const { folder: cwd } = await sixWeeks()
  const env = { DATAGOUV_TOPS_ARCHIVE: 'file:datagouv', DATAGOUV_TOPS_DOCUMENTS: 'sqlite:datagouv.db' }
  const prune = (retention: string, ...flags: string[]) =>
    cli(['prune', ...flags], { cwd, env: { ...env, DATAGOUV_TOPS_RETENTION: retention } })
  // Long before the last two, on any day that this test runs.
  const dates = DATES.slice(0, 3)
  let bytes = 0
  for (const [path, content] of await readFolder(join(cwd, 'datagouv/snapshots')))
    if (dates.includes(path.slice(0, 10))) bytes += content.length
  const said = `3 snapshots (${formatBytes(bytes)}): ${dates.join(', ')}\n`
  expect(await prune('1d', '--dry-run')).toEqual({ code: 0, stdout: `would remove ${said}`, stderr: '' })
  expect(JSON.parse((await prune('1d', '--dry-run', '--json')).stdout)).toMatchObject({ dry_run: true, dates, bytes })
  expect(await prune('all')).toMatchObject({ code: 0, stdout: 'nothing to remove: retention is "all"\n' })
  expect(await prune('1d')).toMatchObject({ code: 0, stdout: `removed ${said}` })
  expect(await prune('1d')).toMatchObject({ code: 0, stdout: 'nothing to remove: no snapshot is that old\n' })
  expect(await prune('1d', '--quiet')).toEqual({ code: 0, stdout: '', stderr: '' })
})

test('a run that removes snapshots prints how many, and of which dates', async () => {
  const { folder: cwd } = await sixWeeks()
  const env = { DATAGOUV_TOPS_ARCHIVE: 'file:datagouv', DATAGOUV_TOPS_DOCUMENTS: 'sqlite:datagouv.db' }
  const given = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv']
  const { stdout } = await cli(['run', '2026-11-18', ...given], { cwd, env: { ...env, DATAGOUV_TOPS_RETENTION: '1d' } })
  expect(stdout).toMatch(/^ {2}removed {4}4 snapshots +older than 1d, 2026-08-05 to 2026-09-30$/m)
  expect(stdout).toContain('2026-11-18\n  snapshot ')
})
