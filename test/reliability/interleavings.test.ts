import { mkdtemp, rm, utimes } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { afterAll, describe, expect, test } from 'vitest'
import type { Context } from '../../src/context.ts'
import type { Edition } from '../../src/editions/edition.ts'
import { Failure } from '../../src/errors.ts'
import { archive, fetch, publish, run } from '../../src/pipeline/pipeline.ts'
import type { RunRequest } from '../../src/pipeline/request.ts'
import type { RunRecord } from '../../src/runs/record.ts'
import type { Verdict } from '../../src/verify/verify.ts'
import { verify } from '../../src/verify/verify.ts'
import { datasetsCsv, organizationsCsv, writeTestFile } from '../helpers/exports.ts'
import { interceptStores } from '../helpers/interception.ts'
import { storePairs, type TestStores } from '../helpers/storePairs.ts'

const DATE = '2026-11-18'
const ID = `mobilite-transport/${DATE}`

/** Two catalogues: what a date had first, and what it has later. */
const catalogue = (size: number) => ({
  datasets: datasetsCsv(
    Array.from({ length: size }, (_, i) => ({
      id: `d${i}`,
      title: i % 2 ? 'Mobilité' : 'Budget',
      organization: `o${i % 4}`,
    })),
  ),
  organizations: organizationsCsv(
    Array.from({ length: 40 }, (_, i) => [`o${i}`, `Name ${size} ${i}`, 100 - i] as const),
  ),
})
const EARLIER = catalogue(7)
const OURS = catalogue(30)
const THEIRS = catalogue(50)

/** In one folder for all, since an edition names where its exports came from, and of when they are. */
const folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-test-'))
afterAll(() => rm(folder, { recursive: true }))

async function orderOf(context: Context, { datasets, organizations }: typeof OURS): Promise<RunRequest> {
  const source = async (name: string, text: string) => {
    const path = await writeTestFile(folder, `${name}-${text.length}.csv`, text)
    await utimes(path, 1_790_000_000, 1_790_000_000)
    return path
  }
  const sources = {
    datasets: await source('datasets', datasets),
    organizations: await source('organizations', organizations),
  }
  return { date: DATE, watches: context.config.watches, sources }
}

type Step = (request: RunRequest, world: Context) => Promise<unknown>
const inSteps: Step = async (request, context) => {
  await fetch(request, context)
  await archive(request, context)
  await publish(request, context)
}

/** All that is stored, but for who made it and when. */
async function stateOf(context: Context): Promise<unknown> {
  const objects: Record<string, string> = {}
  for await (const { key } of context.archive.list('')) {
    objects[key] = (await buffer(context.archive.read(key))).toString('latin1')
  }
  const editions = await context.documents.list<Edition>('tops')
  return { objects, editions: editions.map(({ generated_at: _g, run_id: _r, ...edition }) => edition) }
}

async function verdicts(context: Context): Promise<Verdict[]> {
  const found: Verdict[] = []
  for await (const verdict of verify({ dates: [], repair: false }, context)) found.push(verdict)
  return found.filter(({ status }) => status === 'different')
}

/** What a run does at its stores, call by call. */
async function callsOf(place: TestStores, step: Step): Promise<string[]> {
  const calls: string[] = []
  const context = await place.world()
  await step(
    await orderOf(context, OURS),
    interceptStores(context, async (_, name) => void calls.push(name)),
  )
  return calls
}

for (const { name, open: newPlace } of storePairs('what happens at every moment of a run')) {
  describe.each<[string, Step, boolean, number]>([
    ['a first run', run, false, 5],
    ['a run that replaces an edition', run, true, 3],
    ['the three steps', inSteps, false, 12],
    ['the three steps that replace an edition', inSteps, true, 12],
  ])(`${name}: %s`, (_, step, replacing, often) => {
    /** All of them with EVERY_MOMENT=1, which takes some minutes; else every nth, fewer where calls are slow. */
    const moments = (first: number, last: number) => {
      const every = process.env.EVERY_MOMENT ? 1 : often * (name === 'folder and SQLite' ? 1 : 5)
      return Array.from({ length: last - first + 1 }, (_, i) => first + i).filter((call) => call % every === 0)
    }

    async function prepared() {
      const place = await newPlace()
      const context = await place.world()
      if (replacing) await run(await orderOf(context, EARLIER), context)
      return { place, world: context }
    }

    test('that dies before any call of a store is completed by the next as if nothing had happened', async () => {
      const undisturbed = await prepared()
      const calls = await callsOf(undisturbed.place, step)
      const state = await stateOf(undisturbed.world)
      for (const moment of moments(1, calls.length)) {
        const { place, world } = await prepared()
        const request = await orderOf(world, OURS)
        const dying = interceptStores(await place.world(), async (call) => {
          if (call >= moment) throw new Error('the process is gone')
        })
        // A run that only had to release its leases has done its work.
        await step(request, dying).catch(() => {})
        await step(request, await place.world())
        const told = `before call ${moment}, ${calls[moment - 1]}`
        expect(await stateOf(world), told).toEqual(state)
        expect(await place.partials(), told).toEqual([])
        expect(await world.documents.ids('leases'), told).toEqual([])
        const records = await world.documents.list<RunRecord>('runs')
        expect(
          records.filter(({ status }) => status === 'running'),
          told,
        ).toEqual([])
      }
    })

    test('that sleeps before any call of a store while another takes over leaves the other’s edition alone', async () => {
      const calls = await callsOf((await prepared()).place, step)
      // Before it holds a lease there is nothing to take over.
      const first = 1 + calls.findLastIndex((call) => call.startsWith('acquire'))
      let fenced = 0
      for (const moment of moments(first + 1, calls.length)) {
        const { place, world } = await prepared()
        const other = await place.world()
        const theirs = await orderOf(other, THEIRS)
        const sleeping = interceptStores(await place.world(), async (call) => {
          if (call === moment) await run(theirs, other)
        })
        const outcome = await step(await orderOf(world, OURS), sleeping).then(
          () => undefined,
          (error) => error,
        )
        const told = `before call ${moment}, ${calls[moment - 1]}`
        if (outcome !== undefined) {
          fenced++
          expect(outcome, told).toBeInstanceOf(Failure)
          expect([told, (outcome as Failure).kind, (outcome as Failure).message]).toEqual([
            told,
            'held',
            expect.any(String),
          ])
        }
        const edition = await world.documents.find<Edition>('tops', ID)
        expect(edition?.source.datasets.records, told).toBe(50)
        const different = await verdicts(world)
        // The one call that nothing but the lease protects: whoever falls asleep between the check and the call, for longer
        // than the lease, takes away what says that a snapshot is one. The edition stays.
        const unfenced = calls[moment - 1] === `remove snapshots/${DATE}/snapshot.json`
        if (unfenced) expect(different).toMatchObject([{ watch: null, differences: [{ found: undefined }] }])
        else expect(different, told).toEqual([])
        expect(await place.partials(), told).toEqual([])
        expect(await world.documents.ids('leases'), told).toEqual([])
      }
      if (name === 'folder and SQLite') expect(fenced).toBeGreaterThan(0)
    })
  })
}

for (const { name, open: newPlace } of storePairs('a run that sleeps right before it publishes')) {
  test(`${name}: a run that sleeps right before it publishes does not overwrite what its successor found to be right`, async () => {
    const place = await newPlace()
    const [world, other] = [await place.world(), await place.world()]
    await run(await orderOf(world, EARLIER), world)
    const before = await world.documents.find<Edition>('tops', ID)
    const earlier = await orderOf(other, EARLIER)
    const otherRanks = { datasets: EARLIER.datasets, organizations: OURS.organizations }
    let slept = false
    const sleeping = interceptStores(await place.world(), async (_, name) => {
      if (name !== `compareAndSwap tops ${ID}` || slept) return
      slept = true
      await run(earlier, other)
    })
    await expect(run(await orderOf(world, otherRanks), sleeping)).rejects.toMatchObject({ kind: 'held' })
    expect(await world.documents.find('tops', ID)).toEqual(before)
    expect(await verdicts(world)).toEqual([])
  })
}
