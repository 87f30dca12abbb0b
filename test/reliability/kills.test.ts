import { readFile } from 'node:fs/promises'
import { buffer } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Context } from '../../src/context.ts'
import type { Edition } from '../../src/editions/edition.ts'
import type { RunRecord } from '../../src/runs/record.ts'
import type { Lease } from '../../src/stores/documents.ts'
import { type CliResult, cli } from '../helpers/cli.ts'
import { type Replica, startReplica } from '../helpers/replica.ts'
import { storePairs, type TestStores } from '../helpers/storePairs.ts'

/** A future Wednesday, so that each run fetches from the portal. */
const DATE = '2098-11-19'
/** How many kills to try for each pair of stores. KILLS=5000 tries more, SEED other moments. */
const KILLS = Number(process.env.KILLS ?? 24)
const SEED = Number(process.env.SEED ?? 7)
/** After this many kills in a row, the command may finish. */
const IN_A_ROW = 3

/** Returns a generator of numbers from 0 to 1, the same for the same seed (mulberry32). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** Starts a portal that sends the bundled exports of one Wednesday slowly. */
async function slowPortal(trickle = 16_384): Promise<Replica> {
  const file = async (name: string) => ({
    content: gunzipSync(await readFile(`sample/2023-07-26/${name}.csv.gz`)),
    modified: new Date(`${DATE}T04:00:00Z`),
  })
  const files = { datasets: await file('datasets'), organizations: await file('organizations') }
  const portal = await startReplica({ files, fault: ({ path }) => (path === 'file' ? { trickle } : undefined) })
  onTestFinished(() => portal.close())
  return portal
}

const COMMANDS = [['run'], ['fetch', 'archive', 'publish']] as const

/** Runs a command. With `stop`, sends it a signal this many ms after its start. */
function call(command: string, place: TestStores, portal: Replica, stop?: { after: number; signal: NodeJS.Signals }) {
  const flags = command === 'run' || command === 'fetch' ? ['--portal', portal.url] : []
  return cli([command, '--date', DATE, '--quiet', ...flags], {
    cwd: place.folder,
    env: place.environment,
    ...(stop && { onStart: (child) => void setTimeout(() => child.kill(stop.signal), stop.after) }),
  })
}

/** Everything stored, except for run ids and times. */
async function stateOf({ archive, documents }: Context): Promise<Record<string, unknown>> {
  const state: Record<string, unknown> = {}
  for await (const { key } of archive.list('')) {
    const content = (await buffer(archive.read(key))).toString('latin1')
    state[key] = key.endsWith('.json') ? { ...JSON.parse(content), fetched_at: null } : content
  }
  for (const edition of await documents.list<Edition>('tops')) {
    state[edition._id] = { ...edition, generated_at: null, run_id: null }
  }
  return state
}

async function expectNothingLeft(place: TestStores, { documents }: Context, label: string): Promise<void> {
  expect([label, await place.partials()]).toEqual([label, []])
  expect([label, await documents.ids('leases')]).toEqual([label, []])
  const running = (await documents.list<RunRecord>('runs')).filter(({ status }) => status === 'running')
  expect([label, running]).toEqual([label, []])
}

for (const { name, open: newPlace } of storePairs('what happens to processes that are killed', { ferretdb: true })) {
  describe(name, () => {
    test(
      `the command that follows ${KILLS} kills at seeded moments ends as if none had been`,
      async () => {
        const portal = await slowPortal()
        const whole = await newPlace()
        const begun = Date.now()
        for (const command of COMMANDS[1]) expect(await call(command, whole, portal)).toMatchObject({ code: 0 })
        const state = await stateOf(await whole.world())
        const longest = (Date.now() - begun) / 2
        const chance = random(SEED)
        for (let killed = 0; killed < KILLS; ) {
          const place = await newPlace()
          const commands = COMMANDS[killed % 2]!
          for (const command of commands) {
            for (let row = 0; row < IN_A_ROW; row++, killed++) {
              await call(command, place, portal, { after: chance() * longest, signal: 'SIGKILL' })
            }
            expect(await call(command, place, portal)).toMatchObject({ code: 0, stderr: '' })
          }
          const context = await place.world()
          const label = `seed ${SEED}, after kill ${killed} of ${commands.join(', ')}`
          const found = await stateOf(context)
          expect([label, Object.keys(found)]).toEqual([label, Object.keys(state)])
          expect([label, found]).toEqual([label, state])
          await expectNothingLeft(place, context, label)
        }
      },
      60_000 + KILLS * 10_000,
    )

    test('a run that is stopped at any moment exits with 143 or 130 and publishes nothing incomplete', async () => {
      const portal = await slowPortal()
      const place = await newPlace()
      const chance = random(SEED + 1)
      const context = await place.world()
      for (const [signal, exit] of [['SIGTERM', 143] as const, ['SIGINT', 130] as const]) {
        const { code, stderr } = await stoppedOnce(place, portal, signal, chance)
        expect([code, stderr.trim().split('\n').length]).toEqual([exit, 1])
        expect(stderr).toMatch(/^datagouv-tops: (terminated|interrupted); no partial edition was published\n$/)
        await expectNothingLeft(place, context, signal)
        expect(await stateOf(context)).toEqual({})
        const [last] = await context.documents.list<RunRecord>('runs', { descending: true, limit: 1 })
        expect(last).toMatchObject({ status: 'stopped', error: { exit_code: exit } })
      }
    })

    test('if eight runs of one date start at once, one does the work; the others exit with 7 and name it', async () => {
      const portal = await slowPortal(4_096)
      const place = await newPlace()
      const ended = await Promise.all(Array.from({ length: 8 }, () => call('run', place, portal)))
      const codes = ended.map(({ code }) => code)
      // A run that starts after the work is done finds nothing to do.
      expect(codes.filter((code) => code !== 0 && code !== 7)).toEqual([])
      expect(codes).toContain(0)
      const holder =
        /is held by run "\S+" on "\S+" \(process \d+\) since \S+Z; try again when it is done, or after \S+Z\n$/
      for (const { code, stderr } of ended) if (code === 7) expect(stderr).toMatch(holder)
      const context = await place.world()
      const records = await context.documents.list<RunRecord>('runs')
      expect(records.filter(({ status }) => status === 'published')).toHaveLength(1)
      await expectNothingLeft(place, context, 'eight at once')
    })

    test('a run that sleeps beyond its lease wakes up to exit 7, and its successor’s edition stays', async () => {
      const portal = await slowPortal(4_096)
      const place = await newPlace()
      const context = await place.world()
      const asleep = call('run', place, portal)
      await until(async () => (await context.documents.ids('runs')).length > 0)
      const [lease] = (await context.documents.list<Lease>('leases')) as [Lease]
      // By now it is downloading. If it paused during a write, it would keep the SQLite file locked.
      await sleep(100)
      process.kill(lease.pid, 'SIGSTOP')
      // A minute passes.
      for (const one of await context.documents.list<Lease>('leases')) {
        await context.documents.replace('leases', { ...one, expires: '2000-01-01T00:00:00.000Z' } as Lease)
      }
      expect(await call('run', place, portal)).toMatchObject({ code: 0, stderr: '' })
      const state = await context.documents.list('tops')
      process.kill(lease.pid, 'SIGCONT')
      const { code, stderr } = await asleep
      expect([code, stderr]).toEqual([7, expect.stringMatching(/another run took over \S+ while this one was paused/)])
      expect(await context.documents.list('tops')).toEqual(state)
      await expectNothingLeft(place, context, 'asleep')
    })
  })
}

/** A run that received a stop signal after it began to listen and before it published. */
async function stoppedOnce(
  place: TestStores,
  portal: Replica,
  signal: NodeJS.Signals,
  chance: () => number,
): Promise<CliResult> {
  const context = await place.world()
  const before = (await context.documents.ids('runs')).length
  let child: { kill(signal: NodeJS.Signals): boolean } | undefined
  const ending = cli(['run', '--date', DATE, '--quiet', '--portal', portal.url], {
    cwd: place.folder,
    env: place.environment,
    onStart: (started) => {
      child = started
    },
  })
  await until(async () => (await context.documents.ids('runs')).length > before)
  await sleep(chance() * 50)
  child!.kill(signal)
  return ending
}

async function until<T>(happened: () => Promise<T | undefined | false>): Promise<T> {
  for (;;) {
    const found = await happened()
    if (found) return found
    await sleep(5)
  }
}
