import { execFileSync, spawnSync } from 'node:child_process'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { check } from '../helpers/checker.ts'
import { temporaryFolder } from '../helpers/exports.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const weekly = parse(await readFile(join(ROOT, 'deploy/github/weekly.yaml'), 'utf8'))
const steps: { id?: string; run?: string; env?: Record<string, string> }[] = weekly.jobs.run.steps

test('the workflows are what GitHub takes', async (context) => {
  const own = (await readdir(join(ROOT, '.github/workflows'))).map((name) => join('.github/workflows', name))
  const args = [...own, 'deploy/github/weekly.yaml']
  expect(check('actionlint', ['-shellcheck=', ...args], context.skip)).toEqual({ code: 0, said: '' })
})

test('one of the two hours goes on, whichever season it is and however late GitHub starts', async () => {
  const script = steps.find(({ id }) => id === 'hour')!.run!
  const folder = await temporaryFolder()
  const goes = (offset: string, fired: string) => {
    const output = join(folder, 'output')
    // `date` as it is in that season.
    const shell = `date() { echo ${offset}; }; rm -f ${output}; ${script}cat ${output}`
    const env = { ...process.env, FIRED: fired, GITHUB_OUTPUT: output }
    return execFileSync('bash', ['-e', '-c', shell], { encoding: 'utf8', env }).trim()
  }
  const [summer, winter] = weekly.on.schedule.map(({ cron }: { cron: string }) => cron)
  expect([goes('+0200', summer), goes('+0200', winter)]).toEqual(['go=true', 'go=false'])
  expect([goes('+0100', summer), goes('+0100', winter)]).toEqual(['go=false', 'go=true'])
  expect(goes('+0100', '')).toBe('go=true')
})

test('every try is for the date that is asked for, or for the one that was due', async () => {
  const { env, run } = steps.at(-1)!
  expect(env!.DATE).toMatch(/inputs.date \|\| 'due'/)
  const shell = `sleep() { :; }; datagouv-tops() { echo "$*"; return 3; }; ${run}`
  const { stdout } = spawnSync('bash', ['-c', shell], { encoding: 'utf8', env: { ...process.env, DATE: 'due' } })
  expect(stdout).toBe('run --date due\n'.repeat(5))
})

test('a run is tried again for the exit codes that may pass, and ends with its own otherwise', async () => {
  const script = steps.at(-1)!.run!
  const codes = (...exits: number[]) => {
    const shell = `sleep() { :; }; tries=(${exits.join(' ')}); i=0
      datagouv-tops() { echo "$*" >> "$OUT"; local code=\${tries[$i]}; i=$((i + 1)); return "$code"; }; ${script}`
    try {
      execFileSync('bash', ['-e', '-c', shell], { env: { ...process.env, DATE: '2026-11-18', OUT: '/dev/null' } })
      return 0
    } catch (error) {
      return (error as { status: number }).status
    }
  }
  expect([codes(0), codes(3, 5, 0), codes(6), codes(3, 4), codes(7, 7, 7, 7, 7)]).toEqual([0, 0, 6, 4, 7])
})
