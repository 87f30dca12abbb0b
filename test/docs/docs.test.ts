import { execFile, execFileSync, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { resolveConfig } from '../../src/config/config.ts'
import { INITIAL_STATUS } from '../../src/scheduler/status.ts'
import { runChecker } from '../helpers/checker.ts'
import { BASE_ENVIRONMENT, CLI } from '../helpers/cli.ts'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { openSite } from '../web/site.ts'
import { type Block, blocksOf, matches, normalize, PAGES, replaceOutput, stepsOf } from './blocks.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const DATA = join(ROOT, '../shared/data')
const EXPORTS = {
  'export-dataset.csv.gz': 'export-dataset-20260116-055249.csv.gz',
  'export-organization.csv.gz': 'export-organization-2023-08-15.csv.gz',
}

const execute = promisify(execFile)

/** `npm run transcripts` writes the output of commands that changed into the pages, instead of failing. */
const UPDATE = process.env.UPDATE_TRANSCRIPTS === '1'

const blocks = PAGES.flatMap(blocksOf)
/** Blocks without a language are drawings. */
const COVERED_LANGUAGES = ['', 'console', 'yaml', 'js', 'json']
/** Pages whose blocks another test runs. */
const COVERED_PAGES = /^docs\/(api|queries)\.md:/

test('every block is run, checked against the settings, or says why it is not', () => {
  for (const { location, language, notRun } of blocks) {
    if (notRun === undefined && (COVERED_LANGUAGES.includes(language) || COVERED_PAGES.test(location))) continue
    expect([location, notRun]).toEqual([location, expect.stringMatching(/^.{12,}$/)])
  }
  expect(blocks.filter(({ language }) => language === 'console').length).toBeGreaterThan(3)
})

describe('settings on a page are valid settings', () => {
  test.each(blocks.filter(({ language }) => language === 'yaml').map((block) => [block.location, block] as const))(
    '%s',
    async (_, { text }: Block) => {
      const folder = await temporaryFolder()
      const file = await writeTestFile(folder, 'datagouv-tops.yaml', text)
      const { origins } = await resolveConfig({}, {}, file)
      expect(Object.values(origins).some(({ origin }) => origin === file)).toBe(true)
    },
  )
})

describe.each(PAGES.filter((page) => blocksOf(page).some(isRun)))('%s', (page) => {
  let folder: string
  let path: string

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-test-'))
    await mkdir(join(folder, 'bin'))
    await symlink(CLI, join(folder, 'bin', 'datagouv-tops'))
    // Programs find the package as if it were installed.
    await mkdir(join(folder, 'node_modules'))
    await symlink(ROOT, join(folder, 'node_modules', 'datagouv-tops'))
    path = `${join(folder, 'bin')}:${process.env.PATH}`
    for (const [name, real] of Object.entries(EXPORTS)) {
      if (existsSync(join(DATA, real))) await copyFile(join(DATA, real), join(folder, name))
    }
  })

  afterAll(() => rm(folder, { recursive: true, force: true }))

  test('shows the real output of its commands, run in order', async ({ skip }) => {
    const needsExports = blocksOf(page).some(({ text }) => text.includes('export-dataset.csv.gz'))
    if (needsExports && !existsSync(join(folder, 'export-dataset.csv.gz')))
      skip('the real exports are not here: ../shared/data')
    for (const block of blocksOf(page).filter(isRun)) {
      if (block.language === 'js') {
        await writeTestFile(folder, 'program.mjs', block.text)
        expect([block.location, run('node program.mjs')]).toEqual([block.location, expect.stringMatching(/./)])
        continue
      }
      for (const { command, output } of stepsOf(block)) {
        if (/ \(Ctrl-C stops\)/.test(output)) {
          expect([block.location, await firstLine(command)]).toEqual([block.location, normalize(output)])
          continue
        }
        const actual = run(command)
        // The output of a command without output on the page is not checked.
        if (output === '' || matches(actual, output)) continue
        if (UPDATE) replaceOutput(page, command, output, actual)
        else expect([block.location, normalize(actual)]).toEqual([block.location, normalize(output)])
      }
    }
  })

  function run(command: string): string {
    const env = { ...BASE_ENVIRONMENT, PATH: path, HOME: folder }
    const stdio = ['ignore', 'pipe', 'pipe'] as ['ignore', 'pipe', 'pipe']
    return execFileSync('bash', ['-ec', `{ ${command}\n} 2>&1`], {
      cwd: folder,
      env,
      encoding: 'utf8',
      stdio,
    }).trimEnd()
  }

  /** Returns the first line of a command that stays up. */
  async function firstLine(command: string): Promise<string> {
    // The usual port may be in use.
    const child = spawn('bash', ['-c', `exec ${command} --port 0 2>&1`], {
      cwd: folder,
      env: { ...BASE_ENVIRONMENT, PATH: path, HOME: folder },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let output = ''
    for await (const chunk of child.stdout) {
      output += chunk
      if (output.includes('\n')) break
    }
    child.kill('SIGTERM')
    return normalize(output.split('\n')[0]!)
  }
})

test('the requests in docs/api.md get a response', async ({ skip }) => {
  const site = await openSite()
  onTestFinished(() => site.close())
  const folder = await temporaryFolder()
  const requests = blocksOf('docs/api.md').filter(({ language }) => language === 'sh')
  expect(requests.length).toBeGreaterThan(0)
  for (const line of requests.flatMap(({ text }) => text.trim().split('\n'))) {
    if (/ jq /.test(line) && runChecker('jq', ['--version'], skip).code !== 0) continue
    const command = line.replaceAll('http://127.0.0.1:8000', site.url)
    const { stdout } = await execute('bash', ['-o', 'pipefail', '-ec', command], { cwd: folder })
    const downloads = await readdir(folder)
    expect([line, stdout.length + downloads.length]).not.toEqual([line, 0])
  }
})

test('the status in docs/schedule.md has the fields of a real one', () => {
  const [{ text } = { text: '{}' }] = blocksOf('docs/schedule.md').filter(({ language }) => language === 'json')
  const status = JSON.parse(text)
  expect(Object.keys(status)).toEqual(Object.keys(INITIAL_STATUS))
  expect(Object.keys(status.last)).toEqual(['date', 'outcome', 'message', 'at'])
})

test('JSON on any page is JSON', () => {
  for (const { location, language, text } of blocks)
    if (language === 'json') expect(() => JSON.parse(text), location).not.toThrow()
})

/** Whether a block is run in the folder of its page: a console session, or a program in JavaScript. */
function isRun({ language, location, notRun }: Block): boolean {
  return notRun === undefined && (language === 'console' || (language === 'js' && !COVERED_PAGES.test(location)))
}
