import { execFileSync, spawnSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { runChecker } from '../helpers/checker.ts'
import { temporaryFolder } from '../helpers/exports.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const weekly = parse(await readFile(join(ROOT, 'deploy/github/weekly.yaml'), 'utf8'))
const steps: {
  id?: string
  run?: string
  uses?: string
  with?: Record<string, unknown>
  env?: Record<string, string>
}[] = weekly.jobs.run.steps

test('the workflows are valid', async (context) => {
  const own = (await readdir(join(ROOT, '.github/workflows'))).map((name) => join('.github/workflows', name))
  const args = [...own, 'deploy/github/weekly.yaml']
  expect(runChecker('actionlint', ['-shellcheck=', ...args], context.skip)).toEqual({ code: 0, said: '' })
})

test('exactly one of the two hours continues, in summer and winter, however late GitHub starts', async () => {
  const script = steps.find(({ id }) => id === 'hour')!.run!
  const folder = await temporaryFolder()
  const decide = (offset: string, fired: string) => {
    const output = join(folder, 'output')
    // A stand-in for `date` with the offset of that season.
    const shell = `date() { echo ${offset}; }; rm -f ${output}; ${script}cat ${output}`
    const env = { ...process.env, FIRED: fired, GITHUB_OUTPUT: output }
    return execFileSync('bash', ['-e', '-c', shell], { encoding: 'utf8', env }).trim()
  }
  const [summer, winter] = weekly.on.schedule.map(({ cron }: { cron: string }) => cron)
  expect([decide('+0200', summer), decide('+0200', winter)]).toEqual(['go=true', 'go=false'])
  expect([decide('+0100', summer), decide('+0100', winter)]).toEqual(['go=false', 'go=true'])
  expect(decide('+0100', '')).toBe('go=true')
})

test('the program comes from a pinned commit, with locked dependencies, and never from the npm registry', () => {
  const checkout = steps.find(({ uses }) => uses?.startsWith('actions/checkout@'))!
  expect(checkout.with).toMatchObject({
    repository: expect.stringContaining('env.SOURCE_REPOSITORY'),
    ref: expect.stringContaining('env.SOURCE_COMMIT'),
    'persist-credentials': false,
  })
  const { run: install } = steps.find(({ id }) => id === 'install')!
  expect(install).toMatch(/^npm ci --ignore-scripts/)
  for (const { run = '' } of steps) expect(run).not.toMatch(/npm (install|i|exec|x)\b|npx/)
  // Only the last step gets secrets.
  for (const step of steps.slice(0, -1)) expect(JSON.stringify(step)).not.toContain('secrets.')
})

test('nothing is installed until a repository and a full hash are set', () => {
  const script = steps.find(({ id }) => id === 'source')!.run!
  const check = (env: Record<string, string>) =>
    spawnSync('bash', ['-e', '-c', script], { encoding: 'utf8', env: { ...process.env, ...env } })
  const hash = '0123456789abcdef0123456789abcdef01234567'
  expect(check({ SOURCE_REPOSITORY: 'o/datagouv-tops', SOURCE_COMMIT: hash }).status).toBe(0)
  for (const env of [
    weekly.env,
    { SOURCE_REPOSITORY: 'o/datagouv-tops', SOURCE_COMMIT: 'main' },
    { SOURCE_REPOSITORY: 'o/datagouv-tops', SOURCE_COMMIT: 'v0.2.0' },
    { SOURCE_REPOSITORY: '', SOURCE_COMMIT: hash },
  ]) {
    const { status, stdout } = check(env)
    expect([status, stdout]).toEqual([1, expect.stringContaining('::error::cannot install datagouv-tops: ')])
  }
})

test('every attempt is for the given date, or for the one that was due', async () => {
  const { env, run } = steps.at(-1)!
  expect(env!.DATE).toMatch(/inputs.date \|\| 'due'/)
  const shell = `sleep() { :; }; datagouv-tops() { echo "$*"; return 3; }; ${run}`
  const { stdout } = spawnSync('bash', ['-c', shell], { encoding: 'utf8', env: { ...process.env, DATE: 'due' } })
  expect(stdout).toBe('run --date due\n'.repeat(5))
})

test('a run is retried on temporary exit codes, and otherwise ends with its own exit code', async () => {
  const script = steps.at(-1)!.run!
  const exitCodeAfter = (...exits: number[]) => {
    const shell = `sleep() { :; }; tries=(${exits.join(' ')}); i=0
      datagouv-tops() { echo "$*" >> "$OUT"; local code=\${tries[$i]}; i=$((i + 1)); return "$code"; }; ${script}`
    try {
      execFileSync('bash', ['-e', '-c', shell], { env: { ...process.env, DATE: '2026-11-18', OUT: '/dev/null' } })
      return 0
    } catch (error) {
      return (error as { status: number }).status
    }
  }
  expect([
    exitCodeAfter(0),
    exitCodeAfter(3, 5, 0),
    exitCodeAfter(6),
    exitCodeAfter(3, 4),
    exitCodeAfter(7, 7, 7, 7, 7),
  ]).toEqual([0, 0, 6, 4, 7])
})
