import { appendFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSqlite } from '../../src/stores/sqlite/sqlite.ts'
import { cli } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'

const DATE = '2026-11-18'

/** A folder with editions of two dates. */
async function published(): Promise<string> {
  const cwd = await temporaryFolder()
  await writeTestFile(cwd, 'datasets.csv', datasetsCsv([{ id: 'd1', title: 'Transport', organization: 'o1' }]))
  await writeTestFile(cwd, 'organizations.csv', organizationsCsv([['o1', 'Un', 1]]))
  for (const date of ['2026-11-11', DATE]) {
    const sources = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv']
    expect(await cli(['run', '--date', date, '--quiet', ...sources], { cwd })).toMatchObject({ code: 0 })
  }
  return cwd
}

test('lists the editions that are as expected, of all dates or of the given ones', async () => {
  const cwd = await published()
  const line = (date: string) => `${date} snapshot is as expected\n${date} mobilite-transport is as expected\n`
  expect(await cli(['verify'], { cwd })).toMatchObject({ code: 0, stdout: line('2026-11-11') + line(DATE) })
  expect(await cli(['verify', DATE], { cwd })).toMatchObject({ code: 0, stdout: line(DATE) })
  expect(await cli(['verify', '--quiet'], { cwd })).toEqual({ code: 0, stdout: '', stderr: '' })
})

test('reports differences with their place and bytes, fails with 4, and repairs them with --repair', async () => {
  const cwd = await published()
  await appendFile(join(cwd, `data/datagouv/${DATE}/mobilite-transport.csv`), 'x')
  const { code, stdout, stderr } = await cli(['verify'], { cwd })
  expect([code, stdout]).toEqual([4, expect.stringContaining(`${DATE} mobilite-transport is DIFFERENT\n  `)])
  expect(stderr).toMatch(
    /^datagouv-tops: 2026-11-18 mobilite-transport is not as expected \(.*\); "verify --repair" republishes editions from their snapshots$/m,
  )
  const json = await cli(['verify', '--json'], { cwd })
  expect([json.code, JSON.parse(json.stdout).at(-1)]).toMatchObject([4, { date: DATE, status: 'different' }])
  expect(await cli(['verify', '--repair', DATE], { cwd })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`${DATE} mobilite-transport was different and has been republished`),
  })
  expect(await cli(['verify', '--quiet'], { cwd })).toMatchObject({ code: 0 })
})

test('names a run that is replacing an edition, and exits with 7', async () => {
  const cwd = await published()
  await appendFile(join(cwd, `data/datagouv/${DATE}/mobilite-transport.csv`), 'x')
  const documents = await openSqlite(join(cwd, 'data/datagouv.db'))
  await documents.acquire(`mobilite-transport/${DATE}`, { run: 'r1', host: 'elsewhere', pid: 7 }, 60_000)
  await documents.close()
  for (const args of [
    ['verify', DATE],
    ['verify', DATE, '--repair'],
  ]) {
    const { code, stdout, stderr } = await cli(args, { cwd })
    expect([code, stdout]).toEqual([7, expect.stringContaining(`${DATE} mobilite-transport is being written (`)])
    expect(stderr).toMatch(
      /^datagouv-tops: cannot verify 2026-11-18 mobilite-transport: mobilite-transport\/2026-11-18 is held by run "r1" on "elsewhere"/m,
    )
  }
})

test('cannot repair from a damaged or missing snapshot, and gives a remedy', async () => {
  const cwd = await published()
  const folder = join(cwd, 'data/datagouv/snapshots')
  await writeFile(join(folder, DATE, 'datasets.csv.gz'), 'x')
  await rm(join(folder, '2026-11-11/organizations.csv.gz'))
  const { code, stdout, stderr } = await cli(['verify'], { cwd })
  expect(code).toBe(4)
  expect(stdout).toContain('2026-11-11 snapshot is DIFFERENT\n')
  expect(stdout).toContain('organizations.csv.gz is missing, expected ')
  expect(stdout).toContain(`${DATE} snapshot is DIFFERENT\n`)
  expect(stderr).toMatch(
    /, and 1 more; restore a damaged snapshot from a backup; "fetch --date DATE --refetch" would replace it/,
  )
})

test('does not report a watch with a missing column as damage', async () => {
  const cwd = await published()
  await writeTestFile(
    cwd,
    'datagouv-tops.yaml',
    'watches: [{ name: mobilite-transport, terms: [transport], columns: [titel] }]\n',
  )
  const { code, stderr } = await cli(['verify', DATE], { cwd })
  expect(code).toBe(4)
  expect(stderr).toMatch(/datasets\.csv\.gz has no column "titel" \(found: "id", /)
  expect(stderr).not.toMatch(/DIFFERENT|damaged/)
})

test('refuses a date with nothing stored with 2; empty stores are fine', async () => {
  const cwd = await temporaryFolder()
  expect(await cli(['verify'], { cwd })).toMatchObject({
    code: 0,
    stdout: 'nothing is stored yet: "run" makes the first edition\n',
    stderr: 'warning: sqlite:./data/datagouv.db and file:./data/datagouv do not exist yet: "run" creates them\n',
  })
  expect(await cli(['verify', DATE], { cwd })).toMatchObject({
    code: 2,
    stderr: `datagouv-tops: nothing is stored for ${DATE}; sqlite:./data/datagouv.db and file:./data/datagouv do not exist yet: "run" creates them\n`,
  })
})
