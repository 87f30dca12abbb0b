import { createHash } from 'node:crypto'
import { chmod, cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunRecord } from '../../src/runs/record.ts'
import type { Archive } from '../../src/stores/archive.ts'
import type { Documents, Lease } from '../../src/stores/documents.ts'
import { openMongo } from '../../src/stores/mongo/mongo.ts'
import { openS3 } from '../../src/stores/s3/s3.ts'
import { DAGS, WATCHES } from '../helpers/airflow.ts'
import { AirflowApi, Services, skipReason } from '../helpers/airflowServer.ts'
import { type Network, openNetwork } from '../helpers/network.ts'
import { killSession, sessionOf } from '../helpers/processes.ts'
import { type Replica, startReplica } from '../helpers/replica.ts'
import { sampleFile } from '../helpers/sample.ts'

const CLI = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))
const SUITE = 'Airflow with two workers on separate hosts'
const SERVICES = ['minio', 'mongodb', 'postgres', 'redis', 'airflow']
const WORKERS = ['airflow-worker-1', 'airflow-worker-2'] as const
const DATE = '2023-08-09'

const lacks = skipReason(...SERVICES)
if (lacks !== undefined) {
  test(SUITE, ({ skip }) => skip(lacks))
} else {
  describe(SUITE, () => {
    let folder: string
    let services: Services
    let network: Network | undefined
    let portal: Replica
    let api: AirflowApi
    /** The stores of the DAG, and those of single runs to compare with. */
    let actual: Stores
    let expected: Stores

    const startWorker = (index: 0 | 1) =>
      services.call(['start', WORKERS[index]], network?.hosts[index]?.prefix, {
        SERVICES_AT: network?.address ?? '127.0.0.1',
      })

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-airflow-'))
      // PostgreSQL does not run as root, and needs access to its data.
      await chmod(folder, 0o711)
      await cp(DAGS, join(folder, 'dags'), { recursive: true })
      for (const place of ['.', 'dags']) await writeFile(join(folder, place, 'datagouv-tops.yaml'), WATCHES)
      network = openNetwork('worker-1', 'worker-2')
      portal = await startReplica({
        files: { datasets: await sampleFile('datasets', DATE), organizations: await sampleFile('organizations', DATE) },
        catalogue: (catalogue) => JSON.parse(asSeenByWorkers(JSON.stringify(catalogue))),
      })
      services = new Services(folder, {
        DATAGOUV_TOPS_PORTAL: asSeenByWorkers(portal.url),
        AIRFLOW__CORE__DAGS_FOLDER: join(folder, 'dags'),
        AIRFLOW__CORE__EXECUTOR: 'CeleryExecutor',
      })
      await services.call(['start', ...SERVICES])
      const ports = ['minio', 'mongodb', 'redis', 'airflow'].map((service) => services.port(service))
      for (const port of [...ports, Number(new URL(portal.url).port)]) await network?.expose(port)
      await startWorker(0)
      await startWorker(1)

      Object.assign(process.env, await services.variables('minio'))
      actual = await openStores('datagouv')
      expected = await openStores('expected')
      api = new AirflowApi(`http://127.0.0.1:${services.port('airflow')}`)
      await api.logIn('airflow', 'airflowpassword')
      await api.unpause()
    }, 300_000)

    afterAll(async () => {
      await services.call(['stop'])
      await portal.close()
      await network?.remove()
      await rm(folder, { recursive: true })
    }, 60_000)

    test('runs the last missed Wednesday when it is switched on, and fails at once if the gate refuses the export', async () => {
      const run = await api.firstRun()
      expect(run.run_type).toBe('scheduled')
      expect(inParis(run.logical_date!)).toMatch(/^Wed.*17:00/)
      expect((await api.ended(run.dag_run_id)).state).toBe('failed')
      const tasks = await api.tasks(run.dag_run_id)
      expect(tasks.find(({ task_id }) => task_id === 'fetch')).toMatchObject({ state: 'failed', try_number: 1 })
      // The notification task still runs.
      expect(tasks.find(({ task_id }) => task_id === 'notify')?.start_date).not.toBeNull()
    })

    test('ends in the state of a single run, although a worker dies during a step and the step wakes up later', async () => {
      const run = await api.trigger({ date: DATE })
      const lease = await leaseOf(`velo/${DATE}`)
      // Pause the archive, so that the step is still running when its worker is killed.
      process.kill(services.pid('minio'), 'SIGSTOP')
      const worker = WORKERS.findIndex((one) => services.pid(one) === sessionOf(lease.pid)) as 0 | 1
      await killSession(services.pid(WORKERS[worker]), { but: lease.pid })
      process.kill(lease.pid, 'SIGSTOP')
      process.kill(services.pid('minio'), 'SIGCONT')

      expect((await api.ended(run)).state).toBe('success')
      const step = (await api.tasks(run)).find(
        ({ task_id, rendered_map_index }) => task_id === 'archive' && rendered_map_index === 'velo',
      )!
      expect(step.try_number).toBeGreaterThan(1)
      const record = await wakeUp(lease)
      expect(record.error?.kind).toBe('held')
      await expectSame([DATE])
      await startWorker(worker)
    }, 300_000)

    test('passes small JSON between tasks, and emits an asset event for each edition', async () => {
      const run = await api.trigger({ date: DATE })
      expect((await api.ended(run)).state).toBe('success')
      expect(await api.result(run, 'watches')).toEqual(['mobilite-transport', 'velo', 'bus', 'rien'])
      expect(await api.result(run, 'fetch')).toMatchObject({ date: DATE, status: 'unchanged' })
      const events = (await api.events()).filter(({ source_run_id }) => source_run_id === run)
      expect(events.map(({ extra }) => extra.published[0]!._id).sort()).toEqual(
        ['bus', 'mobilite-transport', 'rien', 'velo'].map((watch) => `${watch}/${DATE}`),
      )
    })

    test('backfills four past Wednesdays like four single runs', async () => {
      const dates = ['2023-07-26', '2023-08-02', DATE, '2023-08-16']
      const span = '--from-date 2023-07-26 --to-date 2023-08-17'
      await services.shell(
        `airflow backfill create --dag-id datagouv_tops ${span} --reprocess-behavior none --max-active-runs 2`,
        'airflow',
      )
      const backfill = (await api.runs()).filter(({ run_type }) => run_type === 'backfill')
      expect(backfill).toHaveLength(4)
      for (const { dag_run_id } of backfill) expect((await api.ended(dag_run_id)).state).toBe('success')
      await expectSame(dates)
    }, 300_000)

    test('writes no secret to any log', async () => {
      const logs = (await readdir(folder, { recursive: true })).filter(
        (name) => name.startsWith('airflow') && /(\.log|\/log)$/.test(name),
      )
      expect(logs.length).toBeGreaterThan(30)
      for (const log of logs) {
        expect((await readFile(join(folder, log), 'utf8')).includes('miniopassword'), log).toBe(false)
      }
    })

    /** Replaces this machine's loopback address by the one that the workers can reach. */
    function asSeenByWorkers(text: string): string {
      return text.replaceAll('127.0.0.1', network?.address ?? '127.0.0.1')
    }

    async function openStores(name: string): Promise<Stores> {
      const documents = `mongodb://127.0.0.1:${services.port('mongodb')}/${name}`
      return { archive: await openS3(`s3://${name}`), documents: await openMongo(documents) }
    }

    async function leaseOf(id: string): Promise<Lease> {
      for (;;) {
        const lease = await actual.documents.find<Lease>('leases', id)
        if (lease !== undefined) return lease
        await sleep(5)
      }
    }

    /** Resumes a stopped step, and returns the record of its run. */
    async function wakeUp({ pid, run }: Lease): Promise<RunRecord> {
      process.kill(pid, 'SIGCONT')
      for (;;) {
        const record = await actual.documents.find<RunRecord>('runs', run)
        if (record?.error) return record
        await sleep(50)
      }
    }

    /** Compares the stores of the DAG with those of `run`, byte for byte and value for value. */
    async function expectSame(dates: readonly string[]): Promise<void> {
      const { archive, documents } = expected
      const options = `--archive ${archive.address} --documents ${documents.address} --quiet`
      for (const date of dates) {
        await services.shell(`cd ${folder} && node ${CLI} run --date ${date} ${options}`, 'minio', 'mongodb')
      }
      for (const date of dates) {
        expect(await editionsOf(date, actual)).toEqual(await editionsOf(date, expected))
        expect(Object.keys(await editionsOf(date, actual))).toHaveLength(2 + 2 * 4)
      }
    }
  })
}

interface Stores {
  readonly archive: Archive
  readonly documents: Documents
}

/** Returns the checksum of every object and the document of every edition of a date, without run id and time. */
async function editionsOf(date: string, { archive, documents }: Stores): Promise<Record<string, unknown>> {
  const found: Record<string, unknown> = {}
  for (const prefix of [`${date}/`, `snapshots/${date}/`]) {
    for await (const { key } of archive.list(prefix)) {
      if (!key.endsWith('.json')) found[key] = await checksum(archive.read(key))
    }
  }
  for (const edition of await documents.list('tops')) {
    if (edition._id.endsWith(`/${date}`)) found[edition._id] = { ...edition, run_id: '', generated_at: '' }
  }
  return found
}

async function checksum(content: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of content) hash.update(chunk)
  return hash.digest('hex')
}

function inParis(instant: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Paris', dateStyle: 'full', timeStyle: 'short' }).format(
    new Date(instant),
  )
}
