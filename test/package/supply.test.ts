import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')

interface LockedPackage {
  readonly version: string
  readonly integrity?: string
  readonly resolved?: string
  readonly hasInstallScript?: boolean
}

const manifest: Readonly<Record<'dependencies' | 'devDependencies', Record<string, string>>> = JSON.parse(
  read('package.json'),
)
const lock: { readonly packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(read('package-lock.json'))
const locked = Object.entries(lock.packages).filter(([path]) => path !== '')

describe('each package', () => {
  test('is pinned to an exact version, as the lockfile has it', () => {
    const direct = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
    for (const [name, version] of direct)
      expect([name, version]).toEqual([name, lock.packages[`node_modules/${name}`]?.version])
  })

  test('is checked against its hash, and comes from npm alone', () => {
    expect(locked.length).toBeGreaterThan(300)
    for (const [path, { integrity, resolved }] of locked) {
      expect([path, integrity]).toEqual([path, expect.stringMatching(/^sha512-/)])
      expect([path, resolved ?? 'https://registry.npmjs.org/']).toEqual([
        path,
        expect.stringMatching(/^https:\/\/registry\.npmjs\.org\//),
      ])
    }
    expect(read('.npmrc')).not.toMatch(/registry=|_auth/)
  })

  test('of a release or of its tests runs no script at installation', () => {
    expect(locked.filter(([, { hasInstallScript }]) => hasInstallScript)).toEqual([])
  })
})

describe('the workflows', () => {
  const workflows = [
    ...readdirSync(join(ROOT, '.github/workflows')).map((name) => join('.github/workflows', name)),
    'deploy/github/weekly.yaml',
  ]

  test.each(workflows)('%s uses each action at a commit, not at a tag that can move', (path) => {
    const uses = [...read(path).matchAll(/uses: (.*)/g)].map(([, action]) => action!)
    expect(uses.length).toBeGreaterThan(0)
    for (const action of uses) expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)
  })

  test.each(workflows)('%s has no more rights than each job needs, and keeps no token in the checkout', (path) => {
    const { permissions, jobs } = parse(read(path))
    expect([{}, { contents: 'read' }]).toContainEqual(permissions)
    for (const { steps } of Object.values<{ steps: { uses?: string; with?: object }[] }>(jobs))
      for (const step of steps)
        if (step.uses?.startsWith('actions/checkout@'))
          expect(step.with).toMatchObject({ 'persist-credentials': false })
  })

  test('publish the package and the image with a statement of where they were built, and a bill of materials', () => {
    const { jobs } = parse(read('.github/workflows/release.yaml'))
    expect(jobs.package.permissions).toEqual({ contents: 'read', 'id-token': 'write' })
    const commands = jobs.package.steps.flatMap(({ run }: { run?: string }) => run ?? [])
    expect(commands).toContain('npm publish --provenance --access public')
    expect(commands).toContain('npm run --silent sbom > sbom.json')
    expect(commands.join('\n')).not.toMatch(/npm (install|i) /)
    expect(jobs.image.steps.at(-1).with).toMatchObject({ provenance: 'mode=max', sbom: true })
  })
})

describe('the images', () => {
  test.each(['Dockerfile', 'airflow/Dockerfile'])('%s has bases with a full version, and ends as a user', (path) => {
    const lines = read(path).split('\n')
    const bases = lines.flatMap((line) => /^FROM (\S+)/.exec(line)?.[1] ?? [])
    expect(bases.length).toBeGreaterThan(0)
    for (const base of bases) expect(base).toMatch(/^(node|python):\d+\.\d+\.\d+-/)
    expect(lines.findLast((line) => line.startsWith('USER '))).toMatch(/^USER [1-9]\d+/)
  })

  test('install packages by their hashes', () => {
    for (const path of ['Dockerfile', 'airflow/Dockerfile']) {
      expect(read(path)).not.toMatch(/npm (install|i) /)
      expect(read(path)).toContain('npm ci ')
    }
    expect(read('airflow/Dockerfile')).toContain('--require-hashes')
  })

  test('of the services have a full version', () => {
    const { services } = parse(read('compose.yaml'), { merge: true })
    const images = Object.values<{ image?: string; build?: unknown }>(services).flatMap(({ image, build }) =>
      image === undefined || build !== undefined ? [] : [image],
    )
    expect(images.length).toBeGreaterThan(2)
    for (const image of images) expect(image).toMatch(/:(\d+\.\d+|RELEASE\.)/)
  })
})
