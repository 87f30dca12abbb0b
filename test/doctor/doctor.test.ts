import { readdir, readFile } from 'node:fs/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { checkNodeFixes } from '../../src/doctor/checks.ts'
import { NODE_END_OF_FIXES } from '../../src/version.ts'
import { cli } from '../helpers/cli.ts'
import { testDatabase } from '../helpers/database.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { startReplica } from '../helpers/replica.ts'
import { serviceOrSkip, uniqueName } from '../helpers/services.ts'

interface Report {
  readonly exit_code: number
  readonly checks: readonly {
    check: string
    status: string
    finding: string
    remedy: string | null
    exit_code: number
  }[]
}

async function portal(): Promise<string> {
  const files = {
    datasets: { content: Buffer.from(datasetsCsv([{ id: 'd1' }])), modified: new Date() },
    organizations: { content: Buffer.from(organizationsCsv([['o1', 'Un', 1]])), modified: new Date() },
  }
  const replica = await startReplica({ files })
  onTestFinished(() => replica.close())
  return replica.url
}

async function doctor(args: readonly string[], env: Record<string, string> = {}) {
  const cwd = await temporaryFolder()
  const { code, stdout, stderr } = await cli(['doctor', '--json', ...args], { cwd, env })
  const report: Report = JSON.parse(stdout)
  expect(report.exit_code).toBe(code)
  const failed = report.checks.filter(({ status }) => status === 'failed').map(({ check }) => check)
  return {
    cwd,
    code,
    stderr,
    report,
    failed,
    found: (check: string) => report.checks.find((one) => one.check === check),
  }
}

test('finds no problem in a working installation, and leaves nothing behind', async () => {
  const { cwd, code, stderr, failed, found } = await doctor(['--portal', await portal()])
  expect([code, stderr, failed]).toEqual([0, '', []])
  expect(found('archive')).toMatchObject({
    finding: 'an object was written to file:./data/datagouv, read and removed; the first run creates this folder',
  })
  expect(found('documents')).toMatchObject({
    finding: expect.stringMatching(/ beside sqlite:\.\/data\/datagouv\.db, .* the first run creates this file$/),
  })
  expect(found('versions')!.finding).toMatch(
    /^datagouv-tops [\d.]+, Node [\d.]+, a folder, SQLite 3[\d.]+, libsql [\d.]+(; Node \d+ has had no security fixes since [\d-]+)?$/,
  )
  expect(await readdir(cwd)).toEqual([])
})

test('names the snapshot that the completeness gate compares with, and one that it cannot use', async () => {
  const cwd = await temporaryFolder()
  await writeTestFile(cwd, 'datasets.csv', datasetsCsv([{ id: 'd1' }]))
  await writeTestFile(cwd, 'organizations.csv', organizationsCsv([['o1', 'Un', 1]]))
  const sources = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv']
  const url = await portal()
  const gate = async () => {
    const { stdout } = await cli(['doctor', '--json', '--portal', url], { cwd })
    return (JSON.parse(stdout) as Report).checks.find(({ check }) => check === 'completeness gate')
  }
  expect(await gate()).toMatchObject({ status: 'ok', finding: expect.stringMatching(/^there is no snapshot/) })
  for (const date of ['2026-11-11', '2026-11-18'])
    expect((await cli(['fetch', '--date', date, '--portal', url, ...sources], { cwd })).code).toBe(0)
  expect(await gate()).toMatchObject({
    status: 'ok',
    finding: 'the next export is compared with the snapshot of 2026-11-18: 1 dataset, 1 organization',
  })
  const { stdout } = await cli(['doctor', '--json', '--portal', url], { cwd })
  const room = (JSON.parse(stdout) as Report).checks.find(({ check }) => check === 'room for the archive')
  expect(room!.finding).toMatch(/ free; 2 snapshots take [\d.]+ kB, [\d.]+ (kB|bytes) each$/)
  await writeTestFile(cwd, 'data/datagouv/snapshots/2026-11-18/snapshot.json', '{}')
  expect(await gate()).toMatchObject({
    status: 'warning',
    finding: expect.stringMatching(
      /compared with the snapshot of 2026-11-11: .*2026-11-18\/snapshot\.json .* is not a sound/,
    ),
    remedy: 'Restore it from a backup, or delete the folder snapshots/2026-11-18',
  })
})

test('reports an unreachable portal with a remedy, and runs the other checks', async () => {
  const { code, stderr, failed, found } = await doctor(['--portal', 'http://127.0.0.1:1'])
  expect(code).toBe(3)
  expect(failed).toEqual(['portal'])
  expect(found('portal')).toMatchObject({
    finding: expect.stringMatching(/the connection is refused$/),
    remedy:
      'check that this machine reaches the portal (behind a proxy, set HTTPS_PROXY), and the settings portal and catalogue',
    exit_code: 3,
  })
  expect(found('clock and the portal')).toMatchObject({ status: 'warning', finding: 'unknown: "portal" failed' })
  expect(found('archive')).toMatchObject({ status: 'ok' })
  expect(stderr).toMatch(/^datagouv-tops: 1 of \d+ checks failed \(portal\)\. The report above has the remedies\.\n$/)
})

test('exits with the code of a refusing store rather than that of an unreachable portal', async () => {
  const { code, failed, found } = await doctor(['--portal', 'http://127.0.0.1:1', '--archive', 'file:/dev/null/x'])
  expect(code).toBe(5)
  expect(failed).toContain('archive')
  expect(found('archive')).toMatchObject({ remedy: expect.stringMatching(/^move it away, or name another folder/) })
  expect(found('documents')).toMatchObject({ status: 'ok' })
})

test('reports a wrong setting, and runs the checks that do not depend on it', async () => {
  const cwd = await temporaryFolder()
  const config = await writeTestFile(cwd, 'wrong.yaml', 'retriez: 3\n')
  const { code, found } = await doctor(['--config', config])
  expect(code).toBe(2)
  expect(found('settings')).toMatchObject({ status: 'failed', remedy: 'did you mean retries?' })
  expect(found('versions')).toMatchObject({ exit_code: 0 })
  expect(found('room for temporary files')).toMatchObject({ status: 'ok' })
})

test('warns of a line of Node whose security fixes have ended, by the dates of docs/deploy.md', async () => {
  const page = await readFile(new URL('../../docs/deploy.md', import.meta.url), 'utf8')
  const dates = [...page.matchAll(/^\| (2\d[^|]*?)(?:, active LTS|\.19 and later)? \| [^|]*? \|/gm)]
  const documented = dates.flatMap(([row, lines]) => {
    const ends = row.match(/\d{4}-\d\d-\d\d/g)!
    return lines!.split(', ').map((line, index) => [line, ends[index]])
  })
  const tested = Object.entries(NODE_END_OF_FIXES).filter(([line]) => Number(line) % 2 === 0)
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(tested))

  expect(checkNodeFixes(20, new Date('2026-04-30T23:00:00Z'), 'Node 20')).toMatchObject({ status: 'ok' })
  expect(checkNodeFixes(20, new Date('2026-05-01T00:00:00Z'), 'Node 20')).toEqual({
    status: 'warning',
    finding: 'Node 20; Node 20 has had no security fixes since 2026-04-30',
    remedy: 'install Node 26',
    exit_code: 0,
  })
  expect(checkNodeFixes(99, new Date(), 'Node 99')).toMatchObject({ status: 'ok' })
})

test('prints a table, or with --quiet only the one line of the failure', async () => {
  const cwd = await temporaryFolder()
  const args = ['doctor', '--portal', 'http://127.0.0.1:1']
  expect((await cli(args, { cwd })).stdout).toMatch(
    /^check +status +finding +what to do\nsettings +ok +watches mobilite-tr/,
  )
  const { code, stdout, stderr } = await cli([...args, '--quiet'], { cwd })
  expect([code, stdout, stderr.split('\n').length]).toEqual([3, '', 2])
})

const minio = serviceOrSkip('minio', 'doctor on a bucket')
const mongodb = serviceOrSkip('mongodb', 'doctor on MongoDB')
describe.runIf(minio && mongodb)('on MinIO and MongoDB', () => {
  test('finds the stores writable and the clocks in agreement, and --fix creates the indexes', async () => {
    const { url, database, close } = await testDatabase(mongodb!.DATAGOUV_TOPS_DOCUMENTS!)
    onTestFinished(close)
    await database.createCollection('tops')
    const args = ['--portal', await portal(), '--archive', `s3://${uniqueName()}`, '--documents', url]
    const before = await doctor(args, minio)
    expect([before.code, before.failed]).toEqual([0, []])
    expect(before.found('schema')).toMatchObject({ status: 'warning', remedy: 'run "doctor --fix"' })
    expect(before.found('archive')!.finding).toMatch(/; created the bucket tops-test-\w+$/)
    expect(before.found('clock and the archive')).toMatchObject({ finding: expect.stringMatching(/agree$/) })
    expect(before.found('clock and the documents')).toMatchObject({ finding: expect.stringMatching(/agree$/) })
    expect(before.found('versions')!.finding).toMatch(
      /MinIO at .*, @aws-sdk\/client-s3 3[\d.]+, MongoDB [\d.]+, mongodb 6/,
    )
    expect(await database.collection('leases').countDocuments()).toBe(0)

    const after = await doctor([...args, '--fix'], minio)
    expect(after.found('schema')!.finding).toMatch(/tops has its indexes/)
    expect(await database.collection('tops').listIndexes().toArray()).toHaveLength(4)
  })
})
