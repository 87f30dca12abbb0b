import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { expect, type TestContext, test } from 'vitest'
import { runChecker } from '../helpers/checker.ts'
import { DATASET_HEADER, datasetRow, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { type ExportFiles, openSite, type Site } from './site.ts'

const HOUR_MS = 3_600_000
/** It takes half a minute on a machine that does nothing else. */
const TIMEOUT_MS = 300_000
const [START, END] = ['2026-10-19T06:00:00Z', '2026-11-02T07:00:00Z']

interface Shape {
  readonly datasets?: number
  readonly followers?: number
  readonly without?: string
  readonly header?: string
}

/** The exports of a morning: 40 organizations, and one dataset more each day. */
function exportsOf(
  date: string,
  { datasets, followers = 1, without, header = DATASET_HEADER }: Shape = {},
): ExportFiles {
  const modified = new Date(`${date}T05:52:49Z`)
  const count = datasets ?? 200 + (modified.getTime() - Date.parse(START)) / 86_400_000
  const rows = Array.from({ length: Math.round(count) }, (_, index) => {
    return datasetRow({
      id: `d${index}`,
      title: index % 2 ? 'Transport' : 'Water',
      organization: `o${index % 40}`,
      followers: 5,
    })
  })
  const organizations = Array.from({ length: 40 }, (_, index) => {
    return [`o${index}`, `Organization ${index}`, Math.round(followers * (1_000 - 20 * index))] as const
  }).filter(([id]) => id !== without)
  return {
    datasets: { content: Buffer.from(header + rows.join('')), modified },
    organizations: { content: Buffer.from(organizationsCsv(organizations)), modified },
  }
}

const fill = (folder: string) =>
  execFileSync('sh', ['-c', `head -c 8M /dev/zero > ${join(folder, 'filler')} 2>/dev/null || true`])
const empty = (folder: string) => writeFile(join(folder, 'filler'), '')

/** What happens at an hour in Paris, before the hour passes. The commands are those of docs/operations.md. */
const EVENTS: Readonly<Record<string, (site: Site) => unknown>> = {
  // Portal down for four hours.
  '2026-10-20 16': (site) => (site.fault = () => ({ status: 503 })),
  '2026-10-20 18': async (site) => {
    const { stdout } = await site.cli('runs')
    await site.cli('runs', 'show', /^\d{8}T\S+/m.exec(stdout)![0])
    expect((await site.cli('doctor')).stdout).toMatch(/^portal +failed .*it answers 503 +check that/m)
    expect(JSON.parse(await site.curl('healthz'))).toMatchObject({ activity: 'pausing before the next try' })
  },
  '2026-10-20 20': (site) => (site.fault = undefined),
  // Export late: it appears two hours after the run.
  '2026-10-21 06': () => {},
  '2026-10-21 19': (site) => site.publish(exportsOf('2026-10-21')),
  '2026-10-21 20': (site) => site.cli('run', '--date', 'due'),
  // Half an export, well-formed, until the evening.
  '2026-10-22 06': (site) => site.publish(exportsOf('2026-10-22', { datasets: 100 })),
  '2026-10-22 20': (site) => site.publish(exportsOf('2026-10-22')),
  '2026-10-22 21': (site) => site.cli('run', '--date', 'due'),
  // Half an export, because the download ends early.
  '2026-10-23 16': (site) => {
    site.fault = ({ path, name }) => (path === 'file' && name === 'datasets' ? { body: 'id;title\r\n' } : undefined)
  },
  '2026-10-23 18': (site) => (site.fault = undefined),
  // The disk of the archive is full.
  '2026-10-24 16': (site) => fill(site.disks.archive),
  '2026-10-24 17': async (site) => {
    expect((await site.cli('doctor')).stdout).toMatch(/^archive +failed .*the disk is full +make room/m)
    await site.cli('prune')
  },
  '2026-10-24 19': (site) => empty(site.disks.archive),
  '2026-10-24 21': async (site) => expect(await site.cli('verify', 'latest')).toMatchObject({ code: 0 }),
  // The clocks are put back in the night; the scheduler is restarted.
  '2026-10-25 10': async (site) => {
    await site.stopScheduler('SIGTERM')
    site.startScheduler()
  },
  // The worker is killed in the middle of a download, and restarted in the evening.
  '2026-10-26 16': (site) => {
    site.fault = ({ path }) => {
      if (path !== 'file') return undefined
      void site.stopScheduler()
      return { stallAfter: 40 }
    }
  },
  '2026-10-26 19': async (site) => expect(await site.cli('show', 'due')).toMatchObject({ code: 2 }),
  '2026-10-26 20': (site) => {
    site.fault = undefined
    site.startScheduler()
  },
  '2026-10-26 21': async (site) => {
    expect(await site.cli('show', 'due')).toMatchObject({ code: 0 })
    expect(await site.curl('metrics')).toMatch(/^datagouv_tops_/m)
  },
  // The certificate of the portal expires, and is renewed on the evening of the next day.
  '2026-10-27 10': (site) => site.front.setExpired(true),
  '2026-10-27 20': async (site) => expect((await site.cli('doctor')).stdout).toMatch(/^portal +failed .*has expired/m),
  '2026-10-28 18': (site) => site.front.setExpired(false),
  '2026-10-28 20': (site) => site.cli('run', '--date', '2026-10-27'),
  // The disk of the documents is full.
  '2026-10-29 16': (site) => fill(site.disks.documents),
  '2026-10-29 18': async (site) =>
    expect((await site.cli('doctor')).stdout).toMatch(/^documents +failed .*the disk is full +make room/m),
  '2026-10-29 21': (site) => empty(site.disks.documents),
  // The portal renames a column for a day.
  '2026-10-30 06': (site) =>
    site.publish(exportsOf('2026-10-30', { header: DATASET_HEADER.replace('organization_id', 'organization') })),
  '2026-10-30 18': (site) => site.cli('config'),
  '2026-10-31 09': (site) => site.cli('run', '--date', '2026-10-30'),
  // Portal and webhook are down.
  '2026-10-31 16': (site) => {
    site.fault = () => ({ status: 503 })
    site.hookStatus = 502
  },
  '2026-10-31 17': (site) => (site.hookStatus = 200),
  '2026-10-31 19': (site) => (site.fault = undefined),
  // A quarter of the followers and an organization are gone, which a person believes. The portal on which editions are published refuses the key.
  '2026-11-01 06': (site) => site.publish(exportsOf('2026-11-01', { followers: 0.75, without: 'o35' })),
  '2026-11-01 17': (site) => (site.remote.fault = () => ({ status: 401 })),
  '2026-11-01 18': (site) => site.cli('run', '--date', 'due', '--accept-incomplete'),
  '2026-11-01 19': async (site) => {
    site.remote.fault = () => undefined
    await site.cli('publish-remote', '2026-11-01')
  },
  '2026-11-01 21': (site) => site.cli('changes'),
  // The export was wrong after all. The edition is taken back, and made again from the next export.
  '2026-11-02 05': (site) => site.cli('remove', '2026-11-01', '--yes'),
  '2026-11-02 07': (site) => site.cli('run', '--date', 'due', '--refetch'),
}

const LOCAL = new Intl.DateTimeFormat('sv-SE', { timeZone: 'Europe/Paris', dateStyle: 'short', timeStyle: 'short' })
/** `2026-10-20 16` */
const hourInParis = (instant: Date) => LOCAL.format(instant).slice(0, 13)

/** Each date → the notifications that arrived: `TARGET: SUBJECT`. */
const ANNOUNCED: Readonly<Record<string, readonly string[]>> = {
  '2026-10-19': ['team: 18 October 2026, 75 datasets', 'team: 19 October 2026, 75 datasets'],
  '2026-10-20': [...bothOf('no edition of 20 October 2026 yet: the run failed'), ...overOf('20 October 2026', 75)],
  '2026-10-21': ['team: 21 October 2026, 75 datasets', 'team: 21 October 2026, 76 datasets'],
  '2026-10-22': [
    ...bothOf('no edition of 22 October 2026: the completeness gate refused the export'),
    ...overOf('22 October 2026', 76),
  ],
  '2026-10-23': [...bothOf('no edition of 23 October 2026 yet: the run failed'), ...overOf('23 October 2026', 77)],
  '2026-10-24': [...bothOf('no edition of 24 October 2026 yet: the run failed'), ...overOf('24 October 2026', 77)],
  '2026-10-25': ['team: 25 October 2026, 78 datasets'],
  '2026-10-26': ['team: 26 October 2026, 78 datasets'],
  '2026-10-27': bothOf('no edition of 27 October 2026 yet: the run failed'),
  '2026-10-28': [
    'team: no edition of 27 October 2026',
    'team: no edition of 28 October 2026 yet: the run failed',
    'on call: no edition of 27 October 2026',
    'on call: no edition of 28 October 2026 yet: the run failed',
    ...overOf('28 October 2026', 79),
    ...overOf('27 October 2026', 79),
  ],
  '2026-10-29': [...bothOf('no edition of 29 October 2026 yet: the run failed'), ...overOf('29 October 2026', 80)],
  '2026-10-30': bothOf('no edition of 30 October 2026 yet: the run failed'),
  // The webhook was down at first.
  '2026-10-31': [
    ...overOf('30 October 2026', 81),
    ...bothOf('no edition of 31 October 2026 yet: the run failed'),
    ...overOf('31 October 2026', 81),
  ],
  '2026-11-01': [
    ...bothOf('no edition of 1 November 2026: the completeness gate refused the export'),
    'team: 1 November 2026, 81 datasets',
    'team: the edition of 1 November 2026 is published, but not on the portal',
    'on call: the edition of 1 November 2026 is published after all',
    'on call: the edition of 1 November 2026 is published, but not on the portal',
    ...bothOf('the edition of 1 November 2026 is on the portal after all'),
  ],
  '2026-11-02': ['team: 1 November 2026, 82 datasets'],
}

function bothOf(subject: string): string[] {
  return [`team: ${subject}`, `on call: ${subject}`]
}

function overOf(date: string, datasets: number): string[] {
  return [`team: ${date}, ${datasets} datasets`, `on call: the edition of ${date} is published after all`]
}

/** Each alert, and the first and the last hour in Paris at which it fires. */
const ALERTS: readonly (readonly [labels: string, from: string, to: string])[] = [
  ['RunFailed run', '2026-10-20 18', '2026-10-20 20'],
  ['NoEditionThisWednesday', '2026-10-20 20', '2026-10-20 20'],
  ['GateRefused run', '2026-10-22 17', '2026-10-22 21'],
  ['NoEditionThisWednesday', '2026-10-22 20', '2026-10-22 21'],
  ['RunFailed run', '2026-10-23 18', '2026-10-23 18'],
  ['RunFailed run', '2026-10-24 18', '2026-10-24 19'],
  ['NoMetrics', '2026-10-26 18', '2026-10-26 20'],
  ['NoEditionThisWednesday', '2026-10-26 20', '2026-10-26 20'],
  ['RunFailed run', '2026-10-27 18', '2026-10-28 18'],
  ['NoEditionThisWednesday', '2026-10-27 20', '2026-10-28 18'],
  // The disk is full: no run can be recorded.
  ['NoEditionThisWednesday', '2026-10-29 20', '2026-10-29 21'],
  ['RunFailed run', '2026-10-30 18', '2026-10-31 09'],
  ['NoEditionThisWednesday', '2026-10-30 20', '2026-10-31 09'],
  ['RunFailed run', '2026-10-31 18', '2026-10-31 19'],
  ['GateRefused run', '2026-11-01 17', '2026-11-01 18'],
  ['FollowersDropped', '2026-11-01 19', '2026-11-02 05'],
  ['NoEditionThisWednesday', '2026-11-02 06', '2026-11-02 07'],
]

test(
  'two weeks with a fault each day: each one is announced once, and so is its end',
  async ({ skip }) => {
    const site = await openSite(START, exportsOf('2026-10-19'), skip)
    site.startScheduler()
    for (let hour = hourInParis(site.now); site.now < new Date(END); hour = hourInParis(site.now)) {
      if (EVENTS[hour] !== undefined) await EVENTS[hour](site)
      else if (hour.endsWith(' 06')) site.publish(exportsOf(hour.slice(0, 10)))
      await site.passHour()
    }

    const announced: Record<string, string[]> = {}
    for (const { at, target, subject } of site.messages) {
      const short = subject.replace('mobilite-transport: ', '').replace(' in the tops', '')
      const date = hourInParis(at).slice(0, 10)
      announced[date] = [...(announced[date] ?? []), `${target}: ${short}`]
    }
    expect(announced).toEqual(ANNOUNCED)
    expectReasons(site)
    await expectQuietDays(site)
    await expectRunbookTried(site)
    await expectAlerts(site, skip)
  },
  TIMEOUT_MS,
)

/** Each message has the reason and what to do. */
function expectReasons({ messages }: Site): void {
  const textOf = (start: string) => messages.find(({ subject }) => subject.startsWith(start))?.text
  expect(textOf('no edition of 20 October 2026 yet')).toMatch(/it answers 503.*\nIt will be retried at 17:01/)
  expect(textOf('21 October 2026')).toContain('Warnings:\n- the portal has published nothing new since 2026-10-20')
  expect(textOf('no edition of 22 October')).toMatch(
    /100 datasets where 2026-10-21 had 202.*\n.*\n.*run --date 2026-10-22" /,
  )
  expect(textOf('no edition of 24 October')).toContain('the disk is full; make room')
  expect(textOf('no edition of 27 October 2026 yet')).toContain('its certificate has expired')
  expect(messages.find(({ subject }) => subject === 'no edition of 27 October 2026')?.text).toMatch(
    /^The retries have ended. The last error:\n.*its certificate has expired.*\n"datagouv-tops run --date 2026-10-27" /,
  )
  expect(textOf('no edition of 30 October')).toMatch(
    /no column "organization_id"[\s\S]*not be retried.\nOnce the cause is fixed, /,
  )
  expect(textOf('the edition of 1 November 2026 is published, but')).toContain(
    'publish-remote 2026-11-01" publishes it',
  )
}

/** On days without a fault, or with a clock change, the log has no warning. Each error says whether a retry follows. */
async function expectQuietDays({ log }: Site): Promise<void> {
  const problems = log.filter(({ level }) => level !== 'info')
  expect(problems.filter(({ time }) => /^2026-10-(25|26)/.test(time))).toEqual([])
  for (const { level, message } of problems)
    if (level === 'error')
      expect(message).toMatch(/^\d{4}-\d\d-\d\d: .*; (try \d+ in \d.*|no retry before the next date is due)$/)
}

/** Each command in the runbook was run against the fault for which it is there. */
async function expectRunbookTried({ commands }: Site): Promise<void> {
  const general = (command: string) =>
    command
      .replace(/\d{4}-\d\d-\d\d/, 'DATE')
      .replace(/\d{8}T\S+/, 'ID')
      .replace(' --yes', '')
      .trim()
  const page = await readFile('docs/operations.md', 'utf8')
  const written = [...page.matchAll(/(?:datagouv-tops [a-z]|curl )[^`#\n]*/g)].map(([command]) => general(command))
  expect(new Set(commands.map(general))).toEqual(new Set(written))
}

/** Evaluates the rules of deploy/ with the metrics of each hour. */
async function expectAlerts({ samples }: Site, skip: TestContext['skip']): Promise<void> {
  const atHour = (index: number) => new Date(Date.parse(START) + (index + 1) * HOUR_MS)
  const offset = atHour(0).getTime() / 1000
  const input_series = [...samples].map(([series, values]) => {
    const shifted = values.map((value) => (value !== undefined && /timestamp/.test(series) ? value - offset : value))
    const written = shifted.map((value, index) => value ?? (shifted[index - 1] === undefined ? '_' : 'stale'))
    return { series, values: written.flatMap((value) => Array(12).fill(value)).join(' ') }
  })
  const promql_expr_test = [...samples.values()][0]!.map((_, index) => {
    const hour = hourInParis(atHour(index))
    const firing = ALERTS.filter(([, from, to]) => from <= hour && hour <= to)
    const exp_samples = firing.map(([alert]) => ({ labels: labelsOf(alert), value: 1 }))
    const expr = 'count by (alertname, command) (ALERTS{alertstate="firing"})'
    return { expr, eval_time: `${index}h`, exp_samples }
  })
  const tests = [{ interval: '5m', input_series, promql_expr_test }]
  const rules = { rule_files: [resolve('deploy/prometheus/alerts.yaml')], evaluation_interval: '5m', tests }
  const file = await writeTestFile(await temporaryFolder(), 'weeks.yaml', JSON.stringify(rules))
  const { code, said } = runChecker('promtool', ['test', 'rules', file], skip)
  expect([code, said]).toEqual([0, expect.stringContaining('SUCCESS')])
}

function labelsOf(alert: string): string {
  const [name, command] = alert.split(' ')
  return `{alertname="${name}"${command === undefined ? '' : `, command="${command}"`}}`
}
