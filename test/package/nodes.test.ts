import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkerPath } from '../helpers/checker.ts'
import { cli, type Program } from '../helpers/cli.ts'
import { startDaemon } from '../helpers/daemon.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { storePairs } from '../helpers/storePairs.ts'
import { installPackage, type Project, ROOT } from './installed.ts'

const DATE = '2023-08-09'
const SOURCES = ['datasets', 'organizations'].flatMap((name) => [
  `--${name}`,
  join(ROOT, `sample/${DATE}/${name}.csv.gz`),
])
const PAIRS = storePairs('the package on other versions of Node')

let project: Project
beforeAll(async () => {
  project = await installPackage()
  // 4 MB that compress badly. In smaller exports, a compressed piece is always a single buffer.
  const noise = (name: string) => createHash('sha512').update(name).digest('base64')
  const datasets = Array.from({ length: 4_000 }, (_, i) => ({
    id: `d${i}`,
    title: i === 0 ? 'Mobilité' : 'Budget',
    description: Array.from({ length: 12 }, (_, part) => noise(`${i} ${part}`)).join(' '),
  }))
  await writeTestFile(project.folder, 'datasets.csv', datasetsCsv(datasets))
  await writeTestFile(project.folder, 'organizations.csv', organizationsCsv([['o1', 'Un', 12]]))
})
afterAll(() => project.remove())

/** The suite runs on one version of Node. This is the smoke test of the package on all that are supported. */
describe.each([
  ['this Node', process.execPath],
  ['Node 20', checkerPath('node20')],
  ['Node 22', checkerPath('node22')],
  ['Node 24', checkerPath('node24')],
  ['Node 26', checkerPath('node26')],
])('on %s', (name, node) => {
  const missing = existsSync(node) ? undefined : `${name} is not installed; to install it: scripts/checkers`
  const program = (): Program => [node, join(project.folder, 'node_modules/datagouv-tops/dist/cli.js')]
  /** Runs a command that must succeed and print nothing on stderr, where Node prints its warnings. */
  const run = async (args: readonly string[], cwd: string, env = {}) => {
    const { stdout, ...rest } = await cli(args, { program: program(), cwd, env })
    expect([args[0], rest]).toEqual([args[0], { code: 0, stderr: '' }])
    return stdout
  }

  test('the demo runs', async ({ skip }) => {
    if (missing) skip(missing)
    const folder = await temporaryFolder()
    const { results } = JSON.parse(await run(['demo', '--json', '--quiet', '--into', folder], folder))
    expect(results).toMatchObject([
      { status: 'published' },
      { status: 'published' },
      { date: DATE, status: 'published' },
    ])
  })

  test.for(PAIRS)('run, show, verify and serve work and print no warning, with $name', async ({ open }, { skip }) => {
    if (missing) skip(missing)
    const { folder, environment } = await open()
    const result = JSON.parse(await run(['run', '--date', DATE, '--json', '--quiet', ...SOURCES], folder, environment))
    expect(result).toMatchObject({ status: 'published', published: [{ datasets: 295 }] })
    expect(await run(['show', DATE], folder, environment)).toContain('Mairie de Paris')
    expect(JSON.parse(await run(['verify', DATE, '--json', '--quiet'], folder, environment))).toMatchObject([
      { date: DATE, watch: null, status: 'same' },
      { date: DATE, watch: 'mobilite-transport', status: 'same' },
    ])

    const server = startDaemon(['serve', '--port', '0'], { program: program(), cwd: folder, env: environment })
    const [, address] = await server.until('the address', () => /^serving (http:\S+)/m.exec(server.stdout) ?? undefined)
    const responses = await Promise.all(['', 'readyz', 'metrics'].map((path) => fetch(address + path)))
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(await responses[0]!.text()).toContain('mercredi 9 août 2023')
    expect([await server.stop(), server.stderr]).toEqual([0, 'stopped\n'])
  })

  test('the programming interface runs the whole pipeline, and the snapshot it stores is sound', async ({ skip }) => {
    if (missing) skip(missing)
    const stores = await temporaryFolder()
    const program = await writeTestFile(
      project.folder,
      'program.js',
      `import { Failure, openTops } from 'datagouv-tops'
      const warnings = []
      const tops = await openTops(
        { archive: 'file:${stores}/archive', documents: 'sqlite:${stores}/db' },
        { warn: (line) => warnings.push(line) },
      )
      const result = await tops.run({ date: '2026-11-18', datasets: 'datasets.csv', organizations: 'organizations.csv' })
      const { datasets } = await tops.edition('2026-11-18')
      const dates = await tops.dates()
      const missing = await tops.edition('2026-11-11').catch((error) => [error instanceof Failure, error.kind])
      await tops.close()
      const refused = await openTops({ archiv: 'file:x' }).catch((error) => error.message)
      console.log(JSON.stringify({ status: result.status, datasets, dates, missing, refused, warnings }))`,
    )
    const stdout = execFileSync(node, [program], {
      cwd: project.folder,
      encoding: 'utf8',
      stdio: 'pipe',
      timeout: 30_000,
    })
    expect(JSON.parse(stdout)).toEqual({
      status: 'published',
      datasets: [expect.objectContaining({ dataset_title: 'Mobilité', organization: 'Un' })],
      dates: ['2026-11-18'],
      missing: [true, 'usage'],
      refused: 'flag: unknown setting "archiv"; did you mean archive?',
      warnings: [],
    })
    const env = { DATAGOUV_TOPS_ARCHIVE: `file:${stores}/archive`, DATAGOUV_TOPS_DOCUMENTS: `sqlite:${stores}/db` }
    expect(JSON.parse(await run(['verify', '2026-11-18', '--json', '--quiet'], stores, env))).toMatchObject([
      { watch: null, status: 'same' },
      { watch: 'mobilite-transport', status: 'same' },
    ])
  })
})
