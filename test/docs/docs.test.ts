import { execFile, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { resolveConfig } from '../../src/config/config.ts'
import { check } from '../helpers/checker.ts'
import { CLI, SURROUNDINGS } from '../helpers/cli.ts'
import { put, temporaryFolder } from '../helpers/exports.ts'
import { openSite } from '../web/site.ts'
import { type Block, blocksOf, PAGES, steady, stepsOf } from './blocks.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DATA = join(ROOT, '../shared/data')
const EXPORTS = {
  'export-dataset.csv.gz': 'export-dataset-20260116-055249.csv.gz',
  'export-organization.csv.gz': 'export-organization-2023-08-15.csv.gz',
}

const execute = promisify(execFile)

const all = PAGES.flatMap(blocksOf)
/** Drawings, and examples of what the program says or takes elsewhere. */
const SHOWN = ['', 'js', 'sql', 'json', 'python']

test('every block is run, held against the settings, or says why it is not', () => {
  const languages = all.map(({ at, language, notRun }) => [at, notRun ?? language])
  for (const [at, language] of languages) {
    if (SHOWN.includes(language!) || ['console', 'yaml'].includes(language!) || at!.startsWith('docs/api.md')) continue
    expect([at, language]).toEqual([at, expect.stringMatching(/^.{12,}$/)])
  }
  expect(all.filter(({ language }) => language === 'console').length).toBeGreaterThan(3)
})

describe('settings on a page are settings', () => {
  test.each(all.filter(({ language }) => language === 'yaml').map((block) => [block.at, block] as const))(
    '%s',
    async (_, { text }: Block) => {
      const folder = await temporaryFolder()
      const file = await put(folder, 'datagouv-tops.yaml', text)
      const { origins } = await resolveConfig({}, {}, file)
      expect(Object.values(origins).some(({ origin }) => origin === file)).toBe(true)
    },
  )
})

describe.each(PAGES.filter((page) => blocksOf(page).some(isSession)))('%s', (page) => {
  let folder: string
  let path: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-test-'))
    await mkdir(join(folder, 'bin'))
    await symlink(CLI, join(folder, 'bin', 'datagouv-tops'))
    path = `${join(folder, 'bin')}:${process.env.PATH}`
    for (const [name, real] of Object.entries(EXPORTS)) {
      if (existsSync(join(DATA, real))) await copyFile(join(DATA, real), join(folder, name))
    }
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('shows what its commands print, one after the other as they stand', async ({ skip }) => {
    const needsExports = blocksOf(page).some(({ text }) => text.includes('export-dataset.csv.gz'))
    if (needsExports && !existsSync(join(folder, 'export-dataset.csv.gz')))
      skip('the real exports are not here: ../shared/data')
    for (const block of blocksOf(page).filter(isSession)) {
      for (const { command, shown } of stepsOf(block)) {
        if (/ \(Ctrl-C stops\)/.test(shown)) {
          expect([block.at, await firstLine(command)]).toEqual([block.at, steady(shown)])
          continue
        }
        const said = run(command)
        // A line that ends in … goes on; a command without output on the page may say anything.
        if (shown === '') continue
        const expected = steady(shown)
        const cut = expected.endsWith('…') ? expected.length - 1 : Number.POSITIVE_INFINITY
        expect([block.at, steady(said).slice(0, cut)]).toEqual([block.at, expected.slice(0, cut)])
      }
    }
  })

  function run(command: string): string {
    const env = { ...SURROUNDINGS, PATH: path, HOME: folder }
    const stdio = ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe']
    return execFileSync('bash', ['-ec', `{ ${command}\n} 2>&1`], {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio,
    }).trimEnd()
  }

  /** Of a command that stays up. */
  async function firstLine(command: string): Promise<string> {
    // Somebody may have the usual port.
    const child = spawn('bash', ['-c', `exec ${command} --port 0 2>&1`], {
      cwd: folder,
      env: { ...SURROUNDINGS, PATH: path, HOME: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let said = ''
    for await (const chunk of child.stdout) {
      said += chunk
      if (said.includes('\n')) break
    }
    child.kill('SIGTERM')
    return steady(said.split('\n')[0]!)
  }
})

test('docs/api.md: what is asked there is answered', async ({ skip }) => {
  const site = await openSite()
  onTestFinished(() => site.close())
  const folder = await temporaryFolder()
  const requests = blocksOf('docs/api.md').filter(({ language }) => language === 'sh')
  expect(requests.length).toBeGreaterThan(0)
  for (const line of requests.flatMap(({ text }) => text.trim().split('\n'))) {
    if (/ jq /.test(line) && check('jq', ['--version'], skip).code !== 0) continue
    const command = line.replaceAll('http://127.0.0.1:8000', site.url)
    const { stdout } = await execute('bash', ['-o', 'pipefail', '-ec', command], { cwd: folder })
    const left = await readdir(folder)
    expect([line, stdout.length + left.length]).not.toEqual([line, 0])
  }
})

function isSession({ language, notRun }: Block): boolean {
  return language === 'console' && notRun === undefined
}
