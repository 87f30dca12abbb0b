import { execFile, execFileSync, spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { checkerPath } from '../helpers/checker.ts'
import { freePort } from '../helpers/port.ts'
import { STORE_CLIENTS } from './engine.ts'

const execute = promisify(execFile)

/** Time limit for services to become healthy after they were created. */
const HEALTHY_TIMEOUT_MS = 240_000

/** The services that publish a port, with the port. MinIO's console has a second one. */
const PUBLISHED = { mongodb: [27017], minio: [9000, 9001], serve: [8000], airflow: [8080] } as const

const OWN_IMAGES = {
  'datagouv-tops-test/tool': ['serve', 'schedule'],
  'datagouv-tops-test/airflow': [
    'airflow-init',
    'airflow',
    'airflow-scheduler',
    'airflow-dag-processor',
    'airflow-worker',
  ],
} as const

export interface Container {
  readonly ID: string
  readonly Service: string
  readonly State: string
  readonly Health: string
  readonly ExitCode: number
}

/** The contents of the stores, read by other clients than those of the tool. */
export interface Contents {
  readonly objects: Readonly<Record<string, { readonly sha256: string; readonly records?: number }>>
  readonly tops: Readonly<Record<string, Document>>
}

interface Document {
  readonly archive: { readonly key: string; readonly sha256: string; readonly records: number }
  readonly organizations: readonly unknown[]
  readonly datasets: readonly { readonly dataset_title: string }[]
}

type Ports = Readonly<Record<number, number>>

/** The services of compose.yaml in a clone of the project, under a project name of their own. */
export class Stack {
  readonly folder: string
  readonly project: string
  readonly ports: Ports
  readonly #env: Readonly<Record<string, string>>
  readonly #volumesBefore = volumes()

  private constructor(folder: string, project: string, ports: Ports) {
    this.folder = folder
    this.project = project
    this.ports = ports
    this.#env = { ...(process.env as Record<string, string>), COMPOSE_PROJECT_NAME: project }
  }

  /** Clones a commit as a user with this umask would. The containers fetch from `portal`. */
  static async clone(repository: string, commit: string, umask: string, portal: string): Promise<Stack> {
    const folder = join(await mkdtemp(join(tmpdir(), 'datagouv-tops-compose-')), 'datagouv-tops')
    const script = 'umask "$3" && git clone --quiet --no-hardlinks "$0" "$1" && git -C "$1" checkout --quiet "$2"'
    execFileSync('bash', ['-c', script, repository, folder, commit, umask])
    const ports = await choosePorts()
    writeFileSync(join(folder, 'compose.override.yaml'), override(portal, ports))
    return new Stack(folder, `datagouv-tops-test-${process.pid}`, ports)
  }

  /** Runs a line in the clone, and returns its output. */
  async shell(line: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
    const options = { cwd: this.folder, env: { ...this.#env, ...env }, maxBuffer: 2 ** 28 }
    const { stdout, stderr } = await execute('bash', ['-o', 'pipefail', '-ec', line], options)
    return stdout + stderr
  }

  /** The containers of all profiles, also those that have ended. */
  async containers(): Promise<readonly Container[]> {
    const { stdout } = await execute('docker', ['compose', '--profile', '*', 'ps', '--all', '--format', 'json'], {
      cwd: this.folder,
      env: this.#env,
    })
    return stdout
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line))
  }

  async container(service: string): Promise<string> {
    return (await this.containers()).find(({ Service }) => Service === service)!.ID
  }

  /** Waits until all containers are healthy, and `airflow-init` has succeeded. Returns how many each service has. */
  async healthy(): Promise<Readonly<Record<string, number>>> {
    const start = Date.now()
    for (;;) {
      const containers = await this.containers()
      const waiting = containers.filter((one) => !isReady(one))
      if (waiting.length === 0 && containers.length > 0) {
        return Object.fromEntries(containers.map(({ Service }) => [Service, countOf(containers, Service)]))
      }
      if (Date.now() - start > HEALTHY_TIMEOUT_MS) throw new Error(await this.#describe(waiting))
      await sleep(2_000)
    }
  }

  async #describe(containers: readonly Container[]): Promise<string> {
    const services = containers.map(({ Service }) => Service)
    const states = containers.map(({ Service, State, Health }) => `${Service}: ${State} ${Health}`)
    const logs = await this.shell(`docker compose --profile '*' logs --tail 20 ${services.join(' ')}`)
    return `not healthy after ${HEALTHY_TIMEOUT_MS / 1000} s: ${states.join(', ')}\n${logs}`
  }

  /** Everything of this project that is on the engine, also volumes without a name, which carry no label of a project. */
  remains(): Readonly<Record<'containers' | 'networks' | 'volumes', readonly string[]>> {
    const filter = ['--filter', `label=com.docker.compose.project=${this.project}`]
    const list = (...args: string[]) =>
      execFileSync('docker', [...args, ...filter, '--format', '{{.ID}}'])
        .toString()
        .split('\n')
        .filter((line) => line !== '')
        .sort()
    return {
      containers: list('ps', '--all'),
      networks: list('network', 'ls'),
      volumes: volumes().filter((name) => !this.#volumesBefore.includes(name)),
    }
  }

  contents(): Contents {
    const python = checkerPath(STORE_CLIENTS)
    const script = new URL('contents.py', import.meta.url).pathname
    const addresses = [`http://127.0.0.1:${this.ports[9000]}`, `mongodb://127.0.0.1:${this.ports[27017]}/`]
    return JSON.parse(execFileSync(python, [script, ...addresses], { encoding: 'utf8', maxBuffer: 2 ** 28 }))
  }

  env(): string {
    return readFileSync(join(this.folder, '.env'), 'utf8')
  }

  /** Removes containers, networks, volumes, the images built here, and the clone. */
  async remove(): Promise<void> {
    spawnSync('docker', ['compose', '--profile', '*', 'down', '--volumes', '--timeout', '5'], {
      cwd: this.folder,
      env: this.#env,
    })
    for (const image of Object.keys(OWN_IMAGES)) spawnSync('docker', ['image', 'rm', '--force', image])
    await rm(dirname(this.folder), { recursive: true, force: true })
  }
}

function volumes(): readonly string[] {
  return execFileSync('docker', ['volume', 'ls', '--quiet'])
    .toString()
    .split('\n')
    .filter((name) => name !== '')
    .sort()
}

function isReady({ Service, State, Health, ExitCode }: Container): boolean {
  return Service === 'airflow-init' ? State === 'exited' && ExitCode === 0 : State === 'running' && Health === 'healthy'
}

function countOf(containers: readonly Container[], service: string): number {
  return containers.filter(({ Service }) => Service === service).length
}

/** Keeps the standard ports. Replaces those that something else uses on this machine. */
async function choosePorts(): Promise<Ports> {
  const ports = Object.values(PUBLISHED).flat()
  const chosen = await Promise.all(ports.map(async (port) => ((await isInUse(port)) ? await freePort() : port)))
  return Object.fromEntries(ports.map((port, index) => [port, chosen[index]!]))
}

function isInUse(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1')
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false))
    socket.once('connect', () => socket.destroy())
  })
}

/** The differences from compose.yaml: the portal, the names of the images, and ports that are in use. */
function override(portal: string, ports: Ports): string {
  const lines = Object.entries(OWN_IMAGES).flatMap(([image, services]) =>
    services.map((service) => {
      const published: readonly number[] = PUBLISHED[service as keyof typeof PUBLISHED] ?? []
      return `  ${service}: { image: "${image}", environment: { DATAGOUV_TOPS_PORTAL: "${portal}" }${portsOf(published, ports)} }`
    }),
  )
  for (const service of ['mongodb', 'minio'] as const) {
    const changed = portsOf(PUBLISHED[service], ports).replace(', ', '')
    if (changed !== '') lines.push(`  ${service}: { ${changed} }`)
  }
  return `services:\n${lines.join('\n')}\n`
}

function portsOf(published: readonly number[], ports: Ports): string {
  if (published.every((port) => ports[port] === port)) return ''
  return `, ports: !override [${published.map((port) => `"127.0.0.1:${ports[port]}:${port}"`).join(', ')}]`
}
