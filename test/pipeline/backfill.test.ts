import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { Failure } from '../../src/errors.ts'
import { type Backfill, type BackfilledDate, backfill } from '../../src/pipeline/backfill.ts'
import { fetch } from '../../src/pipeline/pipeline.ts'
import { cli } from '../helpers/cli.ts'
import { openTestContext, type TestContext } from '../helpers/context.ts'
import { datasetsCsv, flipBit, organizationsCsv, readFolder, writeTestFile } from '../helpers/exports.ts'
import { interceptStores } from '../helpers/interception.ts'

const SPAN = { from: '2026-10-12', to: '2026-11-10' }
/** The Wednesdays of the date range, in which summer time ends. */
const WEDNESDAYS = ['2026-10-14', '2026-10-21', '2026-10-28', '2026-11-04']

const datasets = (count: number) =>
  datasetsCsv(Array.from({ length: count }, (_, i) => ({ id: `d${i}`, title: 'Mobilité', organization: 'o1' })))
const ORGANIZATIONS = organizationsCsv([['o1', 'Un', 1]])

/** Opens a context with snapshots of these dates, and no edition. */
async function fetched(dates: readonly string[], config = ''): Promise<TestContext> {
  const context = await openTestContext('2026-11-18T16:00:00Z', config)
  for (const [week, date] of dates.entries()) {
    const sources = {
      datasets: await writeTestFile(context.folder, 'datasets.csv', datasets(week + 1)),
      organizations: await writeTestFile(context.folder, 'organizations.csv', ORGANIZATIONS),
    }
    await fetch({ date, watches: context.config.watches, sources }, context)
  }
  return context
}

const go = (context: TestContext, more: Partial<Backfill> = {}) =>
  backfill({ ...SPAN, watches: context.config.watches, force: false, jobs: 1, ...more }, context, () => {})
const statuses = (dates: readonly BackfilledDate[]) => dates.map(({ date, status }) => `${date} ${status}`)

test('publishes every date with a snapshot and lists the scheduled dates without one', async () => {
  const context = await fetched(['2026-10-14', '2026-10-15', '2026-10-28', '2026-11-04'])
  expect(statuses(await go(context))).toEqual([
    '2026-10-14 published',
    '2026-10-15 published',
    '2026-10-21 no snapshot',
    '2026-10-28 published',
    '2026-11-04 published',
  ])
  expect(await context.documents.ids('tops')).toEqual(
    ['2026-10-14', '2026-10-15', '2026-10-28', '2026-11-04'].map((date) => `mobilite-transport/${date}`),
  )
  const records = await context.documents.list<{ _id: string; command: string }>('runs')
  expect(records.filter(({ command }) => command === 'backfill')).toHaveLength(4)
})

test('publishes only missing editions, and with --force all of them', async () => {
  const context = await fetched(WEDNESDAYS)
  await go(context, { to: '2026-10-20' })
  await rm(join(context.folder, 'datagouv', '2026-10-14', 'mobilite-transport.csv'))
  await go(context, { from: '2026-10-21', to: '2026-10-22' })
  expect(statuses(await go(context))).toEqual([
    '2026-10-14 published',
    '2026-10-21 there',
    '2026-10-28 published',
    '2026-11-04 published',
  ])
  expect(statuses(await go(context, { force: true }))).toEqual(WEDNESDAYS.map((date) => `${date} unchanged`))
})

test('publishes the editions of a new watch', async () => {
  const context = await fetched(WEDNESDAYS)
  await go(context)
  const more = await openTestContext(
    '2026-11-18T16:00:00Z',
    'watches: [{name: mobilite-transport, terms: [mobilité, transport]}, {name: velo, terms: [vélo]}]',
    context.folder,
  )
  expect(statuses(await go(more))).toEqual(WEDNESDAYS.map((date) => `${date} published`))
  expect(await more.documents.ids('tops')).toHaveLength(8)
})

test('reports editions whose watch has changed since', async () => {
  const context = await fetched(WEDNESDAYS)
  await go(context)
  const changed = 'watches: [{name: mobilite-transport, terms: [mobilité, transport], top: 20}]'
  const later = await openTestContext('2026-11-18T16:00:00Z', changed, context.folder)
  const outcomes = await go(later)
  expect(statuses(outcomes)).toEqual(WEDNESDAYS.map((date) => `${date} there`))
  expect(outcomes[0]!.summary).toBe(
    'has its editions; mobilite-transport made with other terms or another top: --force republishes it',
  )
})

test('continues after a date that fails', async () => {
  const context = await fetched(WEDNESDAYS)
  await flipBit(join(context.folder, 'datagouv/snapshots/2026-10-21/datasets.csv.gz'))
  const dates = await go(context)
  expect(statuses(dates)).toEqual([
    '2026-10-14 published',
    '2026-10-21 failed',
    '2026-10-28 published',
    '2026-11-04 published',
  ])
  expect(dates[1]!.error).toMatchObject({ kind: 'store' })
})

test('sums up the scheduled dates without a snapshot, however long the span is', async () => {
  const context = await fetched(['2026-10-14', '2026-11-04'])
  const gaps = (await go(context, { from: '0001-01-01', to: '9999-12-31' })).filter(({ dates }) => dates !== undefined)
  expect(gaps).toMatchObject([
    { date: '2009-01-07', until: '2026-10-07', dates: 927, status: 'no snapshot' },
    { date: '2026-10-21', until: '2026-10-28', dates: 2, status: 'no snapshot' },
    { date: '2026-11-11', until: '2026-11-18', dates: 2, status: 'no snapshot' },
  ])
})

test('publishes an edition again whose document is damaged', async () => {
  const context = await fetched(WEDNESDAYS)
  await go(context)
  const id = 'mobilite-transport/2026-10-21'
  await context.documents.replace('tops', { _id: id })
  expect(statuses(await go(context))[1]).toBe('2026-10-21 published')
  expect(await context.documents.find('tops', id)).toMatchObject({ date: '2026-10-21' })
})

test('does not prune old snapshots that it still needs', async () => {
  const context = await fetched(WEDNESDAYS)
  const forgetful = await openTestContext('2026-11-18T16:00:00Z', 'retention: 1d\n', context.folder)
  expect(statuses(await go(forgetful))).toEqual(WEDNESDAYS.map((date) => `${date} published`))
})

describe.each<[string, (world: TestContext, stop: AbortController) => Promise<unknown>]>([
  [
    'that is interrupted',
    (context, stop) =>
      backfill({ ...SPAN, watches: context.config.watches, force: false, jobs: 4 }, context, () =>
        stop.abort(new Failure('interrupted', 'interrupted')),
      ),
  ],
  [
    'of which one date ends with a bug',
    (context) =>
      backfill({ ...SPAN, watches: context.config.watches, force: false, jobs: 4 }, context, () => {
        throw new TypeError('a bug')
      }),
  ],
])('with several jobs, a backfill %s', (_, start) => {
  test('leaves no lease, no running record and no partial file when it returns', async () => {
    const context = await fetched(WEDNESDAYS)
    const stop = new AbortController()
    // The first date ends while the others are still running.
    const paused = interceptStores({ ...context, signal: stop.signal }, async (_, call) => {
      if (/^create (?!2026-10-14)/.test(call)) await sleep(500)
    })
    await expect(start({ ...context, ...paused }, stop)).rejects.toThrow()
    const records = await context.documents.list<{ _id: string; status: string }>('runs')
    const names = [...(await readFolder(join(context.folder, 'datagouv'))).keys()]
    expect({
      leases: await context.documents.ids('leases'),
      running: records.filter(({ status }) => status === 'running'),
      partials: names.filter((name) => name.endsWith('.partial')),
    }).toEqual({ leases: [], running: [], partials: [] })
  })
})

test('several jobs store the same as one', async () => {
  const context = await fetched(WEDNESDAYS)
  await go(context, { jobs: 3 })
  const other = await fetched(WEDNESDAYS)
  await go(other)
  const editions = async ({ folder }: TestContext) =>
    [...(await readFolder(join(folder, 'datagouv')))].filter(([key]) => key.endsWith('.csv'))
  expect(await editions(context)).toEqual(await editions(other))
  const runs = await context.documents.list<{ _id: string; status: string }>('runs')
  expect(runs.filter(({ status }) => status !== 'published')).toEqual([])
})

test('on the command line sums up, and a failed date decides the exit code', async () => {
  const context = await fetched(WEDNESDAYS)
  const env = {
    DATAGOUV_TOPS_ARCHIVE: `file:${join(context.folder, 'datagouv')}`,
    DATAGOUV_TOPS_DOCUMENTS: `sqlite:${join(context.folder, 'datagouv.db')}`,
  }
  const call = (...args: string[]) => cli(['backfill', ...args], { cwd: context.folder, env })
  const first = await call('--from', SPAN.from, '--to', SPAN.to, '--json')
  expect(first.code).toBe(0)
  expect(JSON.parse(first.stdout).map(({ date }: { date: string }) => date)).toEqual(WEDNESDAYS)
  expect(first.stderr).toContain('4 of 4  2026-11-04  published: 4 datasets in 2026-11-04/mobilite-transport.csv')
  const again = await call('--from', SPAN.from, '--to', SPAN.to)
  expect([again.code, again.stdout]).toEqual([
    0,
    `${SPAN.from} to ${SPAN.to}: 0 published, 4 already there, 0 without a snapshot\n`,
  ])
  for (const date of WEDNESDAYS) expect(again.stderr.split(date).length).toBe(2)
  await flipBit(join(context.folder, 'datagouv/snapshots/2026-10-21/organizations.csv.gz'))
  const second = await call('--from', SPAN.from, '--to', SPAN.to, '--force', '--quiet')
  expect([second.code, second.stdout]).toEqual([5, ''])
  expect(second.stderr).toMatch(
    /^datagouv-tops: cannot backfill 1 of 4 dates\. 2026-10-21: cannot use snapshots\/2026-10-21\/organizations\.csv\.gz .*\n$/m,
  )
  for (const [args, message] of [
    [[], /cannot backfill: no first date is given. Add --from DATE;/],
    [['--from', '2026-11-10', '--to', '2026-10-12'], /--from 2026-11-10 is later than --to 2026-10-12/],
    [['--from', 'last week'], /"last week" is not a date/],
  ] as const) {
    const { code, stderr } = await call(...args)
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)])
  }
})
