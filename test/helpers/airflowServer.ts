import { execFile, spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { PublishResult } from '../../src/pipeline/result.ts'

const execute = promisify(execFile)
const SCRIPT = fileURLToPath(new URL('../../scripts/services', import.meta.url))
type Variables = Readonly<Record<string, string>>

const DAG = 'datagouv_tops'

interface TaskInstance {
  readonly task_id: string
  readonly rendered_map_index: string | null
  readonly state: string | null
  readonly try_number: number
  /** Where it runs or ran. */
  readonly hostname: string | null
  readonly start_date: string | null
}

interface DagRun {
  readonly dag_run_id: string
  readonly logical_date: string | null
  readonly run_type: string
  readonly state: string
}

interface AssetEvent {
  readonly source_run_id: string
  readonly extra: PublishResult
}

/** Returns why a suite that starts services must be skipped, or undefined. */
export function skipReason(...services: readonly string[]): string | undefined {
  if (!process.env.TEST_AIRFLOW) return 'it takes minutes; to run it: make test-airflow'
  const missing = services.filter((one) => spawnSync(SCRIPT, ['status', one]).stdout.includes('not installed'))
  return missing.length === 0 ? undefined : `to run it: scripts/services install ${missing.join(' ')}`
}

/** Runs `scripts/services` in one folder, as a user does. */
export class Services {
  readonly folder: string
  readonly #env: Variables

  constructor(folder: string, env: Variables = {}) {
    this.folder = folder
    this.#env = { SERVICES_FOLDER: folder, ...env }
  }

  /** @param prefix goes before the command, to run it on another host */
  async call(args: readonly string[], prefix: readonly string[] = [], env: Variables = {}): Promise<string> {
    const [program, ...rest] = [...prefix, SCRIPT, ...args] as [string, ...string[]]
    return (await execute(program, rest, { env: { ...process.env, ...this.#env, ...env } })).stdout
  }

  /** Runs a shell line after `eval "$(scripts/services env …)"`. */
  async shell(line: string, ...services: readonly string[]): Promise<string> {
    const script = `eval "$("$0" env ${services.join(' ')})" && ${line}`
    return (await execute('bash', ['-c', script, SCRIPT], { env: { ...process.env, ...this.#env } })).stdout
  }

  /** Returns the variables with which a running service is reached. */
  async variables(service: string): Promise<Variables> {
    const lines = (await this.call(['env', service])).trim().split('\n')
    return Object.fromEntries(lines.map((line) => line.replace('export ', '').split(/=(.*)/, 2)))
  }

  port(service: string): number {
    return Number(readFileSync(`${this.folder}/${service}/port`, 'utf8'))
  }

  pid(service: string): number {
    return Number(readFileSync(`${this.folder}/${service}/pid`, 'utf8'))
  }
}

/** Calls Airflow's REST API for our DAG. */
export class AirflowApi {
  readonly #url: string
  #token = ''

  constructor(url: string) {
    this.#url = url
  }

  async logIn(username: string, password: string): Promise<void> {
    this.#token = (
      await this.#call<{ access_token: string }>('POST', '/auth/token', { username, password })
    ).access_token
  }

  async unpause(): Promise<void> {
    const path = `/api/v2/dags/${DAG}`
    // The DAG exists once Airflow has read its file.
    while ((await this.#call<{ detail?: string }>('GET', path)).detail !== undefined) await sleep(500)
    await this.#call('PATCH', path, { is_paused: false })
  }

  async trigger(conf: object): Promise<string> {
    const run = await this.#call<DagRun>('POST', `/api/v2/dags/${DAG}/dagRuns`, { logical_date: null, conf })
    return run.dag_run_id
  }

  async firstRun(): Promise<DagRun> {
    for (;;) {
      const [run] = await this.runs()
      if (run !== undefined) return run
      await sleep(500)
    }
  }

  async runs(): Promise<readonly DagRun[]> {
    return (await this.#call<{ dag_runs: DagRun[] }>('GET', `/api/v2/dags/${DAG}/dagRuns?limit=100`)).dag_runs
  }

  async tasks(run: string): Promise<readonly TaskInstance[]> {
    const path = `/api/v2/dags/${DAG}/dagRuns/${encodeURIComponent(run)}/taskInstances?limit=100`
    return (await this.#call<{ task_instances: TaskInstance[] }>('GET', path)).task_instances
  }

  /** Returns the result of a task that is not mapped. */
  async result(run: string, task: string): Promise<unknown> {
    const path = `/api/v2/dags/${DAG}/dagRuns/${encodeURIComponent(run)}/taskInstances/${task}/xcomEntries/return_value`
    return (await this.#call<{ value: unknown }>('GET', path)).value
  }

  /** Waits until a run has ended. */
  async ended(run: string): Promise<DagRun> {
    for (;;) {
      const found = (await this.runs()).find(({ dag_run_id }) => dag_run_id === run)
      if (found !== undefined && ['success', 'failed'].includes(found.state)) return found
      await sleep(500)
    }
  }

  async events(): Promise<readonly AssetEvent[]> {
    return (await this.#call<{ asset_events: AssetEvent[] }>('GET', '/api/v2/assets/events?limit=100')).asset_events
  }

  async #call<T>(method: string, path: string, body?: object): Promise<T> {
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${this.#token}` }
    const response = await fetch(this.#url + path, { method, headers, ...(body && { body: JSON.stringify(body) }) })
    return (await response.json()) as T
  }
}
