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

/** Two catalogues: the first of a date, and its replacement. */
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

/** All runs read them from one folder, because an edition records the location and the time of its exports. */
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

/** Everything stored, except for run ids and times. */
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

/** The calls that a run sends to its stores, in order. */
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
    /** All calls with EVERY_MOMENT=1, which takes some minutes; otherwise every nth, fewer on slow stores. */
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
        // A run that dies while it releases its leases has already done its work.
        await step(request, dying).catch(() => {})
        await step(request, await place.world())
        const label = `before call ${moment}, ${calls[moment - 1]}`
        expect(await stateOf(world), label).toEqual(state)
        expect(await place.partials(), label).toEqual([])
        expect(await world.documents.ids('leases'), label).toEqual([])
        const records = await world.documents.list<RunRecord>('runs')
        expect(
          records.filter(({ status }) => status === 'running'),
          label,
        ).toEqual([])
      }
    })

    test('that pauses before any call of a store leaves the edition of the run that took over alone', async () => {
      const calls = await callsOf((await prepared()).place, step)
      // Before the run holds a lease, no other run can take over.
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
        const label = `before call ${moment}, ${calls[moment - 1]}`
        if (outcome !== undefined) {
          fenced++
          expect(outcome, label).toBeInstanceOf(Failure)
          expect([label, (outcome as Failure).kind, (outcome as Failure).message]).toEqual([
            label,
            'held',
            expect.any(String),
          ])
        }
        const edition = await world.documents.find<Edition>('tops', ID)
        expect(edition?.source.datasets.records, label).toBe(50)
        const different = await verdicts(world)
        // The one call that only the lease protects. A run that pauses between the check and this call, for longer than its
        // lease, deletes the new snapshot.json. The edition stays.
        const unfenced = calls[moment - 1] === `remove snapshots/${DATE}/snapshot.json`
        if (unfenced) expect(different).toMatchObject([{ watch: null, differences: [{ found: undefined }] }])
        else expect(different, label).toEqual([])
        expect(await place.partials(), label).toEqual([])
        expect(await world.documents.ids('leases'), label).toEqual([])
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
