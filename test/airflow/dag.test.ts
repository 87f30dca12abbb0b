import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, test } from 'vitest'
import { airflow, airflowOrSkip, DAGS } from '../helpers/airflow.ts'

const HERE = fileURLToPath(new URL('.', import.meta.url))
const programs = airflowOrSkip('the DAG')

interface Facts {
  readonly errors: object
  readonly dag: { readonly doc: string; readonly tags: readonly string[] }
  readonly tasks: Readonly<Record<string, Task>>
  readonly spring: readonly string[]
  readonly autumn: readonly string[]
  readonly dates: object
  readonly outcomes: Readonly<Record<string, Outcome>>
  readonly killed: Outcome
  readonly not_found: Outcome
  readonly environment: readonly string[]
  readonly archive: object
  readonly publish: Readonly<Record<string, string>>
  readonly documents: readonly object[]
}

interface Task {
  readonly after: readonly string[]
  readonly mapped: boolean
  readonly timeout: number
  readonly teardown: boolean
  readonly outlets: readonly string[]
}

/** The outcome of a command: its value, or its final or temporary failure. */
interface Outcome {
  readonly returned?: unknown
  readonly final?: string
  readonly retry?: string
}

if (programs !== undefined) {
  let facts: Facts

  beforeAll(async () => {
    const home = await mkdtemp(join(tmpdir(), 'datagouv-tops-test-'))
    const env = { AIRFLOW__CORE__FERNET_KEY: 'secret', AWS_PROFILE: 'mine', DATAGOUV_TOPS_RETRIES: '1' }
    try {
      const script = [join(HERE, 'facts.py'), DAGS]
      facts = JSON.parse(await airflow(join(programs, 'python'), script, { home, path: HERE, env }))
    } finally {
      await rm(home, { recursive: true, force: true })
    }
  })

  describe('the DAG', () => {
    test('loads, and explains itself on the page of Airflow', () => {
      expect(facts.errors).toEqual({})
      expect(facts.dag.doc).toContain('Every Wednesday at 17:00 in Paris')
      expect(facts.dag.tags).toContain('datagouv-tops')
    })

    test('fetches, then archives and publishes each watch, also on portals, then notifies', () => {
      const after = Object.entries(facts.tasks).map(([name, task]) => [name, task.after])
      expect(Object.fromEntries(after)).toEqual({
        watches: [],
        fetch: [],
        archive: ['fetch', 'watches'],
        publish: ['archive', 'watches'],
        publish_remote: ['publish', 'watches'],
        notify: ['publish_remote'],
      })
      expect(tasksWith(({ mapped }) => mapped)).toEqual(['archive', 'publish', 'publish_remote'])
    })

    test('is due on Wednesdays at 17:00 in Paris, before and after both clock changes', () => {
      expect(facts.spring).toEqual([
        '2027-03-24T16:00:00+00:00',
        '2027-03-31T15:00:00+00:00',
        '2027-04-07T15:00:00+00:00',
      ])
      expect(facts.autumn).toEqual([
        '2027-10-27T15:00:00+00:00',
        '2027-11-03T16:00:00+00:00',
        '2027-11-10T16:00:00+00:00',
      ])
    })

    test('makes the edition of the Paris date that a run is for, however it was started', () => {
      expect(facts.dates).toEqual({
        scheduled: '2027-03-31',
        late: '2026-11-18',
        'by hand': '2026-11-19',
        'by hand for a date': '2026-11-11',
        backfill: '2026-10-28',
      })
    })

    test('makes one date at a time, only the last of the missed ones, and limits the time of each step', () => {
      expect(facts.dag).toMatchObject({ catchup: false, max_active_runs: 1 })
      for (const [name, { timeout }] of Object.entries(facts.tasks)) expect(timeout, name).toBe(3600)
    })

    test('emits an asset event for each edition', () => {
      expect(tasksWith(({ outlets }) => outlets.includes('datagouv-tops://editions/'))).toEqual(['publish'])
    })

    test('always notifies, without changing the state of the run', () => {
      expect(tasksWith(({ teardown }) => teardown)).toEqual(['notify'])
    })

    const tasksWith = (condition: (task: Task) => boolean) =>
      Object.keys(facts.tasks)
        .filter((name) => condition(facts.tasks[name]!))
        .sort()
  })

  describe('a task', () => {
    const why = (code: number) => `datagouv-tops: this is why, and what next (${code})`

    test('returns what its command prints on stdout, without its stderr', () => {
      expect(facts.outcomes[0]).toEqual({ returned: { arguments: 'exit 0 --json' } })
    })

    test('fails at once if a retry cannot help, with the reason from the command', () => {
      expect(facts.outcomes[1]).toEqual({ final: `exit code 1, a bug: ${why(1)}` })
      expect(facts.outcomes[2]).toEqual({ final: `exit code 2, a usage or configuration error: ${why(2)}` })
      expect(facts.outcomes[4]).toEqual({ final: `exit code 4, an export breaks its contract: ${why(4)}` })
      expect(facts.outcomes[6]).toEqual({ final: `exit code 6, the completeness gate refused the export: ${why(6)}` })
      expect(facts.not_found).toEqual({ final: 'datagouv-tops-is-not-here is not on the PATH of this worker' })
    })

    test.each([3, 5, 7, 130, 143])('is retried after exit code %i', (code) => {
      expect(facts.outcomes[code]).toEqual({ retry: `exit code ${code}, a retry can help: ${why(code)}` })
    })

    test('is retried after its command was killed', () => {
      expect(facts.killed).toEqual({ retry: 'exit code -9, a retry can help: at work' })
    })

    test("passes the worker's environment to its command, without Airflow's own variables", () => {
      expect(facts.environment).toEqual(['AWS_PROFILE', 'DATAGOUV_TOPS_RETRIES'])
    })

    test("reads the archive, the documents and the API key from Airflow's connections", () => {
      expect(facts.publish).toEqual({ DATAGOUV_TOPS_PUBLISH_API_KEY: 'k3y' })
      expect(facts.archive).toEqual({
        DATAGOUV_TOPS_ARCHIVE: 's3://bucket',
        AWS_ACCESS_KEY_ID: 'key',
        AWS_SECRET_ACCESS_KEY: 's3cr3t',
        AWS_ENDPOINT_URL_S3: 'http://minio:9000',
        AWS_REGION: 'eu-west-3',
      })
      expect(facts.documents).toEqual([
        { DATAGOUV_TOPS_DOCUMENTS: 'mongodb://mongodb:27017/tops' },
        {
          DATAGOUV_TOPS_DOCUMENTS: 'mongodb+srv://me%40home:a%2Fb%3Ac@cluster.example.org/datagouv?authSource=admin',
        },
        {
          DATAGOUV_TOPS_DOCUMENTS:
            'mongodb://localhost/datagouv?tls=true&retryWrites=false&tlsInsecure=true&maxPoolSize=4',
        },
      ])
    })
  })
}
