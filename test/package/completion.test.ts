import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { COMMANDS } from '../../src/commands/commands.ts'
import { runChecker } from '../helpers/checker.ts'
import { BASE_ENVIRONMENT, CLI, cli } from '../helpers/cli.ts'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

async function scriptFor(shell: string): Promise<string> {
  const text = execFileSync(process.execPath, [CLI, 'completion', shell], { encoding: 'utf8', env: BASE_ENVIRONMENT })
  return writeTestFile(await temporaryFolder(), shell === 'zsh' ? '_datagouv-tops' : 'completion', text)
}

describe('completion', () => {
  test('in bash completes commands, their flags, and files', async ({ skip }) => {
    const file = await scriptFor('bash')
    const complete = (...words: string[]) => {
      const line = `source ${file}; compopt() { echo "compopt $*"; }; COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})
        COMP_CWORD=${words.length - 1}; _datagouv_tops; echo "\${COMPREPLY[*]}"`
      return runChecker('bash', ['-c', line], skip).said.trim()
    }
    expect(complete('datagouv-tops', 'ba')).toBe('backfill')
    expect(complete('datagouv-tops', '').split(' ')).toEqual(expect.arrayContaining(COMMANDS.map(({ name }) => name)))
    expect(complete('datagouv-tops', 'run', '--re')).toBe('--refetch')
    expect(complete('datagouv-tops', 'show', '--re')).toBe('')
    expect(complete('datagouv-tops', 'run', '--datasets', '')).toBe('compopt -o default')
    expect(complete('datagouv-tops', 'run', '--date', '')).toBe('')
    expect(complete('datagouv-tops', 'filter', 'ex')).toBe('compopt -o default')
  })

  test('in fish completes commands with their descriptions, and their flags', async ({ skip }) => {
    const file = await scriptFor('fish')
    const complete = (line: string) =>
      runChecker('fish', ['-c', `source ${file}; complete -C '${line}'`], skip).said.trim()
    expect(complete('datagouv-tops backf')).toMatch(/^backfill\tpublish the missing editions/)
    expect(complete('datagouv-tops run --ref')).toMatch(/^--refetch\tfetch the exports again/)
    expect(complete('datagouv-tops show --ref')).toBe('')
  })

  test('in zsh is registered for the program', async ({ skip }) => {
    const file = await scriptFor('zsh')
    const line = `autoload -Uz compinit; compinit -u -d ${file}.dump; source ${file}; print $_comps[datagouv-tops]`
    expect(runChecker('zsh', ['-fc', line], skip)).toEqual({ code: 0, said: '_datagouv_tops\n' })
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
