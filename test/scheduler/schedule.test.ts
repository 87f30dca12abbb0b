import { execFile } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, onTestFinished, test } from 'vitest'
import { lastScheduledDates } from '../../src/editions/calendar.ts'
import { dateIn } from '../../src/editions/date.ts'
import type { SchedulerStatus } from '../../src/scheduler/status.ts'
import { BASE_ENVIRONMENT, CLI, cli } from '../helpers/cli.ts'
import { startDaemon } from '../helpers/daemon.ts'
import { datasetsCsv, organizationsCsv, readFolder, temporaryFolder } from '../helpers/exports.ts'
import { type Fault, type ReplicaOptions, startReplica } from '../helpers/replica.ts'

const TODAY = dateIn('Europe/Paris', new Date())
const LONG_AGO = new Date(Date.now() - 5 * 86_400_000)
const FILES: ReplicaOptions['files'] = {
  datasets: {
    content: Buffer.from(datasetsCsv([{ id: 'd1', title: 'Mobilité', organization: 'o1', followers: 4 }])),
    modified: LONG_AGO,
  },
  organizations: { content: Buffer.from(organizationsCsv([['o1', 'Un', 12]])), modified: LONG_AGO },
}
const EVERY_SECOND = {
  DATAGOUV_TOPS_SCHEDULE: '* * * * * *',
  DATAGOUV_TOPS_TRY_AGAIN_AFTER: '100ms',
  DATAGOUV_TOPS_RETRIES: '0',
}
/** Never due while a test runs. */
const NEVER_DUE = { DATAGOUV_TOPS_SCHEDULE: '0 0 29 2 *', DATAGOUV_TOPS_CATCH_UP: '0' }

async function start(
  env: Record<string, string>,
  args: readonly string[] = [],
  faults: { file?: Fault; catalogue?: Fault } = {},
) {
  const cwd = await temporaryFolder()
  const portal = await startReplica({ files: FILES, fault: ({ path }) => faults[path === 'latest' ? 'file' : path] })
  onTestFinished(() => portal.close())
  const daemon = startDaemon(['schedule', ...args], { cwd, env: { DATAGOUV_TOPS_PORTAL: portal.url, ...env } })
  const runs = async () =>
    JSON.parse((await cli(['runs', '--json'], { cwd })).stdout) as { status: string; date: string }[]
  return { cwd, daemon, portal, runs }
}

describe('schedule', () => {
  test('publishes when an edition is due, prints the result, announces the next date, and exits with 0 when it is stopped', async () => {
    const { daemon, runs } = await start({ ...EVERY_SECOND, DATAGOUV_TOPS_SCHEDULE: '*/4 * * * * *' })
    await daemon.until('a second run', () => daemon.stdout.includes('nothing to do'))
    await daemon.until('the next date', () => /next edition: [^\n]*\n$/.test(daemon.stderr))
    expect(daemon.stdout).toContain(
      `published  1 dataset of 1 of the TOP 30  sqlite:./data/datagouv.db, tops, mobilite-transport/${TODAY}`,
    )
    expect(daemon.stderr).toMatch(
      new RegExp(`^next edition: \\w+day ${TODAY} at \\d\\d:\\d\\d(:\\d\\d)? \\(Europe/Paris\\), in \\d`, 'm'),
    )
    expect(await daemon.stop()).toBe(0)
    expect(daemon.stderr).toMatch(/\nstopped\n$/)
    expect((await runs()).map(({ status, date }) => [status, date]).slice(-2)).toEqual([
      ['unchanged', TODAY],
      ['published', TODAY],
    ])
  })

  test('publishes the last missed date at its start, only once', async () => {
    const plan = { schedule: '0 0 1 * *', time_zone: 'Europe/Paris' }
    const [date] = lastScheduledDates(plan, new Date(), 1)
    const { cwd, daemon, portal } = await start({ DATAGOUV_TOPS_SCHEDULE: plan.schedule }, ['--json'])
    await daemon.until('the next date', () => daemon.stderr.includes('next edition: '))
    expect(JSON.parse(daemon.stdout)).toMatchObject({ date, status: 'published' })
    expect(await daemon.stop('SIGINT')).toBe(0)

    const again = startDaemon(['schedule', '--json'], {
      cwd,
      env: { DATAGOUV_TOPS_PORTAL: portal.url, DATAGOUV_TOPS_SCHEDULE: plan.schedule },
    })
    await again.until('the next date', () => again.stderr.includes('next edition: '))
    expect(again.stdout).toBe('')
  })

  test('exits with 0 in the middle of a run, and leaves no file behind', async () => {
    const faults = { file: { stallAfter: 40 } }
    const { cwd, daemon, portal, runs } = await start(EVERY_SECOND, [], faults)
    await daemon.until('a download', () => portal.requests.some(({ path }) => path === 'file'))
    expect(await daemon.stop()).toBe(0)
    expect(daemon.stderr).toMatch(new RegExp(`\nstopped; no partial edition of ${TODAY} was published\n$`))
    expect((await runs())[0]!.status).toBe('stopped')
    const files = await readFolder(join(cwd, 'data'))
    expect([...files.keys()].filter((name) => name.startsWith('datagouv/'))).toEqual([])
  })

  test('retries until the portal is back', async () => {
    const faults: { catalogue?: Fault } = { catalogue: { status: 503 } }
    const { daemon } = await start(EVERY_SECOND, [], faults)
    await daemon.until('a second failure', () => (daemon.stderr.match(/answers 503.*; try \d in/g) ?? []).length > 1)
    delete faults.catalogue
    await daemon.until('an edition', () => daemon.stdout.includes('published'))
    expect(daemon.stderr).toMatch(
      new RegExp(
        `^error: ${TODAY}: cannot fetch http://[\\d.:]+/api/\\S+: it answers 503 \\(1 attempt\\); .*; try 2 in 0.1 s$`,
        'm',
      ),
    )
  })

  test('keeps running if the stores cannot be reached at its start', async () => {
    const cwd = await temporaryFolder()
    const portal = await startReplica({ files: FILES })
    onTestFinished(() => portal.close())
    await writeFile(join(cwd, 'data'), 'a file where the stores want a folder')
    const daemon = startDaemon(['schedule', '--json', '--health-port', '0'], {
      cwd,
      env: { ...EVERY_SECOND, DATAGOUV_TOPS_PORTAL: portal.url },
    })
    await daemon.until('a failure', () =>
      daemon.stderr.includes('cannot use the document store sqlite:./data/datagouv.db'),
    )
    expect(daemon.stdout).toBe('')
    const metrics = await fetch(`${/^health at (\S+)healthz$/m.exec(daemon.stderr)![1]}metrics`)
    expect([metrics.status, await metrics.text()]).toEqual([
      503,
      expect.stringMatching(/^cannot use the document [^\n]*\n$/),
    ])
    await rm(join(cwd, 'data'))
    await mkdir(join(cwd, 'data'))
    await daemon.until('an edition', () => daemon.stdout.includes('"published"'))
  })

  test('does not retry an export that the gate refuses, and goes on to the next date', async () => {
    const { daemon, portal } = await start({ ...EVERY_SECOND, DATAGOUV_TOPS_GATE_MAX_AGE: '2d' })
    await daemon.until('a refusal', () => daemon.stderr.includes('the export seems incomplete'))
    expect(daemon.stderr).toMatch(/gate_max_age is 2 days\); .*; no retry before the next date is due$/m)
    const seen = portal.requests.length
    await daemon.until('the next one', () => portal.requests.length > seen)
  })

  test('serves its status over HTTP, on this machine only', async () => {
    const { daemon } = await start(NEVER_DUE, ['--health-port', '0'])
    await daemon.until('the next date', () => daemon.stderr.includes('next edition: '))
    const [, url = ''] = /^health at (http:\/\/127\.0\.0\.1:\d+\/)healthz$/m.exec(daemon.stderr) ?? []
    const response = await fetch(`${url}healthz`)
    const status = (await response.json()) as SchedulerStatus
    expect([response.status, status.activity, status.next?.slice(4)]).toEqual([200, 'waiting', '-02-28T23:00:00.000Z'])
    const metrics = await fetch(`${url}metrics`)
    expect([metrics.status, await metrics.text()]).toEqual([200, expect.stringContaining('# TYPE datagouv_tops_')])
    expect((await fetch(`${url}healthz`, { method: 'POST' })).status).toBe(404)
    expect((await fetch(`${url}constructor`)).status).toBe(404)
  })

  test('ends with 0 if the reader of its output ends', async () => {
    const cwd = await temporaryFolder()
    const portal = await startReplica({ files: FILES })
    onTestFinished(() => portal.close())
    const line = `${process.execPath} ${CLI} schedule --json --quiet | head -1; echo "\${PIPESTATUS[*]}"`
    const env = { ...BASE_ENVIRONMENT, ...EVERY_SECOND, DATAGOUV_TOPS_PORTAL: portal.url }
    const { stdout } = await promisify(execFile)('bash', ['-c', line], { cwd, env, timeout: 30_000 })
    expect(stdout).toMatch(/"status":"published".*\n0 0\n$/)
  })

  test('sums up the dates that it missed if they are many', async () => {
    const { cwd, daemon: first, portal } = await start(NEVER_DUE)
    await first.until('the next date', () => first.stderr.includes('next edition: '))
    await first.stop()
    const env = { DATAGOUV_TOPS_PORTAL: portal.url }
    expect((await cli(['run', '2026-01-07', '--accept-incomplete'], { cwd, env })).code).toBe(0)
    const daemon = startDaemon(['schedule'], { cwd, env })
    await daemon.until('the missed dates', () => daemon.stderr.includes('not caught up'))
    expect(daemon.stderr).toMatch(
      /^warning: \d\d+ scheduled dates from 2026-01-14 to \d{4}-\d\d-\d\d have no edition and are not caught up \(catch_up is 1\)\. "run DATE" publishes/m,
    )
  })

  test('refuses a port that is in use', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void server.close())
    const { port } = server.address() as { port: number }
    const { code, stderr } = await cli(['schedule', '--health-port', String(port)], { cwd: await temporaryFolder() })
    expect([code, stderr]).toEqual([
      2,
      `datagouv-tops: cannot listen on 127.0.0.1, port ${port}: the port is in use. Choose another port with --health-port.\n`,
    ])
  })
})
