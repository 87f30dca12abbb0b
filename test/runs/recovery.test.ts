import { spawn } from 'node:child_process'
import { hostname } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Context } from '../../src/context.ts'
import { run } from '../../src/pipeline/pipeline.ts'
import type { RunRequest } from '../../src/pipeline/request.ts'
import { acquireLeases, currentProcessAsHolder } from '../../src/runs/lease.ts'
import type { RunRecord } from '../../src/runs/record.ts'
import { withDeadStopped } from '../../src/runs/recovery.ts'
import type { Holder, Lease } from '../../src/stores/documents.ts'
import { datasetsCsv, organizationsCsv, writeTestFile } from '../helpers/exports.ts'
import { closeFile } from '../helpers/interception.ts'
import { deadPid } from '../helpers/processes.ts'
import { runRecordOf } from '../helpers/runs.ts'
import { storePairs, type TestStores } from '../helpers/storePairs.ts'

const DATE = '2026-11-18'
const OTHER = '2026-11-11'
const DEAD = '20261111T160000000Z-000000'

function livingPid(): number {
  const child = spawn('sleep', ['60'])
  onTestFinished(() => void child.kill())
  return child.pid!
}

/** Leaves the traces of a killed run of another date: leases, a record and pending objects. */
async function leave(context: Context, holder: Omit<Holder, 'run'>, ttl = 60_000): Promise<void> {
  const { documents, archive } = context
  for (const id of [OTHER, `velo/${OTHER}`]) await documents.acquire(id, { run: DEAD, ...holder }, ttl)
  await documents.replace('runs', runRecordOf(DEAD, { host: holder.host, pid: holder.pid, date: OTHER }))
  for (const key of [`snapshots/${OTHER}/datasets.csv.gz`, `snapshots/${OTHER}/snapshot.json`, `${OTHER}/velo.csv`]) {
    const object = await archive.create(key, { contentType: 'text/csv' })
    await object.write(Buffer.alloc(6 << 20))
    if (key.includes('datasets')) await closeFile(object)
    else await object.complete('')
  }
}

async function left({ documents }: Context, place: TestStores) {
  const leases = await documents.list<Lease>('leases')
  const records = await documents.list<RunRecord>('runs')
  return {
    leases: leases.map((lease) => lease.run),
    partials: (await place.partials()).length,
    statuses: records.map(({ status }) => status).sort(),
  }
}

const CLEARED = { leases: [], partials: 0, statuses: ['published', 'stopped'] }
const UNTOUCHED = { leases: [DEAD, DEAD], partials: 3, statuses: ['published', 'running'] }

for (const { name, open: newPlace } of storePairs('what dead runs leave', { ferretdb: true })) {
  describe(`${name}: the next run, of whatever date and watch,`, () => {
    async function prepared(): Promise<{ place: TestStores; world: Context; order: RunRequest }> {
      const place = await newPlace()
      const context = await place.world()
      const sources = {
        datasets: await writeTestFile(
          place.folder,
          'd.csv',
          datasetsCsv([{ id: 'd1', title: 'Mobilité', organization: 'o1' }]),
        ),
        organizations: await writeTestFile(place.folder, 'o.csv', organizationsCsv([['o1', 'Un', 1]])),
      }
      const request = { date: DATE, watches: context.config.watches, sources, refetch: false, acceptIncomplete: false }
      return { place, world: context, order: request }
    }

    test('cleans up after a run whose process on this host has ended', async () => {
      const { place, world, order } = await prepared()
      await leave(world, { host: hostname(), pid: deadPid() })
      await run(order, world)
      expect(await left(world, place)).toEqual(CLEARED)
      expect(await world.documents.find('runs', DEAD)).toMatchObject({
        status: 'stopped',
        summary: 'died (it was killed, or its machine went down); the next run for its date took over',
        ended_at: '2026-11-18T16:00:00.000Z',
      })
    })

    test('cleans up after a run on another host once its lease has expired, and not before', async () => {
      const { place, world, order } = await prepared()
      await leave(world, { host: 'elsewhere', pid: 7 }, 5_000)
      await run(order, world)
      expect(await left(world, place)).toEqual(UNTOUCHED)
      await sleep(5_100)
      await run(order, world)
      expect(await left(world, place)).toEqual({ ...CLEARED, statuses: ['published', 'stopped', 'unchanged'] })
    })

    test('closes the record that the list of runs shows as dead; listing changes nothing', async () => {
      const { place, world, order } = await prepared()
      const { documents } = world
      const deadRuns = async () => {
        const stored = await documents.list<RunRecord>('runs')
        const shown = await withDeadStopped(stored, documents)
        return shown.flatMap(({ _id, status }, index) => (status === stored[index]!.status ? [] : [_id]))
      }
      await leave(world, { host: hostname(), pid: deadPid() })
      const before = await left(world, place)
      expect(await deadRuns()).toEqual([DEAD])
      expect(await left(world, place)).toEqual(before)
      for (const id of [OTHER, `velo/${OTHER}`]) await documents.release(id, DEAD)
      // A record that says "running" without a lease, then with that of a process that runs, then with one that expires.
      expect(await deadRuns()).toEqual([DEAD])
      await documents.acquire(OTHER, { run: DEAD, host: hostname(), pid: livingPid() }, 60_000)
      expect(await deadRuns()).toEqual([])
      await documents.release(OTHER, DEAD)
      await documents.acquire(OTHER, { run: DEAD, host: 'elsewhere', pid: 7 }, 1_000)
      expect(await deadRuns()).toEqual([])
      await sleep(1_100)
      expect(await deadRuns()).toEqual([DEAD])
      await run(order, world)
      expect(await deadRuns()).toEqual([])
    })

    test('leaves running runs of this host alone, in another process or in this one', async () => {
      const { place, world, order } = await prepared()
      await leave(world, { host: hostname(), pid: livingPid() })
      await run(order, world)
      expect(await left(world, place)).toEqual(UNTOUCHED)
      await world.documents.release(`velo/${OTHER}`, DEAD)
      const leases = await acquireLeases(world.documents, [`velo/${OTHER}`], currentProcessAsHolder(DEAD))
      await run(order, world)
      expect((await left(world, place)).leases).toEqual([DEAD, DEAD])
      await leases.release()
    })

    test('takes over a date at once if its holder on this host has died', async () => {
      const { world, order } = await prepared()
      await world.documents.acquire(DATE, { run: DEAD, host: hostname(), pid: deadPid() }, 60_000)
      expect(await run(order, world)).toMatchObject({ status: 'published' })
      expect(await world.documents.ids('leases')).toEqual([])
    })

    test('closes a record that says "running" when nothing holds a lease for it', async () => {
      const { place, world, order } = await prepared()
      await world.documents.replace('runs', runRecordOf(DEAD))
      await run(order, world)
      expect(await left(world, place)).toEqual(CLEARED)
    })

    test('closes the record of a dead run, however many runs there were since', async () => {
      const { place, world, order } = await prepared()
      await leave(world, { host: hostname(), pid: deadPid() })
      const later = (i: number) => runRecordOf(`20261112T160000000Z-${100_000 + i}`, { status: 'published' })
      for (let i = 0; i < 60; i++) await world.documents.replace('runs', later(i))
      await run(order, world)
      expect((await left(world, place)).statuses).not.toContain('running')
    })
  })
}
