import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Watch } from '../../src/config/watch.ts'
import { DEFAULT_WATCH } from '../../src/config/watch.ts'
import type { Context } from '../../src/context.ts'
import type { Edition } from '../../src/editions/edition.ts'
import { Failure } from '../../src/errors.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import { findRemoval, type RemovalRequest, remove } from '../../src/pipeline/remove.ts'
import type { RunRecord } from '../../src/runs/record.ts'
import { cli } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv } from '../helpers/exports.ts'
import { failureOf } from '../helpers/failure.ts'
import { interceptStores } from '../helpers/interception.ts'
import { startWebhook } from '../helpers/receivers.ts'
import { storePairs, type TestStores } from '../helpers/storePairs.ts'
import { HAS_TERMINAL, inTerminal } from '../helpers/terminal.ts'

const DATE = '2026-11-18'
const BUDGET: Watch = { ...DEFAULT_WATCH, name: 'budget', terms: ['budget'] }
const ALL: RemovalRequest = { date: DATE, snapshot: false }

/** The exports of every run. Their address and time stay the same, so the stored bytes do too. */
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-remove-'))
  await writeFile(
    join(folder, 'datasets.csv'),
    datasetsCsv([
      { id: 'd1', title: 'Mobilité' },
      { id: 'd2', title: 'Budget' },
    ]),
  )
  await writeFile(join(folder, 'organizations.csv'), organizationsCsv([['o1', 'Un', 1]]))
})
afterAll(() => rm(folder, { recursive: true }))

let time = Date.parse('2026-11-18T16:00:00Z')

/** Opens a context whose clock advances at every reading, so that run records are in order. */
async function openAt(place: TestStores): Promise<Context> {
  const clock = () => {
    time += 1
    return new Date(time)
  }
  return { ...(await place.world()), clock }
}

async function publishDate(context: Context, date = DATE, watches: readonly Watch[] = context.config.watches) {
  const sources = { datasets: join(folder, 'datasets.csv'), organizations: join(folder, 'organizations.csv') }
  await run({ date, watches, sources }, context)
}

async function removeAll(request: RemovalRequest, context: Context) {
  return remove(request, await findRemoval(request, context), context)
}

/** Everything stored, except for run records, run ids and times. */
async function stateOf({ archive, documents }: Context): Promise<Record<string, unknown>> {
  const state: Record<string, unknown> = {}
  for await (const { key } of archive.list('')) {
    const content = (await buffer(archive.read(key))).toString('latin1')
    state[key] = key.endsWith('snapshot.json') ? { ...JSON.parse(content), fetched_at: null } : content
  }
  for (const edition of await documents.list<Edition>('tops')) {
    state[edition._id] = { ...edition, generated_at: null, run_id: null }
  }
  return state
}

async function expectNothingLeft(place: TestStores, { documents }: Context, where: string): Promise<void> {
  expect([where, await place.partials(), await documents.ids('leases')]).toEqual([where, [], []])
  const running = (await documents.list<RunRecord>('runs')).filter(({ status }) => status === 'running')
  expect([where, running]).toEqual([where, []])
}

for (const { name, open: newPlace } of storePairs('removals', { ferretdb: true })) {
  describe(`${name}: a removal`, () => {
    /** Editions of two watches, and one of the week before. */
    async function published() {
      const place = await newPlace()
      const context = await openAt(place)
      await publishDate(context, '2026-11-11')
      await publishDate(context, DATE, [DEFAULT_WATCH, BUDGET])
      return { place, context }
    }
    const keysOf = async (context: Context) => Object.keys(await stateOf(context)).filter((key) => key.includes(DATE))

    test('from an archive that refuses to delete says what is already removed, and how to finish or undo that', async () => {
      const { context } = await published()
      const refuse = async () => {
        throw new Failure('store', 'cannot remove a.csv: permission denied')
      }
      const readOnly = { ...context, archive: Object.create(context.archive, { remove: { value: refuse } }) }
      const next = `then "remove ${DATE}" removes the rest, and "backfill --from ${DATE} --to ${DATE}" restores the edition`
      const message = `cannot remove a.csv: permission denied; the document budget/${DATE} is already removed. Fix the archive: ${next}`
      await expect(removeAll(ALL, readOnly)).rejects.toMatchObject({ kind: 'store', message })
      expect((await removeAll(ALL, context)).status).toBe('removed')
      expect(await keysOf(context)).not.toContain(`${DATE}/budget.csv`)
    })

    test('removes each document before its CSV and description, and leaves a run record', async () => {
      const { place, context } = await published()
      const calls: string[] = []
      const result = await removeAll(
        ALL,
        interceptStores(context, async (_, call) => void calls.push(call)),
      )
      expect(result).toMatchObject({
        status: 'removed',
        summary: `removed 2 editions (budget, mobilite-transport) of ${DATE}`,
        snapshot: [],
        kept: [],
      })
      const removals = calls.filter((call) => /^(remove |compareAndSwap tops)/.test(call))
      expect(removals).toEqual(
        ['budget', 'mobilite-transport'].flatMap((watch) => [
          `compareAndSwap tops ${watch}/${DATE}`,
          `remove ${DATE}/${watch}.csv`,
          `remove ${DATE}/${watch}.csv-metadata.json`,
        ]),
      )
      expect(await keysOf(context)).toEqual(
        ['datasets.csv.gz', 'organizations.csv.gz', 'snapshot.json'].map((file) => `snapshots/${DATE}/${file}`),
      )
      const [record] = await context.documents.list<RunRecord>('runs', { descending: true, limit: 1 })
      expect(record).toMatchObject({
        _id: result.run_id,
        command: 'remove',
        date: DATE,
        status: 'removed',
        error: null,
      })
      expect(record!.steps.map((step) => step.name)).toEqual(['remove budget', 'remove mobilite-transport'])
      await expectNothingLeft(place, context, 'at the end')
    })

    test('takes only the watches that are named, also former ones, and keeps their snapshot for the others', async () => {
      const { context } = await published()
      expect(context.config.watches.map((watch) => watch.name)).toEqual(['mobilite-transport'])
      const result = await removeAll({ date: DATE, watches: ['budget'], snapshot: true }, context)
      expect(result).toMatchObject({ kept: ['mobilite-transport'], snapshot: [] })
      expect(await context.documents.ids('tops')).toEqual([
        'mobilite-transport/2026-11-11',
        `mobilite-transport/${DATE}`,
      ])
      expect(await keysOf(context)).toContain(`snapshots/${DATE}/snapshot.json`)
      const rest = await removeAll({ date: DATE, snapshot: true }, context)
      expect(rest.summary).toBe(`removed 1 edition (mobilite-transport) and the snapshot of ${DATE}`)
      expect(await keysOf(context)).toEqual([])
      expect(await context.documents.ids('tops')).toEqual(['mobilite-transport/2026-11-11'])
    })

    test('fails if the edition never existed, and succeeds if it was removed before', async () => {
      const { context } = await published()
      expect(await failureOf(findRemoval({ date: '2026-11-04', snapshot: true }, context))).toMatchObject({
        kind: 'usage',
        message: `cannot remove: there is no edition of 2026-11-04 in ${context.documents.address}; the nearest are those of 2026-11-11 and ${DATE}`,
      })
      expect(
        await failureOf(findRemoval({ date: DATE, watches: ['velo', 'budget'], snapshot: false }, context)),
      ).toMatchObject({
        kind: 'usage',
        message: `cannot remove: there is no edition of velo of ${DATE}; that date has editions of mobilite-transport`,
      })
      await removeAll(ALL, context)
      expect(await removeAll(ALL, context)).toMatchObject({
        status: 'unchanged',
        summary: `nothing is left to remove for ${DATE}`,
      })
    })

    test('fails during a run of the date, and if an edition appeared after the confirmation', async () => {
      const { context } = await published()
      const before = await stateOf(context)
      const confirmed = await findRemoval({ ...ALL, watches: ['budget'] }, context)
      await context.documents.acquire(DATE, { run: 'other', host: 'elsewhere', pid: 1 }, 60_000)
      expect(await failureOf(remove(ALL, confirmed, context))).toMatchObject({ kind: 'held' })
      await context.documents.release(DATE, 'other')
      expect(await failureOf(remove(ALL, confirmed, context))).toMatchObject({
        kind: 'held',
        message: `another run has published for ${DATE} meanwhile; nothing was removed. Run "remove" again`,
      })
      expect(await stateOf(context)).toEqual(before)
    })

    test.each([
      ['is killed', 'remove'],
      ['is killed', 'run'],
      ['is refused by a store', 'remove'],
    ] as const)('that %s before any call of a store is completed by the next %s', async (how, next) => {
      const request = { ...ALL, snapshot: true }
      const whole = await published()
      const before = await stateOf(whole.context)
      const calls: string[] = []
      await removeAll(
        request,
        interceptStores(whole.context, async (_, call) => void calls.push(call)),
      )
      const after = await stateOf(whole.context)
      const every = process.env.EVERY_MOMENT ? 1 : name === 'folder and SQLite' ? 3 : 8
      const { place, context } = await published()
      for (let moment = 1; moment <= calls.length; moment += every) {
        const where = `before call ${moment}, ${calls[moment - 1]}`
        // A store fails once. A dead process calls nothing more.
        const failing = interceptStores(await openAt(place), async (call) => {
          if (how === 'is killed' && call >= moment) throw new Error('the process is gone')
          if (how === 'is refused by a store' && call === moment) throw new Failure('store', 'the store refuses')
        })
        const outcome = await removeAll(request, failing).then(
          () => undefined,
          (reason) => reason,
        )
        if (how === 'is refused by a store' && outcome !== undefined)
          expect([where, outcome]).toEqual([
            where,
            expect.objectContaining({ kind: 'store', message: expect.stringMatching(/^the store refuses/) }),
          ])
        for (const document of await context.documents.list<Edition>('tops'))
          expect([where, await context.archive.stat(document.archive.key)]).toEqual([where, expect.anything()])
        if (next === 'remove') {
          await removeAll(request, await openAt(place))
          expect([where, await stateOf(context)]).toEqual([where, after])
        }
        // Publish the date again, which also restores it for the next case.
        await publishDate(await openAt(place), DATE, [DEFAULT_WATCH, BUDGET])
        expect([where, await stateOf(context)]).toEqual([where, before])
        await expectNothingLeft(place, context, where)
      }
    })
  })
}

describe('the command', () => {
  const stores = ['--archive', 'file:datagouv', '--documents', 'sqlite:datagouv.db']
  const prepared = async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'datagouv-tops-remove-'))
    await cli(['demo', '--into', cwd, '--quiet', '--no-serve'], { cwd })
    return { cwd, call: (...args: string[]) => cli([...args, ...stores], { cwd }) }
  }
  const parts = [
    'the document mobilite-transport/2023-08-09',
    '2023-08-09/mobilite-transport.csv',
    '2023-08-09/mobilite-transport.csv-metadata.json',
  ]

  test('needs --yes where there is no terminal, and says what it would remove', async () => {
    const { cwd, call } = await prepared()
    expect(await call('remove', '2023-08-09')).toEqual({
      code: 2,
      stdout: '',
      stderr: `datagouv-tops: cannot ask before removing ${parts.join(', ')}: this is not a terminal. Add --yes.\n`,
    })
    expect(await call('remove', '--date', '2023-08-09', '--yes', '--quiet')).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    })
    expect(await call('remove', '2023-08-09', '--yes')).toEqual({
      code: 0,
      stdout: 'nothing is left to remove for 2023-08-09\n',
      stderr: '',
    })
    const snapshot = await call('remove', '2023-08-09', '--snapshot', '--yes', '--json')
    expect(JSON.parse(snapshot.stdout)).toMatchObject({
      status: 'removed',
      snapshot: [`snapshots/2023-08-09/snapshot.json`, expect.anything(), expect.anything()],
    })
    expect(await call('remove', '--yes')).toMatchObject({ code: 2, stderr: expect.stringMatching(/no date is given/) })
    expect(await call('remove', '2023-08-09', '--date', '2023-08-02')).toMatchObject({ code: 2 })
    expect((await call('changes')).stdout).toMatch(/^mobilite-transport, 2023-07-26 to 2023-08-02: /)
    expect((await call('runs')).stdout).toMatch(/remove +2023-08-09 +removed/)
    await rm(cwd, { recursive: true })
  })

  test('shows what it will remove and asks in a terminal', async ({ skip }) => {
    if (!HAS_TERMINAL) skip('"script" of util-linux is not installed')
    const { cwd, call } = await prepared()
    const asked = (answer: string) =>
      inTerminal(30, `remove 2023-08-09 ${stores.join(' ')} # ${answer}`, cwd, {}, 120, `${answer}\n`)
    const no = await asked('n')
    expect(no.replaceAll('\r', '')).toContain(
      `This removes, for 2023-08-09:\n${parts.map((part) => `  ${part}\n`).join('')}Remove it? [y/N] `,
    )
    expect(no).toContain('nothing was removed')
    expect((await call('show', '2023-08-09')).code).toBe(0)
    const yes = (await asked('y')).replaceAll('\r', '')
    expect(yes).toContain('removed 1 edition (mobilite-transport) of 2023-08-09\n')
    expect(yes).toContain(
      '"backfill --from 2023-08-09 --to 2023-08-09 --watch mobilite-transport" publishes it again\n',
    )
    expect((await call('show', '2023-08-09')).code).toBe(2)
    await rm(cwd, { recursive: true })
  })

  test('sends no notification, and pages, feeds, API and history follow', async () => {
    const { cwd } = await prepared()
    const hook = await startWebhook()
    await writeFile(
      join(cwd, 'datagouv-tops.yaml'),
      `notify: [{ kind: webhook, url: "${hook.url}", events: [published, failed, missed] }]\n`,
    )
    const found: Record<string, unknown> = {}
    await cli(['serve', '--port', '0', '--json', ...stores], {
      cwd,
      onStart: (child) => {
        child.stdout!.once('data', async (line) => {
          const { url } = JSON.parse(line)
          const text = async (path: string) => (await fetch(`${url}${path}`)).text()
          const organization = JSON.parse(await text('api/editions/mobilite-transport/latest')).organizations[0].id
          const look = async () => ({
            latest: JSON.parse(await text('api/editions/mobilite-transport/latest')).date,
            removed: (await fetch(`${url}api/editions/mobilite-transport/2023-08-09`)).status,
            feed: (await text('feed.atom')).includes('2023-08-09'),
            page: (await text('')).includes('2023-08-09'),
            history: (await text(`api/history/${organization}?watch=mobilite-transport`)).includes('2023-08-09'),
          })
          found.before = await look()
          await cli(['remove', '2023-08-09', '--yes', ...stores], { cwd })
          await new Promise((resolve) => setTimeout(resolve, 1_200))
          found.after = await look()
          child.kill('SIGTERM')
        })
      },
    })
    expect(found.before).toEqual({ latest: '2023-08-09', removed: 200, feed: true, page: true, history: true })
    expect(found.after).toEqual({ latest: '2023-08-02', removed: 404, feed: false, page: false, history: false })
    expect(hook.received).toEqual([])
    await rm(cwd, { recursive: true })
  })
})
