import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { cli } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv, readFolder, temporaryFolder, writeTestFile } from '../helpers/exports.ts'

const DAYS = ['07', '14', '21', '28']

async function pastExports(records = 3): Promise<string> {
  const cwd = await temporaryFolder()
  await mkdir(join(cwd, 'past'))
  const datasets = datasetsCsv(
    Array.from({ length: records }, (_, i) => ({ id: `d${i}`, title: 'Transport', organization: 'o1' })),
  )
  for (const day of DAYS) {
    await writeTestFile(join(cwd, 'past'), `export-dataset-202601${day}-060000.csv.gz`, datasets)
    await writeTestFile(
      join(cwd, 'past'),
      `export-organization-202601${day}-060000.csv`,
      organizationsCsv([['o1', 'Un', 1]]),
    )
  }
  return cwd
}

test('import prints each date once and what to do next; backfill and verify accept the result', async () => {
  const cwd = await pastExports()
  const { code, stdout, stderr } = await cli(['import', 'past'], { cwd })
  expect([code, stdout.split('\n')]).toEqual([
    0,
    ['4 dates imported', 'run "backfill --from 2026-01-07 --to 2026-01-28" to publish their editions', ''],
  ])
  for (const [index, day] of DAYS.entries())
    expect(stderr.split(`${index + 1} of 4  2026-01-${day}  imported: 3 datasets of export-dataset`)).toHaveLength(2)
  expect(await cli(['backfill', '--from', '2026-01-01', '--to', '2026-01-31', '--quiet'], { cwd })).toMatchObject({
    code: 0,
  })
  expect(await cli(['verify', '--quiet'], { cwd })).toMatchObject({ code: 0 })
  const forced = await cli(['import', 'past', '--force', '--json'], { cwd })
  expect(JSON.parse(forced.stdout)).toMatchObject({
    exports: 8,
    foreign: 0,
    dates: [{ status: 'unchanged' }, {}, {}, {}],
  })
  await writeTestFile(join(cwd, 'past'), 'export-organization-20260107-070000.csv', organizationsCsv([['o1', 'Un', 2]]))
  expect((await cli(['import', 'past'], { cwd })).stdout).toContain(
    '1 date still has editions of the replaced snapshot: run "backfill --from 2026-01-07 --to 2026-01-07 --force" to renew them\n',
  )
})

test('import fails with 4 for a damaged file, in one line, after it has imported the others', async () => {
  const cwd = await pastExports()
  await writeFile(join(cwd, 'past', 'export-organization-20260114-060000.csv'), 'id,name\n')
  const { code, stdout, stderr } = await cli(['import', 'past', '--quiet'], { cwd })
  expect([code, stdout]).toEqual([4, ''])
  expect(stderr).toMatch(
    /^datagouv-tops: cannot import 1 of 8 past exports; 3 dates imported\. 2026-01-14: organizations export \(export-organization-20260114-060000\.csv\).*\n$/,
  )
  expect(await readdir(join(cwd, 'data/datagouv/snapshots'))).toEqual(['2026-01-07', '2026-01-21', '2026-01-28'])

  const repaired = organizationsCsv([['o1', 'Un', 1]])
  await writeTestFile(join(cwd, 'past'), 'export-organization-20260114-060000.csv', repaired)
  expect((await cli(['import', 'past'], { cwd })).stdout).toBe(
    '3 dates unchanged, 1 imported\nrun "backfill --from 2026-01-07 --to 2026-01-28" to publish their editions\n',
  )
})

test('import prints a warning that every date has once, with a count', async () => {
  const cwd = await pastExports()
  const unknown = datasetsCsv([{ id: 'd1', title: 'Transport', organization: 'o9' }])
  for (const day of DAYS) await writeTestFile(join(cwd, 'past'), `export-dataset-202601${day}-060000.csv.gz`, unknown)
  const { code, stderr } = await cli(['import', 'past'], { cwd })
  const warning = '2026-01-07: 1 dataset belongs to an organization that is not in the organizations export'
  expect([code, stderr.split('\n').filter((line) => line.startsWith('warning:'))]).toEqual([
    0,
    [`warning: ${warning}`, `warning: 3 more warnings like "${warning}"; the run records have them`],
  ])
  const runs = JSON.parse((await cli(['runs', '--json'], { cwd })).stdout)
  expect(runs.map(({ warnings }: { warnings: string[] }) => warnings.length)).toEqual([1, 1, 1, 1])
})

test('import fails with 2 if no date has both exports, and names the tolerance that pairs the nearest', async () => {
  const cwd = await temporaryFolder()
  const datasets = datasetsCsv([{ id: 'd1', title: 'Transport' }])
  await writeTestFile(cwd, 'export-dataset-20260107-060000.csv', datasets)
  await writeTestFile(cwd, 'notes.txt', 'x')
  const what = 'no date has both exports, of datasets and of organizations'
  expect(await cli(['import', '.', '--quiet'], { cwd })).toEqual({
    code: 2,
    stdout: '',
    stderr: `datagouv-tops: cannot import 1 past export: ${what}. Add the exports of the other kind.\n`,
  })
  for (const day of ['20260112', '20260131'])
    await writeTestFile(cwd, `export-organization-${day}-060000.csv`, organizationsCsv([['o1', 'Un', 1]]))
  expect((await cli(['import', '.', '--tolerance', '3d', '--quiet'], { cwd })).stderr).toBe(
    `datagouv-tops: cannot import 3 past exports: ${what}; the nearest are datasets of 2026-01-07 and organizations of 2026-01-12. Add --tolerance 5d to pair them.\n`,
  )
  const { code, stdout } = await cli(['import', '.', '--tolerance', '5d'], { cwd })
  expect([code, stdout.split('\n')[0]]).toEqual([
    0,
    '1 date imported, 1 unpaired; ignored 1 file with other names: notes.txt',
  ])
})

test.each([
  [['import'], 'cannot import: no place is given'],
  [['import', 'past', '--tolerance', '3weeks'], '--tolerance must be a number of days such as 3d, not "3weeks"'],
  [['import', 'nowhere'], 'cannot import "nowhere": there is no such file or folder'],
])('%j is refused with 2', async (args, message) => {
  const { code, stderr } = await cli(args, { cwd: await pastExports() })
  expect([code, stderr]).toEqual([2, expect.stringContaining(message)])
})

test('after an import is killed at any moment, the next one completes it', async () => {
  const whole = await pastExports(20_000)
  expect(await cli(['import', 'past', '--quiet'], { cwd: whole })).toMatchObject({ code: 0 })
  const expected = await readFolder(join(whole, 'data/datagouv'))
  const cwd = await pastExports(20_000)
  for (const ms of [250, 350, 450, 600]) {
    await cli(['import', 'past', '--quiet'], {
      cwd,
      onStart: (child) => void sleep(ms).then(() => child.kill('SIGKILL')),
    })
  }
  expect(await cli(['import', 'past', '--quiet'], { cwd })).toMatchObject({ code: 0 })
  const found = await readFolder(join(cwd, 'data/datagouv'))
  expect([...found.keys()].sort()).toEqual([...expected.keys()].sort())
  for (const [key, bytes] of found)
    if (!key.endsWith('.json')) expect([key, bytes.equals(expected.get(key)!)]).toEqual([key, true])
})
