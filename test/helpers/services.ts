import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { test } from 'vitest'

const SCRIPT = fileURLToPath(new URL('../../scripts/services', import.meta.url))
const FOLDER = fileURLToPath(new URL('../../.services', import.meta.url))

export type Service = 'minio' | 'mongodb' | 'ferretdb'
export type Variables = Readonly<Record<string, string>>

/** The variables for external servers, given by TEST_S3_ENDPOINT, TEST_MONGODB_URL and TEST_FERRETDB_URL. */
const EXTERNAL: Record<Service, () => Variables | undefined> = {
  minio: () => {
    const { TEST_S3_ENDPOINT, AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION } = process.env
    return TEST_S3_ENDPOINT
      ? {
          AWS_ENDPOINT_URL_S3: TEST_S3_ENDPOINT,
          AWS_ACCESS_KEY_ID: AWS_ACCESS_KEY_ID ?? 'minioadmin',
          AWS_SECRET_ACCESS_KEY: AWS_SECRET_ACCESS_KEY ?? 'miniopassword',
          AWS_REGION: AWS_REGION ?? 'us-east-1',
        }
      : undefined
  },
  mongodb: () => {
    const { TEST_MONGODB_URL } = process.env
    return TEST_MONGODB_URL ? { DATAGOUV_TOPS_DOCUMENTS: TEST_MONGODB_URL } : undefined
  },
  ferretdb: () => {
    const { TEST_FERRETDB_URL } = process.env
    return TEST_FERRETDB_URL ? { DATAGOUV_TOPS_DOCUMENTS: TEST_FERRETDB_URL } : undefined
  },
}

/** Returns the variables of a running service. Without it, it adds one skipped test, so that the suite is not skipped silently. */
export function serviceOrSkip(service: Service, suite: string): Variables | undefined {
  const file = join(FOLDER, `${service}.env`)
  const found = EXTERNAL[service]() ?? (existsSync(file) ? parse(readFileSync(file, 'utf8')) : undefined)
  if (found === undefined) {
    const how = `scripts/services install ${service} && scripts/services start ${service}`
    test(suite, ({ skip }) => skip(`${service} is not running; to start it: ${how}`))
  }
  return found
}

/** A server for one test, which may kill it. */
export interface OwnServer {
  readonly variables: Variables
  /** Returns when the process has ended. */
  kill(): Promise<void>
  pause(): void
  resume(): void
  /** Starts it again on the same port, with the same data. */
  start(): Promise<void>
  /** Stops it and removes its data. */
  remove(): Promise<void>
}

/** Whether the server is installed on this machine. */
export function isInstalled(service: Service): boolean {
  return !spawnSync(SCRIPT, ['status', service], { encoding: 'utf8' }).stdout.includes('not installed')
}

/** @param dataFolder an existing folder for its data, which is kept; by default a temporary one */
export async function startOwnServer(service: Service, dataFolder?: string): Promise<OwnServer> {
  const folder = dataFolder ?? (await mkdtemp(join(tmpdir(), 'datagouv-tops-services-')))
  const env = { ...process.env, SERVICES_FOLDER: folder }
  const call = (verb: string) => execFileSync(SCRIPT, [verb, service], { env, stdio: ['ignore', 'ignore', 'pipe'] })
  const pid = () => Number(readFileSync(join(folder, service, 'pid'), 'utf8'))
  call('start')
  return {
    variables: parse(readFileSync(join(folder, `${service}.env`), 'utf8')),
    kill: async () => {
      process.kill(pid(), 'SIGKILL')
      while (isAlive(pid())) await new Promise((resolve) => setTimeout(resolve, 5))
    },
    pause: () => {
      process.kill(pid(), 'SIGSTOP')
      // Its threads stop one by one, and one of them may still answer.
      while (!isStopped(pid()));
    },
    resume: () => void process.kill(pid(), 'SIGCONT'),
    start: async () => void call('start'),
    remove: async () => {
      call('stop')
      if (dataFolder === undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Returns a unique name for a bucket or a database. */
export function uniqueName(): string {
  return `tops-test-${randomBytes(6).toString('hex')}`
}

function parse(text: string): Variables {
  const lines = text.split('\n').filter((line) => line !== '')
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]))
}

/** Reads Linux's state of a process; elsewhere it counts as stopped at once. */
function isStopped(pid: number): boolean {
  const path = `/proc/${pid}/stat`
  return !existsSync(path) || / T /.test(readFileSync(path, 'utf8'))
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
