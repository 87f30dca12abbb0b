import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import type { Context } from '../../src/context.ts'
import { Failure } from '../../src/errors.ts'
import {
  announceFailure,
  announceMissed,
  announcePublished,
  announceSkipped,
  withAnnouncement,
} from '../../src/notify/announce.ts'
import { failedNews } from '../../src/notify/news.ts'
import { announceRecovery } from '../../src/notify/recovery.ts'
import { archive, fetch, publish, run } from '../../src/pipeline/pipeline.ts'
import type { RunRequest } from '../../src/pipeline/request.ts'
import type { RunRecord } from '../../src/runs/record.ts'
import { cli } from '../helpers/cli.ts'
import { createRunRequest, DATE, openTestContext, type TestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { startMailServer, startWebhook } from '../helpers/receivers.ts'

const DATASETS = datasetsCsv([{ id: 'd1', title: 'Mobilité', organization: 'o1', followers: 4 }])
const ORGANIZATIONS = organizationsCsv([['o1', 'Un', 12]])

const notify = (...targets: object[]) => `retry_pause: 5ms\nlanguage: en\nnotify: ${JSON.stringify(targets)}\n`

async function published(context: TestContext, datasets = DATASETS) {
  const request = await createRunRequest(context, datasets, ORGANIZATIONS)
  // Each run begins a second after the one before, so that they have an order.
  const at = context.clock().getTime() + 1_000 * (await context.documents.ids('runs')).length
  return withAnnouncement(run)(request, { ...context, clock: () => new Date(at) })
}

const lastRun = async ({ documents }: TestContext) =>
  (await documents.list<RunRecord>('runs', { descending: true, limit: 1 }))[0]!

describe('the notification of an edition', () => {
  test('reaches a webhook as JSON, Slack as text, and people by e-mail; the run record says so', async () => {
    const [hook, slack, mail] = [await startWebhook(), await startWebhook(), await startMailServer()]
    const context = await openTestContext(
      undefined,
      notify(
        { kind: 'webhook', url: `${hook.url}/hook` },
        { kind: 'slack', url: `${slack.url}/services/T0/B0`, name: 'team' },
        { kind: 'email', url: mail.url, from: 'tops@example.org', to: ['a@example.org', 'b@example.org'] },
      ),
    )
    const { run_id } = await published(context)

    expect(hook.received).toMatchObject([
      {
        path: '/hook',
        headers: { 'content-type': 'application/json' },
        body: {
          event: 'published',
          date: DATE,
          subject: '18 November 2026, mobilite-transport: 1 dataset in the tops',
          editions: [{ watch: 'mobilite-transport', run_id, datasets: 1, archived_datasets: 1, changes: null }],
        },
      },
    ])
    expect(Object.keys(slack.received[0]!.body)).toEqual(['text'])
    expect(slack.received[0]!.body.text).toMatch(/^\*18 November 2026, mobilite-transport: 1 dataset in the tops\*\n/)
    const [letter] = mail.mails
    expect([letter!.from, letter!.to]).toEqual(['tops@example.org', ['a@example.org', 'b@example.org']])
    expect(letter!.raw).toMatch(/^Subject: \[datagouv-tops\] 18 November 2026, mobilite-transport: 1 dataset/m)
    expect((await lastRun(context)).notifications).toMatchObject([
      { event: 'published', target: `webhook ${new URL(hook.url).host}`, status: 'sent', tries: 1, error: null },
      { event: 'published', target: 'team', status: 'sent' },
      { event: 'published', target: `email ${new URL(mail.url).host}`, status: 'sent' },
    ])
  })

  test('is sent once, and again only after a change, with the changes since the previous edition', async () => {
    const hook = await startWebhook()
    const settings = notify({ kind: 'webhook', url: hook.url })
    const first = await openTestContext('2026-11-11T16:00:00Z', settings)
    const week = await createRunRequest(first, DATASETS, ORGANIZATIONS)
    await withAnnouncement(run)({ ...week, date: '2026-11-11' }, first)

    const context = await openTestContext(undefined, settings, first.folder)
    const more = datasetsCsv([{ id: 'd2', title: 'Transport', organization: 'o1' }])
    await published(context, more)
    await published(context, more)
    await announcePublished(DATE, context.config.watches, context)
    expect(hook.received.map(({ body }) => [body.date, body.editions[0].changes?.from])).toEqual([
      ['2026-11-11', undefined],
      [DATE, '2026-11-11'],
    ])
    expect(hook.received[1]!.body.editions[0].changes).toMatchObject({
      entered: {
        count: 1,
        first: [{ id: 'd2', title: 'Transport', organization: 'Un', url: 'https://www.data.gouv.fr/datasets/d2/' }],
      },
      left: { count: 1, first: [{ id: 'd1' }] },
    })

    await published(context, DATASETS)
    expect(hook.received).toHaveLength(3)
  })

  test('has the warnings that the edition before did not have', async () => {
    const hook = await startWebhook()
    const settings = notify({ kind: 'webhook', url: hook.url })
    const lonely = datasetsCsv([{ id: 'd1', title: 'Mobilité', organization: 'gone' }])
    const first = await openTestContext('2026-11-11T16:00:00Z', settings)
    await withAnnouncement(run)(
      { ...(await createRunRequest(first, lonely, ORGANIZATIONS)), date: '2026-11-11' },
      first,
    )
    const context = await openTestContext(undefined, settings, first.folder)
    const repeated = organizationsCsv([
      ['o1', 'Un', 12],
      ['o1', 'Un', 12],
    ])
    await withAnnouncement(run)(await createRunRequest(context, lonely, repeated), context)
    expect(hook.received.map(({ body }) => body.editions[0].warnings)).toEqual([
      ['1 dataset belongs to an organization that is not in the organizations export'],
      [expect.stringContaining('o1')],
    ])
  })

  test('is sent once, even if several processes would send it at the same time', async () => {
    const hook = await startWebhook()
    const context = await openTestContext(undefined, notify({ kind: 'webhook', url: hook.url, events: ['failed'] }))
    await published(context)
    const settings = notify({ kind: 'webhook', url: hook.url })
    const worlds = await Promise.all(
      Array.from({ length: 4 }, () => openTestContext(undefined, settings, context.folder)),
    )
    const sent = await Promise.all(worlds.map((one) => announcePublished(DATE, one.config.watches, one)))
    expect(sent.flat()).toHaveLength(1)
    expect(hook.received).toHaveLength(1)
    expect(await context.documents.ids('leases')).toEqual([])
  })

  test('waits for a process that sends notifications for the same date', async () => {
    const hook = await startWebhook()
    const context = await openTestContext(undefined, notify({ kind: 'webhook', url: hook.url, events: ['failed'] }))
    await published(context)
    const sending = await openTestContext(undefined, notify({ kind: 'webhook', url: hook.url }), context.folder)
    await sending.documents.acquire(`notify/${DATE}`, { run: 'x', host: 'elsewhere', pid: 1 }, 60_000)
    const sent = announcePublished(DATE, sending.config.watches, sending)
    await sleep(600)
    expect(hook.received).toEqual([])
    await sending.documents.release(`notify/${DATE}`, 'x')
    expect(await sent).toHaveLength(1)
    expect(hook.received).toHaveLength(1)
  })

  test('is sent once per watch by runs of several watches that end at the same time', async () => {
    const hook = await startWebhook({ pauseMs: 300 })
    const names = ['bus', 'velo', 'train', 'metro']
    const watches = names.map((name) => ({ name, terms: ['mobilité'] }))
    const settings = `${notify({ kind: 'webhook', url: hook.url })}watches: ${JSON.stringify(watches)}\n`
    const context = await openTestContext(undefined, settings)
    const request = await createRunRequest(context, DATASETS, ORGANIZATIONS)
    await fetch(request, context)
    // Each run stores its own edition of the same snapshot.
    const steps = context.config.watches.map(async (watch) => {
      const own = await openTestContext(undefined, settings, context.folder)
      return withAnnouncement(archiveAndPublish)({ date: DATE, watches: [watch] }, own)
    })
    await Promise.all(steps)
    const notified = hook.received.flatMap(({ body }) => body.editions.map(({ watch }: { watch: string }) => watch))
    expect(notified.sort()).toEqual([...names].sort())
  })

  test('is not sent again after "notify" has changed a record that a run then closes', async () => {
    const hook = await startWebhook()
    const context = await openTestContext(undefined, notify({ kind: 'webhook', url: hook.url }))
    const request = await createRunRequest(context, DATASETS, ORGANIZATIONS)
    const documents = context.documents
    const interrupted = new Proxy(documents, {
      get: (target, name) => {
        if (name !== 'compareAndSwap') return Reflect.get(target, name).bind?.(target) ?? Reflect.get(target, name)
        return async (...args: Parameters<typeof documents.compareAndSwap>) => {
          const swapped = await target.compareAndSwap(...args)
          if (args[0] === 'tops') await announcePublished(DATE, context.config.watches, context)
          return swapped
        }
      },
    })
    await withAnnouncement(run)(request, { ...context, documents: interrupted })
    expect(hook.received).toHaveLength(1)
    expect(await lastRun(context)).toMatchObject({ status: 'published', notifications: [{ status: 'sent' }] })
  })
})

async function archiveAndPublish(request: RunRequest, context: Context) {
  await archive(request, context)
  return publish(request, context)
}

describe('a message that does not arrive', () => {
  test('is retried if that can help, and never fails the run', async () => {
    const hook = await startWebhook(503, 429)
    const context = await openTestContext(undefined, notify({ kind: 'webhook', url: hook.url }))
    await published(context)
    expect(hook.received).toHaveLength(3)
    expect(new Set(hook.received.map(({ body }) => body.id)).size).toBe(1)
    expect((await lastRun(context)).notifications).toMatchObject([{ status: 'sent', tries: 3 }])
  })

  test.each([
    [404, 1],
    [302, 1],
    [500, 3],
  ])('after %d stops after %d tries, and is sent next time', async (code, tries) => {
    const hook = await startWebhook(...Array(tries).fill(code))
    const context = await openTestContext(
      undefined,
      notify({ kind: 'slack', url: `${hook.url}/services/S3CRET`, name: 'team' }),
    )
    expect((await published(context)).status).toBe('published')
    expect(context.warnings).toEqual([`cannot notify team: it answers ${code}`])
    expect(await lastRun(context)).toMatchObject({
      status: 'published',
      notifications: [{ target: 'team', status: 'failed', tries, error: `it answers ${code}` }],
    })
    expect(hook.received.map(({ path }) => path)).toEqual(Array(tries).fill('/services/S3CRET'))
    await published(context)
    expect((await lastRun(context)).status).toBe('unchanged')
    expect(hook.received).toHaveLength(tries + 1)
  })

  test('to a closed port records the reason', async () => {
    const context = await openTestContext(
      undefined,
      notify({ kind: 'webhook', url: 'http://127.0.0.1:59999/x', name: 'w' }),
    )
    await published(context)
    expect(context.warnings).toEqual(['cannot notify w: the connection is refused'])
  })

  test('by e-mail is retried after a temporary refusal, with the same id', async () => {
    const mail = await startMailServer(451)
    const context = await openTestContext(
      undefined,
      notify({ kind: 'email', url: mail.url, from: 'a@b.c', to: ['d@e.f'] }),
    )
    await published(context)
    expect([mail.tries, mail.mails.length]).toEqual([2, 1])
    expect((await lastRun(context)).notifications).toMatchObject([{ status: 'sent', tries: 2 }])
    expect(mail.mails[0]!.raw).toMatch(/^Message-ID: <[0-9a-f]{24}@datagouv-tops>$/m)
  })

  test('by e-mail is not retried after a wrong password, which is never repeated', async () => {
    const mail = await startMailServer()
    const url = mail.url.replace('p%40ss%20word', 'hunter%40hunter')
    const context = await openTestContext(
      undefined,
      notify({ kind: 'email', url, from: 'a@b.c', to: ['d@e.f'], name: 'm' }),
    )
    await published(context)
    expect(context.warnings).toEqual([expect.stringMatching(/^cannot notify m: EAUTH: .*wrong password$/)])
    expect(JSON.stringify([context.warnings, await lastRun(context)])).not.toMatch(/hunter/)
  })
})

describe('a failure', () => {
  test('is sent once with its kind, and recorded by the run that failed', async () => {
    const hook = await startWebhook()
    const context = await openTestContext(undefined, notify({ kind: 'webhook', url: hook.url }))
    const broken = () => published(context, DATASETS.replace(';', '"'))
    await expect(broken()).rejects.toMatchObject({ kind: 'contract' })
    await expect(broken()).rejects.toMatchObject({ kind: 'contract' })
    expect(hook.received.map(({ body }) => [body.event, body.kind, body.exit_code, body.date])).toEqual([
      ['failed', 'contract', 4, DATE],
    ])
    const [second, first] = await context.documents.list<RunRecord>('runs', { descending: true })
    expect([first!.notifications?.length, second!.notifications]).toEqual([1, undefined])

    await published(context)
    await expect(broken()).rejects.toMatchObject({ kind: 'contract' })
    expect(hook.received.map(({ body }) => body.event)).toEqual(['failed', 'published', 'failed'])
  })

  test('of the gate has its own event', async () => {
    const hook = await startWebhook()
    const context = await openTestContext(undefined, notify({ kind: 'webhook', url: hook.url, events: ['refused'] }))
    await announceFailure(failedNews(DATE, new Failure('portal', 'away')), undefined, context)
    await announceFailure(failedNews(DATE, new Failure('gate', 'fewer'), null), undefined, context)
    expect(hook.received.map(({ body }) => [body.event, body.again])).toEqual([['refused', null]])
  })

  test('is also sent when the stores are unreachable', async () => {
    const hook = await startWebhook()
    const { config, clock, report, signal } = await openTestContext(
      undefined,
      notify({ kind: 'webhook', url: hook.url }),
    )
    for (const attempt of ['first', 'second'])
      await announceFailure(failedNews(DATE, new Failure('store', attempt)), undefined, {
        config,
        clock,
        report,
        signal,
      })
    await announceSkipped([DATE], { config, clock, report, signal })
    expect(hook.received.map(({ body }) => body.event)).toEqual(['failed', 'failed', 'missed'])
    expect(hook.received[1]!.body.id).toBe(hook.received[0]!.body.id)
  })

  test('is not sent if another run is working on the date', async () => {
    const hook = await startWebhook()
    const context = await openTestContext(undefined, notify({ kind: 'webhook', url: hook.url }))
    await context.documents.acquire(DATE, { run: 'x', host: 'elsewhere', pid: 1 }, 60_000)
    await expect(published(context)).rejects.toMatchObject({ kind: 'held' })
    expect(hook.received).toEqual([])
  })
})

describe('the end of a failure', () => {
  const onCall = ['failed', 'refused', 'missed', 'remote_failed', 'recovered']

  test('is sent to the target that was notified of the failure, unless it is notified of the edition', async () => {
    const [both, watchman] = [await startWebhook(), await startWebhook()]
    const context = await openTestContext(
      undefined,
      notify({ kind: 'webhook', url: both.url }, { kind: 'webhook', url: watchman.url, events: onCall }),
    )
    await expect(published(context, DATASETS.replace(';', '"'))).rejects.toMatchObject({ kind: 'contract' })
    await published(context)
    await published(context)
    expect(both.received.map(({ body }) => body.event)).toEqual(['failed', 'published'])
    expect(watchman.received.map(({ body }) => [body.event, body.after])).toEqual([
      ['failed', undefined],
      ['recovered', 'failed'],
    ])
    expect((await lastRun(context)).notifications).toBe(undefined)
  })

  test('is not sent while another watch of the date has no edition', async () => {
    const hook = await startWebhook()
    const watches = ['bus', 'velo'].map((name) => ({ name, terms: ['mobilité'] }))
    const settings = `${notify({ kind: 'webhook', url: hook.url, events: onCall })}watches: ${JSON.stringify(watches)}\n`
    const context = await openTestContext(undefined, settings)
    await expect(published(context, DATASETS.replace(';', '"'))).rejects.toMatchObject({ kind: 'contract' })
    const request = await createRunRequest(context, DATASETS, ORGANIZATIONS)
    const later = { ...context, clock: () => new Date('2026-11-18T16:05:00Z') }
    await withAnnouncement(run)({ ...request, watches: [context.config.watches[0]!] }, later)
    expect(hook.received.map(({ body }) => body.event)).toEqual(['failed'])
    await withAnnouncement(run)(request, { ...context, clock: () => new Date('2026-11-18T16:10:00Z') })
    expect(hook.received.map(({ body }) => body.event)).toEqual(['failed', 'recovered'])
  })

  test('is sent once for several watches that failed and succeeded one by one', async () => {
    const hook = await startWebhook()
    const watches = ['bus', 'velo'].map((name) => ({ name, terms: ['mobilité'] }))
    const settings = `${notify({ kind: 'webhook', url: hook.url, events: onCall })}watches: ${JSON.stringify(watches)}\n`
    const context = await openTestContext(undefined, settings)
    let minute = 0
    const runOf = async (watch: number, datasets: string) => {
      const request = await createRunRequest(context, datasets, ORGANIZATIONS)
      const at = new Date(context.clock().getTime() + 60_000 * minute++)
      return withAnnouncement(run)(
        { ...request, watches: [context.config.watches[watch]!] },
        { ...context, clock: () => at },
      ).catch(() => {})
    }
    for (const watch of [0, 1]) await runOf(watch, DATASETS.replace(';', '"'))
    for (const watch of [0, 1]) await runOf(watch, DATASETS)
    expect(hook.received.map(({ body }) => body.event)).toEqual(['failed', 'recovered'])
    const runs = await context.documents.list<RunRecord>('runs', {})
    expect(runs.map(({ notifications = [] }) => notifications.length)).toEqual([1, 0, 0, 1])
  })

  test('is sent after a failure that the store could not record', async () => {
    const hook = await startWebhook()
    const context = await openTestContext(undefined, notify({ kind: 'webhook', url: hook.url, events: onCall }))
    const unsaved = await announceFailure(failedNews(DATE, new Failure('store', 'full'), null), undefined, context)
    await run(await createRunRequest(context, DATASETS, ORGANIZATIONS), context)
    await announceRecovery(DATE, context, { unsaved })
    expect(hook.received.map(({ body }) => body.event)).toEqual(['failed', 'recovered'])
  })
})

test('a missed date is not announced again when the scheduler restarts', async () => {
  const hook = await startWebhook()
  const context = await openTestContext(undefined, notify({ kind: 'webhook', url: hook.url }))
  const failure = await published(context, DATASETS.replace(';', '"')).catch((error: Failure) => error)
  await announceMissed(DATE, failure as Failure, context)
  await announceSkipped([DATE], context)
  await announceSkipped(['2026-11-11', DATE], context)
  expect(hook.received.map(({ body }) => [body.event, body.dates])).toEqual([
    ['failed', undefined],
    ['missed', [DATE]],
    ['missed', ['2026-11-11']],
  ])
})

test('text from outside is plain text in Slack and in mail', async () => {
  const [slack, mail] = [await startWebhook(), await startMailServer()]
  const context = await openTestContext(
    '2026-11-11T16:00:00Z',
    notify(
      { kind: 'slack', url: slack.url },
      { kind: 'email', url: mail.url, from: 'tops@example.org', to: ['a@example.org'] },
    ),
  )
  const organizations = organizationsCsv([['o1', 'Un\r\nBcc: x@y.z', 1]])
  const first = await createRunRequest(
    context,
    datasetsCsv([{ id: 'd0', title: 'Bus transport', organization: 'o1' }]),
    organizations,
  )
  await withAnnouncement(run)({ ...first, date: '2026-11-11' }, context)
  const title = '<!channel> @all `code` *transport* [x](http://evil.example)\u202e\u0007 <http://evil.example|click>'
  const request = await createRunRequest(context, datasetsCsv([{ id: 'd1', title, organization: 'o1' }]), organizations)
  await withAnnouncement(run)(request, context)

  const line = slack.received[1]!.body.text.split('\n').find((line: string) => line.includes('channel'))
  expect(line).toBe(
    '- `‹!channel› @all ’code’ *transport* [x](http://evil.example)  ‹http://evil.example|click›` (`Un Bcc: x@y.z`)',
  )
  expect(mail.mails.map(({ to }) => to)).toEqual([['a@example.org'], ['a@example.org']])
  expect(mail.mails[1]!.raw).not.toMatch(/^Bcc:/m)
})

describe('the command line', () => {
  async function project(...targets: object[]) {
    const cwd = await temporaryFolder()
    await writeTestFile(cwd, 'datasets.csv', DATASETS)
    await writeTestFile(cwd, 'organizations.csv', ORGANIZATIONS)
    await writeTestFile(cwd, 'datagouv-tops.yaml', notify(...targets))
    const sources = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv']
    return { cwd, runArgs: ['run', '--date', DATE, ...sources] }
  }

  test('"run" announces its edition; "notify" reaches only the targets that were not notified', async () => {
    const [first, second] = [await startWebhook(), await startWebhook()]
    const { cwd, runArgs } = await project({ kind: 'webhook', url: first.url, name: 'one' })
    expect((await cli(runArgs, { cwd })).code).toBe(0)
    const targets = [
      { kind: 'webhook', url: first.url, name: 'one' },
      { kind: 'webhook', url: second.url, name: 'two' },
    ]
    const env = { DATAGOUV_TOPS_NOTIFY: JSON.stringify(targets) }
    const result = await cli(['notify', '--date', DATE, '--json'], { cwd, env })
    expect(JSON.parse(result.stdout)).toMatchObject({ date: DATE, notifications: [{ target: 'two', status: 'sent' }] })
    const again = await cli(['notify', '--date', DATE], { cwd, env })
    expect(again).toMatchObject({ code: 0, stdout: `${DATE}: every target has been notified\n` })
    expect([first.received.length, second.received.length]).toEqual([1, 1])
  })

  test('"notify" reports failed steps, and a date without a run', async () => {
    const hook = await startWebhook()
    const { cwd } = await project({ kind: 'webhook', url: hook.url, name: 'one' })
    const missed = await cli(['notify', '--date', '2026-11-04'], { cwd })
    expect(missed).toMatchObject({ code: 0, stdout: '2026-11-04  missed  one: sent\n' })
    const never = await cli(['notify', '--date', '2026-11-05'], { cwd })
    expect(never).toMatchObject({ code: 0, stdout: '2026-11-05: there is no edition, and nothing new to notify of\n' })
    await writeTestFile(cwd, 'broken.csv', 'id;title\r\n')
    const sources = ['--datasets', 'broken.csv', '--organizations', 'organizations.csv']
    expect((await cli(['fetch', '--date', DATE, ...sources], { cwd })).code).toBe(4)
    expect(hook.received).toHaveLength(1)
    for (const stdout of [
      `${DATE}  failed  one: sent\n`,
      `${DATE}: there is no edition, and nothing new to notify of\n`,
    ]) {
      expect(await cli(['notify', '--date', DATE], { cwd })).toMatchObject({ code: 0, stdout })
    }
    expect(hook.received.map(({ body }) => body.event)).toEqual(['missed', 'failed'])
  })

  test('"notify" sends to a changed address of a target, and knows the records of earlier versions', async () => {
    const hook = await startWebhook()
    const { cwd, runArgs } = await project({ kind: 'webhook', url: `${hook.url}/old` })
    expect((await cli(runArgs, { cwd })).code).toBe(0)
    const to = (path: string) => ({
      DATAGOUV_TOPS_NOTIFY: JSON.stringify([{ kind: 'webhook', url: `${hook.url}${path}` }]),
    })
    expect((await cli(['notify', DATE], { cwd, env: to('/new') })).stdout).toMatch(/ published {2}webhook \S+: sent\n$/)
    expect((await cli(['notify', DATE], { cwd, env: to('/new') })).stdout).toContain('every target has been notified')
    expect(hook.received.map(({ path }) => path)).toEqual(['/old', '/new'])

    const context = await openTestContext(undefined, '', await temporaryFolder(), {
      DATAGOUV_TOPS_NOTIFY: JSON.stringify([{ kind: 'webhook', url: hook.url }]),
    })
    await published(context)
    const run = await lastRun(context)
    expect(run.notifications).toMatchObject([{ address_hash: expect.stringMatching(/^[0-9a-f]{8}$/) }])
    const notifications = run.notifications!.map(({ address_hash: _, ...rest }) => rest)
    await context.documents.replace('runs', { ...run, notifications } as RunRecord)
    expect(await announcePublished(DATE, context.config.watches, context)).toEqual([])
  })

  test('"notify" fails with 5 if a message does not arrive, and reports the others; "run" does not fail', async () => {
    const [good, bad] = [await startWebhook(), await startWebhook(404, 404)]
    const { cwd, runArgs } = await project({ kind: 'webhook', url: bad.url, name: 'bad' })
    expect((await cli(runArgs, { cwd })).code).toBe(0)
    const targets = [
      { kind: 'webhook', url: good.url, name: 'good' },
      { kind: 'webhook', url: bad.url, name: 'bad' },
    ]
    const env = { DATAGOUV_TOPS_NOTIFY: JSON.stringify(targets) }
    const { code, stdout, stderr } = await cli(['notify', DATE], { cwd, env })
    expect([code, stdout]).toEqual([5, ''])
    expect(stderr).toBe(
      'warning: cannot notify bad: it answers 404\npublished  good: sent\n' +
        `datagouv-tops: cannot notify 1 of 2 targets: bad (it answers 404). "notify ${DATE}" sends what is missing.\n`,
    )
    expect(await cli(['notify', DATE], { cwd, env })).toMatchObject({
      code: 0,
      stdout: `${DATE}  published  bad: sent\n`,
    })
  })

  test('"notify --test" sends every target a test message, and fails with 5 if one does not accept it', async () => {
    const [hook, slack] = [await startWebhook(), await startWebhook(200, 403)]
    const { cwd } = await project(
      { kind: 'webhook', url: hook.url, name: 'one', events: ['failed'] },
      { kind: 'slack', url: slack.url, name: 'two' },
    )
    expect(await cli(['notify', '--test'], { cwd })).toEqual({
      code: 0,
      stdout: 'one: accepted\ntwo: accepted\n',
      stderr: '',
    })
    expect(hook.received[0]!.body).toMatchObject({ event: 'test', subject: 'test message' })
    expect(slack.received[0]!.body.text).toMatch(/^\*test message\*\n/)
    const { code, stderr } = await cli(['notify', '--test'], { cwd })
    expect([code, stderr]).toEqual([
      5,
      expect.stringContaining('cannot notify 1 of 2 targets: two (it answers 403). Check'),
    ])
    expect(await cli(['notify', '--test', DATE], { cwd })).toMatchObject({ code: 2 })
  })

  test('"run --no-notify" sends nothing', async () => {
    const hook = await startWebhook()
    const { cwd, runArgs } = await project({ kind: 'webhook', url: hook.url })
    expect((await cli([...runArgs, '--no-notify'], { cwd })).code).toBe(0)
    expect(hook.received).toEqual([])
  })

  test('no secret of a target is printed or stored', async () => {
    const secrets = [
      { kind: 'slack', url: 'http://127.0.0.1:1/services/S3CRET?key=S3CRET', name: 'team' },
      { kind: 'email', url: 'smtp://u:S3CRET@127.0.0.1:1', from: 'a@b.c', to: ['d@e.f'] },
    ]
    const { cwd, runArgs } = await project(...secrets)
    const env = { DATAGOUV_TOPS_RETRY_PAUSE: '1ms' }
    const outputs = [
      await cli([...runArgs, '--verbose'], { cwd, env }),
      await cli(['config'], { cwd }),
      await cli(['config', '--json'], { cwd, env: { DATAGOUV_TOPS_NOTIFY: JSON.stringify(secrets) } }),
      await cli(['runs', '--json'], { cwd }),
      await cli(['run'], { cwd, env: { DATAGOUV_TOPS_NOTIFY: '[{"kind": "slack", "url": "S3CRET"}]' } }),
      await cli(['run'], { cwd, env: { DATAGOUV_TOPS_NOTIFY: '[{"kind": "slack", "url": "S3CRET"' } }),
    ]
    expect(outputs.map(({ code }) => code)).toEqual([0, 0, 0, 0, 2, 2])
    expect(JSON.stringify(outputs)).not.toContain('S3CRET')
    expect(await readFile(join(cwd, 'data/datagouv.db'), 'latin1')).not.toContain('S3CRET')
    expect(JSON.parse(outputs[2]!.stdout).notify.value).toMatchObject([
      { name: 'team', kind: 'slack', host: '127.0.0.1:1' },
      { name: 'email 127.0.0.1:1', kind: 'email', host: '127.0.0.1:1' },
    ])
  })
})
