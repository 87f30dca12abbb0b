import { execFileSync } from 'node:child_process'
import { copyFile, mkdir, readFile, stat, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { cli } from '../helpers/cli.ts'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

interface Service {
  readonly image?: string
  readonly build?: unknown
  readonly ports?: readonly string[]
  readonly healthcheck?: unknown
  readonly profiles?: readonly string[]
  readonly env_file?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly volumes?: readonly string[]
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
}
const compose = parse(await readFile(join(ROOT, 'compose.yaml'), 'utf8'), { merge: true })
const services: Record<string, Service> = compose.services

/** Replaces `${NAME:-default}` by its default, as without a .env. */
const withDefaults = (text: string) => text.replace(/\$\{\w+:-([^}]*)\}/g, '$1')

describe('compose.yaml', () => {
  test('has each service on its documented port, open to this machine only', () => {
    const ports = Object.values(services).flatMap(({ ports = [] }) => ports)
    for (const port of [27017, 9000, 8080, 8000]) expect(ports).toContain(`127.0.0.1:${port}:${port}`)
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/)
  })

  test('has the documented credentials, unless .env sets others', async () => {
    const { MINIO_ROOT_USER, MINIO_ROOT_PASSWORD } = services.minio!.environment!
    expect([MINIO_ROOT_USER!, MINIO_ROOT_PASSWORD!].map(withDefaults)).toEqual(['minioadmin', 'miniopassword'])
    const { AIRFLOW_USER, AIRFLOW_PASSWORD } = services.airflow!.environment!
    expect([AIRFLOW_USER!, AIRFLOW_PASSWORD!].map(withDefaults)).toEqual(['airflow', 'airflowpassword'])
    const example = await readFile(join(ROOT, '.env.example'), 'utf8')
    for (const line of ['MINIO_ROOT_USER=minioadmin', 'AIRFLOW_PASSWORD=airflowpassword']) {
      expect(example.split('\n')).toContain(line)
    }
  })

  test('pins every image that it does not build', () => {
    for (const [name, { image = '', build }] of Object.entries(services)) {
      expect(image, name).toMatch(/:[\w.-]*\d[\w.-]*$/)
      expect(image, name).not.toMatch(/:latest$/)
      if (!build) expect(image, name).toMatch(/:(RELEASE\.|\d+\.\d+)/)
    }
  })

  test('runs Airflow tasks on workers only with the profile celery, each process with the same settings', () => {
    for (const name of ['redis', 'airflow-worker']) expect(services[name]!.profiles).toEqual(['celery'])
    for (const name of ['airflow', 'airflow-scheduler', 'airflow-dag-processor', 'airflow-worker']) {
      const { env_file, environment } = services[name]!
      expect(env_file, name).toBe('airflow/airflow.env')
      expect(withDefaults(environment!.AIRFLOW__CORE__EXECUTOR!), name).toBe('LocalExecutor')
      const archive = JSON.parse(withDefaults(environment!.AIRFLOW_CONN_DATAGOUV_TOPS_ARCHIVE!))
      expect(archive, name).toMatchObject({ login: 'minioadmin', extra: { endpoint_url: 'http://minio:9000' } })
    }
  })

  test('reaches the portal through the proxy of .env, and its own services without it', () => {
    for (const name of [
      'serve',
      'schedule',
      'airflow',
      'airflow-scheduler',
      'airflow-dag-processor',
      'airflow-worker',
    ]) {
      const { HTTPS_PROXY, HTTP_PROXY, NO_PROXY } = services[name]!.environment!
      // Without a value here, Compose takes that of .env or the shell, and sets none if there is none.
      expect([HTTPS_PROXY, HTTP_PROXY], name).toEqual([null, null])
      const [direct, others] = NO_PROXY!.split('$', 2)
      expect(direct!.split(',').sort(), name).toEqual(
        ['127.0.0.1', 'airflow', 'localhost', 'minio', 'mongodb', 'postgres', 'redis'].sort(),
      )
      expect(others, name).toBe('{NO_PROXY:+,')
    }
  })

  test('checks the health of every store, and stores its data in a named volume', () => {
    for (const name of ['mongodb', 'minio', 'postgres']) {
      expect(services[name]!.healthcheck, name).toBeDefined()
      const [volume] = services[name]!.volumes![0]!.split(':')
      expect(Object.keys(compose.volumes), name).toContain(volume)
    }
  })

  test('has one file of settings for every service that runs the tool', async () => {
    const folderOf = (name: string) => {
      const volumes = services[name]!.volumes!.map((volume) => volume.split(':'))
      expect(volumes, name).toContainEqual([`./airflow/dags`, expect.any(String), 'ro'])
      return volumes.find(([source]) => source === './airflow/dags')![1]!
    }
    for (const name of ['airflow', 'airflow-scheduler', 'airflow-dag-processor', 'airflow-worker'])
      expect(folderOf(name)).toBe('/opt/airflow/dags')
    const dags = await temporaryFolder()
    await writeTestFile(dags, 'datagouv-tops.yaml', 'watches: [{ name: velo, terms: [vélo] }]')
    for (const name of ['serve', 'schedule']) {
      // The tool finds the file where it looks for the settings of its user, and works without one.
      const home = services[name]!.environment!.XDG_CONFIG_HOME!
      expect(folderOf(name)).toBe(join(home, 'datagouv-tops'))
      const container = await temporaryFolder()
      const watches = async () => {
        const env = { XDG_CONFIG_HOME: join(container, home) }
        const { stdout } = await cli(['config', '--json'], { cwd: container, env })
        return JSON.parse(stdout).watches.value.map((watch: { name: string }) => watch.name)
      }
      expect(await watches()).toEqual(['mobilite-transport'])
      await mkdir(join(container, home))
      await symlink(dags, join(container, home, 'datagouv-tops'))
      expect(await watches()).toEqual(['velo'])
    }
  })

  test('gives the tool no rights, and lets it write to no file', () => {
    for (const name of ['serve', 'schedule']) {
      expect(services[name], name).toMatchObject({ read_only: true, cap_drop: ['ALL'] })
    }
  })
})

describe('the Dockerfiles', async () => {
  const stagesOf = (text: string) => text.split(/^(?=FROM )/m).map((stage) => stage.replace(/^#.*\n/gm, '').trim())
  const [tool, airflow] = await Promise.all(
    ['Dockerfile', 'airflow/Dockerfile'].map((name) => readFile(join(ROOT, name), 'utf8')),
  )

  test('share the stages that install the dependencies and build the package, so that both run once', () => {
    expect(stagesOf(airflow!).slice(1, 3)).toEqual(stagesOf(tool!).slice(1, 3))
    expect(stagesOf(tool!)[2]).toContain('npm run build')
  })

  test('and compose.yaml use the images whose end of support docs/deploy.md states', async () => {
    const bases = [...`${tool}${airflow}`.matchAll(/^FROM (\S+:\S+)/gm)].map(([, image]) => image!)
    const pulled = Object.values(services).flatMap(({ image, build }) => (build ? [] : [image!]))
    const page = await readFile(join(ROOT, 'docs/deploy.md'), 'utf8')
    for (const image of new Set([...bases, ...pulled])) expect(page).toContain(`| \`${image}\` |`)
    const [, airflowVersion] = /^apache-airflow==(.*)/m.exec(
      await readFile(join(ROOT, 'airflow/requirements.in'), 'utf8'),
    )!
    expect(page).toContain(`| Airflow ${airflowVersion},`)
  })
})

describe('prepareServices.sh', () => {
  const prepareFolder = async () => {
    const folder = await temporaryFolder()
    for (const name of ['prepareServices.sh', '.env.example']) await copyFile(join(ROOT, name), join(folder, name))
    const prepare = () => execFileSync('bash', ['prepareServices.sh'], { cwd: folder, encoding: 'utf8' })
    const read = async () => readFile(join(folder, '.env'), 'utf8')
    return { folder, prepare, read }
  }

  test('creates folders and an .env with your user id and secrets, readable only by you', async () => {
    const { folder, prepare, read } = await prepareFolder()
    expect(prepare()).toBe('ready: docker compose up --build -d\n')
    const env = Object.fromEntries((await read()).split('\n').map((line) => line.split(/=(.*)/).slice(0, 2)))
    expect(env.AIRFLOW_UID).toBe(String(process.getuid!()))
    expect(Buffer.from(env.AIRFLOW_FERNET_KEY, 'base64url')).toHaveLength(32)
    expect(env.AIRFLOW_SECRET_KEY).not.toBe(env.AIRFLOW_JWT_SECRET)
    expect((await stat(join(folder, '.env'))).mode & 0o077).toBe(0)
    for (const name of ['airflow/dags', 'airflow/logs'])
      expect((await stat(join(folder, name))).isDirectory()).toBe(true)
  })

  test('lets the user of the containers find the settings, in a clone that only you can read', async () => {
    const { folder, prepare } = await prepareFolder()
    await mkdir(join(folder, 'airflow/dags'), { recursive: true, mode: 0o700 })
    prepare()
    expect((await stat(join(folder, 'airflow/dags'))).mode & 0o777).toBe(0o755)
  })

  test('changes nothing on a second run', async () => {
    const { prepare, read } = await prepareFolder()
    prepare()
    const first = await read()
    prepare()
    expect(await read()).toBe(first)
  })
})
