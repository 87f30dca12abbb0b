import { execFileSync, spawnSync } from 'node:child_process'
import { mkdir, mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest'
import { COMMANDS } from '../../src/commands/commands.ts'
import { runChecker } from '../helpers/checker.ts'
import { BASE_ENVIRONMENT, CLI, cli } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

async function scriptFor(shell: string): Promise<string> {
  const text = execFileSync(process.execPath, [CLI, 'completion', shell], { encoding: 'utf8', env: BASE_ENVIRONMENT })
  return writeTestFile(await temporaryFolder(), shell === 'zsh' ? '_datagouv-tops' : 'completion', text)
}

/** A folder with two editions and two watches, and the program on PATH. */
let folder: string
let environment: Record<string, string>

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'datagouv-tops-test-'))
  await mkdir(join(folder, 'bin'))
  await symlink(CLI, join(folder, 'bin', 'datagouv-tops'))
  environment = {
    ...BASE_ENVIRONMENT,
    PATH: `${join(folder, 'bin')}:${process.env.PATH}`,
    HOME: folder,
  } as typeof environment
  await writeTestFile(folder, 'datasets.csv', datasetsCsv([{ id: 'd1', title: 'Transport', organization: 'o1' }]))
  await writeTestFile(folder, 'organizations.csv', organizationsCsv([['o1', 'Un', 1]]))
  await writeTestFile(
    folder,
    'datagouv-tops.yaml',
    'watches: [{ name: mobilite-transport, terms: [transport] }, { name: velo, terms: [vélo] }]\n',
  )
  for (const date of ['2026-11-11', '2026-11-18'])
    await cli(['run', date, '--datasets', 'datasets.csv', '--organizations', 'organizations.csv'], { cwd: folder })
})
afterAll(() => rm(folder, { recursive: true }))

/** Runs a line in a shell, in the folder. */
function inShell(shell: string, args: readonly string[], skip: TestContext['skip']): string {
  const { error, stdout, stderr } = spawnSync(shell, args, { cwd: folder, env: environment, encoding: 'utf8' })
  if (error !== undefined) skip(`${shell} is not installed`)
  return `${stdout}${stderr}`.trim()
}

const DATES = ['2026-11-18', '2026-11-11']
const TO_READ = ['today', 'yesterday', 'latest', 'due', ...DATES]
const TO_MAKE = ['today', 'yesterday', 'due', ...DATES]
const runIds = async () =>
  (JSON.parse((await cli(['runs', '--json'], { cwd: folder })).stdout) as { _id: string }[]).map(({ _id }) => _id)

describe('completion', () => {
  test('in bash completes commands, flags, files, dates, watches and runs', async ({ skip }) => {
    const file = await scriptFor('bash')
    const complete = (...words: string[]) => {
      const line = `source ${file}; compopt() { echo "compopt $*"; }; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
        COMP_CWORD=${words.length - 1}; _datagouv_tops; echo "\${COMPREPLY[*]}"`
      return inShell('bash', ['-c', line], skip)
    }
    expect(complete('datagouv-tops', 'ba')).toBe('backfill')
    expect(complete('datagouv-tops', '').split(' ')).toEqual(expect.arrayContaining(COMMANDS.map(({ name }) => name)))
    expect(complete('datagouv-tops', 'help', 'ba')).toBe('backfill')
    expect(complete('datagouv-tops', 'run', '--re')).toBe('--refetch')
    expect(complete('datagouv-tops', 'show', '--re')).toBe('')
    expect(complete('datagouv-tops', 'run', '--datasets', '')).toBe('compopt -o default')
    expect(complete('datagouv-tops', 'filter', 'ex')).toBe('compopt -o default')
    expect(complete('datagouv-tops', 'run', '--date', '').split(' ')).toEqual(TO_MAKE)
    expect(complete('datagouv-tops', 'show', '').split(' ')).toEqual(TO_READ)
    expect(complete('datagouv-tops', 'changes', '2026-11-11', '2026-11-18').split(' ')).toEqual(['2026-11-18'])
    expect(complete('datagouv-tops', 'show', '--watch', 'v')).toBe('velo')
    expect(complete('datagouv-tops', 'show', '--sort', 'ra')).toBe('rank')
    expect(complete('datagouv-tops', 'completion', '')).toBe('bash zsh fish')
    expect(complete('datagouv-tops', 'runs', '')).toBe('show')
    expect(complete('datagouv-tops', 'runs', 'show', '').split(' ')).toEqual(await runIds())
    expect(complete('datagouv-tops', 'show', '--archive', 'file:none', '--date', '2')).toBe('')
    expect(complete('datagouv-tops', 'runs', '--documents', 'sqlite:none.db', 'show', '2')).toBe('')
    expect(await readdir(folder)).not.toContain('none.db')
  })

  test('in fish completes the same', async ({ skip }) => {
    const file = await scriptFor('fish')
    const complete = (line: string) => inShell('fish', ['-c', `source ${file}; complete -C '${line}'`], skip)
    expect(complete('datagouv-tops backf')).toMatch(/^backfill\tpublish the missing editions/)
    expect(complete('datagouv-tops run --ref')).toMatch(/^--refetch\tfetch the exports again/)
    expect(complete('datagouv-tops show --ref')).toBe('')
    expect(complete('datagouv-tops show ').split('\n')).toEqual(expect.arrayContaining(TO_READ))
    expect(complete('datagouv-tops run --date 2026').split('\n')).toEqual(DATES)
    expect(complete('datagouv-tops show --watch v')).toBe('velo')
    expect(complete('datagouv-tops runs show 2').split('\n')).toEqual(await runIds())
  })

  test('in zsh completes the same', async ({ skip }) => {
    const file = await scriptFor('zsh')
    // compadd and _arguments work only in the line editor, so the values are taken from the function that adds them.
    const values = (kind: string, ...words: string[]) => {
      const line = `autoload -Uz compinit; compinit -u -d ${file}.dump; source ${file}; compadd() { print -l "\${(@)\${(P)4}}" }
        program=datagouv-tops; words=(${words.join(' ')}); _datagouv_tops_values ${kind}; print $_comps[datagouv-tops]`
      return inShell('zsh', ['-fc', line], skip).split('\n')
    }
    expect(values('dates', 'show')).toEqual([...TO_READ, '_datagouv_tops'])
    expect(values('watches', 'show')).toEqual(['mobilite-transport', 'velo', 'all', '_datagouv_tops'])
    expect(values('watchesToRead', 'changes')).toEqual(['mobilite-transport', 'velo', '_datagouv_tops'])
    expect(values('runs', 'runs', 'show')).toEqual([...(await runIds()), '_datagouv_tops'])
  })

  test('refuses an unknown shell', async () => {
    expect(await cli(['completion', 'csh'], { cwd: await temporaryFolder() })).toMatchObject({
      code: 2,
      stderr:
        'datagouv-tops: cannot print a completion script: the shell "csh" is not supported. Add bash, zsh or fish.\n',
    })
  })
})

test('the manual page has no warnings, and lists every command', ({ skip }) => {
  const page = join(ROOT, 'dist/datagouv-tops.1')
  const { code, said } = runChecker('man', ['--warnings', '-l', '-P', 'cat', page], skip)
  expect(code).toBe(0)
  for (const { name } of COMMANDS) expect(said).toContain(name)
  expect(said).not.toMatch(/warning:|error:/)
})
