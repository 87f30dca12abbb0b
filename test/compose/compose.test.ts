import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, statSync, symlinkSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { AirflowApi } from '../helpers/airflowServer.ts'
import { chromiumOrSkip, openBrowser } from '../helpers/browser.ts'
import { type Fault, type ReplicaRequest, startReplica } from '../helpers/replica.ts'
import { sampleFile } from '../helpers/sample.ts'
import { bridgeAddress, skipReason, startEngine } from './engine.ts'
import { type Contents, Stack } from './stack.ts'

/** `make test-compose`: the two commands of the README on a real Docker engine, and the later life of the services. */
const SUITE = 'compose.yaml on a Docker engine'
const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** The commit to upgrade from. */
const UPGRADE_FROM = process.env.UPGRADE_FROM ?? 'HEAD^'

/** The command of docs/deploy.md that stops everything. */
const DOWN = "docker compose --profile '*' down"

const STEADY = [
  'airflow',
  'airflow-dag-processor',
  'airflow-init',
  'airflow-scheduler',
  'minio',
  'mongodb',
  'postgres',
  'serve',
]
const EACH_ONCE = Object.fromEntries(STEADY.map((service) => [service, 1]))

const SCHEDULED_DATE = '2026-10-28'
const LOCAL_DATE = '2026-11-04'
const CELERY_DATE = '2026-11-11'
const UPGRADED_DATE = '2026-11-18'

const reason = skipReason()
if (reason !== undefined) {
  test(SUITE, ({ skip }) => skip(reason))
} else {
  describe(SUITE, { timeout: 900_000 }, () => {
    let stopEngine: () => void
    let portal: Portal
    let stack: Stack
    const stacks: Stack[] = []
    let api: AirflowApi

    beforeAll(async () => {
      stopEngine = startEngine(imagesOf('HEAD'))
      portal = await startPortal()
      // Strict, so that the images must not depend on the modes of files in the clone.
      stack = await openStack('HEAD', '077')
    }, 1_800_000)

    afterAll(async () => {
      for (const opened of stacks) await opened.remove()
      await portal?.close()
      stopEngine?.()
    }, 180_000)

    test('the two commands start all services, and all become healthy without a restart', async () => {
      expect(await stack.shell('./prepareServices.sh')).toBe('ready: docker compose up --build -d\n')
      await stack.shell('docker compose up --build -d')
      expect(await stack.healthy()).toEqual(EACH_ONCE)
      for (const { ID, Service } of await stack.containers()) {
        expect([Service, inspect(ID, '{{.RestartCount}}')]).toEqual([Service, '0'])
      }
    })

    describe("the tool's image", () => {
      test('contains the package and its production dependencies only', async () => {
        const { dependencies, devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
        const script = `console.log(fs.readdirSync('/app', { recursive: true }).join('\\n'))`
        const options = { encoding: 'utf8', maxBuffer: 2 ** 28 } as const
        const command = ['exec', await stack.container('serve'), 'node', '-e', script]
        const files = execFileSync('docker', command, options).split('\n')
        for (const name of Object.keys(dependencies)) expect(files).toContain(`node_modules/${name}/package.json`)
        for (const name of Object.keys(devDependencies)) expect(files).not.toContain(`node_modules/${name}`)
        const folders = new Set(files.map((file) => file.split('/')[0]).filter((file) => file !== ''))
        expect([...folders].sort()).toEqual(['LICENSE', 'dist', 'node_modules', 'package.json', 'sample'])
        expect(files.filter((file) => /\.(map|ts)$/.test(file) && file.startsWith('node_modules/'))).toEqual([])
      })

      test('runs as a user without rights, on a file system that it cannot write to', async () => {
        const serve = await stack.container('serve')
        const status = execFileSync('docker', ['exec', serve, 'cat', '/proc/1/status']).toString()
        expect(status).toMatch(/^Uid:\s+1000\s+1000\s+1000\s+1000$/m)
        expect(status).toMatch(/^CapEff:\s+0000000000000000$/m)
        expect(status).toMatch(/^CapBnd:\s+0000000000000000$/m)
        expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
        for (const path of ['/app/x', '/data/x', '/tmp/x']) {
          expect(spawnSync('docker', ['exec', serve, 'touch', path]).stderr.toString()).toContain(
            'Read-only file system',
          )
        }
      })

      test('runs the whole pipeline so, with one writable folder for its stores', () => {
        const run = (...flags: string[]) => {
          const restricted = [
            '--read-only',
            '--cap-drop',
            'ALL',
            '--security-opt',
            'no-new-privileges',
            '--network',
            'none',
          ]
          const command = ['datagouv-tops-test/tool', 'demo', '--no-serve', '--into', '/data/demo', '--quiet', '--json']
          return spawnSync('docker', ['run', '--rm', ...restricted, ...flags, ...command], { encoding: 'utf8' })
        }
        const { status, stdout } = run('--tmpfs', '/data:uid=1000')
        expect([status, JSON.parse(stdout).results.length]).toEqual([0, 3])
        const refused = run()
        expect([refused.status, refused.stderr]).toEqual([5, expect.stringContaining('read-only')])
      })

      test('is healthy only while the server and both stores answer', async () => {
        const serve = await stack.container('serve')
        const [, ...command] = JSON.parse(inspect(serve, '{{json .Config.Healthcheck.Test}}'))
        const check = () => spawnSync('docker', ['exec', serve, ...command]).status
        expect(check()).toBe(0)
        for (const store of ['minio', 'mongodb']) {
          await stack.shell(`docker compose stop ${store}`)
          // The server keeps its last answer for a second.
          await until(() => check() === 1)
          await stack.shell(`docker compose start ${store}`)
          await stack.healthy()
          await until(() => check() === 0)
        }
      })
    })

    test('the DAG is green with LocalExecutor, for the last Wednesday and for a date by hand', async () => {
      api = await openAirflow(stack)
      await api.unpause()
      const scheduled = await api.firstRun()
      expect([scheduled.run_type, (await api.ended(scheduled.dag_run_id)).state]).toEqual(['scheduled', 'success'])
      const run = await api.trigger({ date: LOCAL_DATE })
      expect((await api.ended(run)).state).toBe('success')
      for (const { task_id, try_number } of await api.tasks(run)) expect([task_id, try_number]).toEqual([task_id, 1])
    })

    test('other clients read the objects and the document of the edition', () => {
      expectEdition(stack.contents(), LOCAL_DATE)
    })

    test('the page shows the edition', async ({ skip }) => {
      const chromium = chromiumOrSkip('the page of the services') ?? skip('Chromium is not installed')
      const browser = await openBrowser(chromium)
      try {
        const page = await browser.newPage()
        const problems: string[] = []
        page.on('pageerror', ({ message }) => problems.push(message))
        page.on('console', (message) => message.type() === 'error' && problems.push(message.text()))
        const url = `http://localhost:${stack.ports[8000]}/editions/mobilite-transport/${LOCAL_DATE}`
        expect((await page.goto(url))?.status()).toBe(200)
        const text = await page.textContent('main')
        const { datasets } = stack.contents().tops[`mobilite-transport/${LOCAL_DATE}`]!
        expect(normalize(text!)).toContain(normalize(datasets[0]!.dataset_title))
        expect((await page.goto(`http://localhost:${stack.ports[8000]}/`))?.status()).toBe(200)
        expect(problems).toEqual([])
      } finally {
        await browser.close()
      }
    })

    test('prepareServices.sh changes no secret when it is run again', async () => {
      const before = stack.env()
      await stack.shell('./prepareServices.sh')
      expect(stack.env()).toBe(before)
      expect(statSync(join(stack.folder, '.env')).mode & 0o077).toBe(0)
    })

    test('nothing is lost by "restart"', async () => {
      const before = await state(stack, api)
      await stack.shell('docker compose restart')
      expect(await stack.healthy()).toEqual(EACH_ONCE)
      expect(await state(stack, await openAirflow(stack))).toEqual(before)
    })

    test('nothing is lost by "down" and "up", which docker-compose with a hyphen can do as well', async () => {
      const before = await state(stack, api)
      const { volumes } = stack.remains()
      await stack.shell('docker compose down')
      expect(stack.remains()).toEqual({ containers: [], networks: [], volumes })
      await stack.shell('docker-compose up --build -d', { PATH: `${hyphenFolder()}:${process.env.PATH}` })
      expect(await stack.healthy()).toEqual(EACH_ONCE)
      api = await openAirflow(stack)
      expect(await state(stack, api)).toEqual(before)
    })

    test('the DAG is green on two Celery workers, although one is killed in the middle of a task', async () => {
      const command = 'docker compose --profile celery up --build -d --scale airflow-worker=2'
      await stack.shell(command, { AIRFLOW_EXECUTOR: 'CeleryExecutor' })
      expect(await stack.healthy()).toEqual({ ...EACH_ONCE, redis: 1, 'airflow-worker': 2 })
      api = await openAirflow(stack)
      const stalled = portal.stall()
      const run = await api.trigger({ date: CELERY_DATE })
      await stalled
      const victim = await hostOf(api, run, 'fetch')
      const workers = (await stack.containers()).filter(({ Service }) => Service === 'airflow-worker')
      expect(workers.map(({ ID }) => ID.slice(0, 12))).toContain(victim)
      execFileSync('docker', ['kill', '--signal', 'KILL', victim])
      portal.resume()

      expect((await api.ended(run)).state).toBe('success')
      const fetch = (await api.tasks(run)).find(({ task_id }) => task_id === 'fetch')!
      expect(fetch.try_number).toBeGreaterThan(1)
      expect(workers.map(({ ID }) => ID.slice(0, 12)).filter((id) => id !== victim)).toEqual([fetch.hostname])
      const contents = stack.contents()
      expectEdition(contents, CELERY_DATE)
      expect(Object.keys(contents.objects).filter((key) => key.startsWith('.partial/'))).toEqual([])
      await verify(stack)
    })

    test('the documented "down" stops the services of all profiles, and keeps the data', async () => {
      expect(readFileSync(join(ROOT, 'docs/deploy.md'), 'utf8')).toContain(`\n${DOWN}\n`)
      await stack.shell('docker compose --profile schedule up -d')
      await until(async () =>
        (await stack.containers()).some(({ Service, Health }) => Service === 'schedule' && Health === 'healthy'),
      )
      // It fetches, archives and publishes without a writable file system.
      await stack.shell(`docker compose exec -T schedule node /app/dist/cli.js run --date ${SCHEDULED_DATE} --quiet`)
      expectEdition(stack.contents(), SCHEDULED_DATE)
      const { volumes, containers } = stack.remains()
      expect(containers.length).toBeGreaterThan(STEADY.length + 2)
      await stack.shell(DOWN)
      expect(stack.remains()).toEqual({ containers: [], networks: [], volumes })
      expect(volumes.map((name) => name.replace(`${stack.project}_`, ''))).toEqual(['minio', 'mongodb', 'postgres'])
    })

    test('"down -v" removes everything', async () => {
      await stack.shell('docker compose up -d')
      await stack.shell(`${DOWN} -v`)
      expect(stack.remains()).toEqual({ containers: [], networks: [], volumes: [] })
    })

    test('an upgrade from an earlier commit keeps secrets, editions and the history of Airflow', async ({ skip }) => {
      if (!isCommit(UPGRADE_FROM)) skip(`there is no commit ${UPGRADE_FROM} in this clone`)
      startEngine(imagesOf(UPGRADE_FROM))
      stack = await openStack(UPGRADE_FROM, '022')
      await stack.shell('./prepareServices.sh && docker compose up --build -d')
      await stack.healthy()
      api = await openAirflow(stack)
      await api.unpause()
      await api.ended((await api.firstRun()).dag_run_id)
      expect((await api.ended(await api.trigger({ date: LOCAL_DATE }))).state).toBe('success')
      const before = { ...(await state(stack, api)), env: stack.env() }
      const mounts = inspect(await stack.container('mongodb'), '{{range .Mounts}}{{.Name}} {{end}}').split(' ')

      await stack.shell(
        `git checkout --quiet ${commitOf('HEAD')} && ./prepareServices.sh && docker compose up --build -d`,
      )
      expect(await stack.healthy()).toEqual(EACH_ONCE)
      api = await openAirflow(stack)
      expect({ ...(await state(stack, api)), env: stack.env() }).toEqual(before)
      expect((await api.ended(await api.trigger({ date: UPGRADED_DATE }))).state).toBe('success')
      expectEdition(stack.contents(), UPGRADED_DATE)
      await verify(stack)
      // Until Node 26, MongoDB had a volume without a name, which stays on the engine.
      for (const name of mounts.filter((mount) => /^[0-9a-f]{64}$/.test(mount))) {
        spawnSync('docker', ['volume', 'rm', name])
      }
    })

    async function openStack(commit: string, umask: string): Promise<Stack> {
      const opened = await Stack.clone(ROOT, commitOf(commit), umask, portal.url)
      stacks.push(opened)
      return opened
    }
  })
}

interface Portal {
  readonly url: string
  /** Publishes the exports of the next week, and stalls downloads of datasets in the middle. Resolves at the first one. */
  stall(): Promise<void>
  resume(): void
  close(): Promise<void>
}

/** Starts a portal that containers reach, with the bundled exports as of now. */
async function startPortal(): Promise<Portal> {
  const filesOf = async (date: string) => {
    // The gate refuses old exports.
    const modified = new Date()
    return {
      datasets: { ...(await sampleFile('datasets', date)), modified },
      organizations: { ...(await sampleFile('organizations', date)), modified },
    }
  }
  let onStall: (() => void) | undefined
  const fault = ({ path, name }: ReplicaRequest): Fault | undefined => {
    if (onStall === undefined || path !== 'file' || name !== 'datasets') return undefined
    onStall()
    return { stallAfter: 100_000 }
  }
  const front = await openFront()
  const replica = await startReplica({
    files: await filesOf('2023-08-02'),
    fault,
    catalogue: (metadata) => JSON.parse(JSON.stringify(metadata).replaceAll(replica.url, front.url)),
  })
  front.forwardTo(Number(new URL(replica.url).port))
  return {
    url: front.url,
    stall: async () => {
      // An export that is stored already is not downloaded again.
      const files = await filesOf('2023-08-09')
      replica.publish('datasets', files.datasets)
      replica.publish('organizations', files.organizations)
      return new Promise((resolve) => {
        onStall = resolve
      })
    },
    resume: () => {
      onStall = undefined
    },
    close: async () => {
      front.close()
      await replica.close()
    },
  }
}

/** Listens where containers reach it, and forwards to a port of the loopback interface. */
async function openFront() {
  let port = 0
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    client.pipe(upstream).pipe(client)
    for (const socket of [client, upstream]) {
      socket.on('error', () => {
        client.destroy()
        upstream.destroy()
      })
    }
  })
  const listen = async (address: string) => {
    server.listen(0, address)
    await once(server, 'listening')
    return address
  }
  // With Docker Desktop, containers reach this machine by a name.
  const host = await listen(bridgeAddress()).catch(() => listen('0.0.0.0').then(() => 'host.docker.internal'))
  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`,
    forwardTo: (target: number) => {
      port = target
    },
    close: () => void server.close(),
  }
}

function expectEdition({ objects, tops }: Contents, date: string): void {
  const document = tops[`mobilite-transport/${date}`]!
  expect(document.archive.key).toBe(`${date}/mobilite-transport.csv`)
  const csv = objects[document.archive.key]!
  expect(csv).toEqual({ sha256: document.archive.sha256, records: document.archive.records })
  expect(document.archive.records).toBeGreaterThan(100)
  expect(document.organizations).toHaveLength(30)
  expect(document.datasets.length).toBeGreaterThan(10)
  const keys = Object.keys(objects)
  for (const name of ['datasets.csv.gz', 'organizations.csv.gz', 'snapshot.json']) {
    expect(keys).toContain(`snapshots/${date}/${name}`)
  }
  expect(keys).toContain(`${date}/mobilite-transport.csv-metadata.json`)
}

async function openAirflow(stack: Stack): Promise<AirflowApi> {
  const api = new AirflowApi(`http://127.0.0.1:${stack.ports[8080]}`)
  await api.logIn('airflow', 'airflowpassword')
  return api
}

/** The data that an upgrade must keep: the contents of the stores, and the runs in Airflow. */
async function state(stack: Stack, api: AirflowApi) {
  const runs = (await api.runs()).map(({ dag_run_id, state }) => `${dag_run_id}: ${state}`).sort()
  expect(runs.length).toBeGreaterThan(1)
  return { contents: stack.contents(), runs }
}

/** Rebuilds all editions from their snapshots, and compares them. */
async function verify(stack: Stack): Promise<void> {
  await stack.shell('docker compose exec -T serve node /app/dist/cli.js verify')
}

async function hostOf(api: AirflowApi, run: string, task: string): Promise<string> {
  const found = (await api.tasks(run)).find(({ task_id }) => task_id === task)
  return found!.hostname!
}

/** The images that compose.yaml and the Dockerfiles of a commit name, without those that they build. */
function imagesOf(commit: string): readonly string[] {
  const show = (file: string) => execFileSync('git', ['show', `${commit}:${file}`], { cwd: ROOT, encoding: 'utf8' })
  const bases = ['Dockerfile', 'airflow/Dockerfile'].flatMap((file) => [...show(file).matchAll(/^FROM (\S+:\S+)/gm)])
  const services = [...show('compose.yaml').matchAll(/^ +image: (\S+:\S+)/gm)]
  const images = [...bases, ...services].map(([, image]) => image!)
  return [...new Set(images)].filter((image) => !image.startsWith('datagouv-tops'))
}

/** A folder in which the Compose plugin is called docker-compose, as its standalone binary is. */
function hyphenFolder(): string {
  const plugins = JSON.parse(execFileSync('docker', ['info', '--format', '{{json .ClientInfo.Plugins}}']).toString())
  const { Path } = plugins.find(({ Name }: { Name: string }) => Name === 'compose')
  const folder = mkdtempSync(join(tmpdir(), 'datagouv-tops-compose-'))
  symlinkSync(Path, join(folder, 'docker-compose'))
  return folder
}

function commitOf(name: string): string {
  return execFileSync('git', ['rev-parse', `${name}^{commit}`], { cwd: ROOT, encoding: 'utf8' }).trim()
}

function isCommit(name: string): boolean {
  return spawnSync('git', ['rev-parse', '--verify', '--quiet', `${name}^{commit}`], { cwd: ROOT }).status === 0
}

function inspect(container: string, format: string): string {
  return execFileSync('docker', ['inspect', '--format', format, container]).toString().trim()
}

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const start = Date.now()
  while (!(await condition())) {
    if (Date.now() - start > 120_000) throw new Error(`${condition} is still false after 120 s`)
    await sleep(1_000)
  }
}

const normalize = (text: string) => text.replace(/\s+/g, ' ').trim()
