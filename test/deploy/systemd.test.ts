import { chmod, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Failure, type FailureKind } from '../../src/errors.ts'
import { runChecker } from '../helpers/checker.ts'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'

const FOLDER = new URL('../../deploy/systemd/', import.meta.url)
const units = (await readdir(FOLDER)).filter((name) => /\.(service|timer)$/.test(name))
const text = (name: string) => readFile(new URL(name, FOLDER), 'utf8')
const [run, timer] = [await text('datagouv-tops.service'), await text('datagouv-tops.timer')]
const settingOf = (unit: string, key: string) => new RegExp(`^${key}=(.*)$`, 'm').exec(unit)![1]!

test('the units are valid', async (context) => {
  // Only the path of the program differs here.
  const folder = await temporaryFolder()
  await writeTestFile(folder, 'datagouv-tops', '#!/bin/sh\n')
  await chmod(join(folder, 'datagouv-tops'), 0o755)
  for (const name of units) await writeTestFile(folder, name, (await text(name)).replaceAll('/usr/local/bin', folder))
  const { code, said } = runChecker(
    'systemd-analyze',
    // The manual page is not installed here.
    ['verify', '--man=no', ...units.map((name) => join(folder, name))],
    context.skip,
  )
  expect(code).toBe(0)
  expect(said).not.toContain(folder)
})

test('the timer fires at 17:00 in Paris before and after a clock change', (context) => {
  const calendar = (from: string) => {
    const args = ['calendar', '--iterations=2', `--base-time=${from}`, settingOf(timer, 'OnCalendar')]
    return runChecker('systemd-analyze', args, context.skip).said.match(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/g)
  }
  expect(calendar('2027-03-23 00:00:00 UTC')).toEqual(['2027-03-24 16:00:00 UTC', '2027-03-31 15:00:00 UTC'])
  expect(calendar('2027-10-26 00:00:00 UTC')).toEqual(['2027-10-27 15:00:00 UTC', '2027-11-03 16:00:00 UTC'])
})

test('a run is retried exactly on the exit codes that a retry can fix', () => {
  const final = settingOf(run, 'RestartPreventExitStatus').split(' ').map(Number)
  const kinds: FailureKind[] = ['bug', 'usage', 'portal', 'contract', 'store', 'gate', 'held']
  for (const kind of kinds) {
    const { exitCode, retryable } = new Failure(kind, '')
    expect([kind, final.includes(exitCode)]).toEqual([kind, !retryable])
  }
})

test('a retry after midnight, or on a machine that is back on Thursday, still makes Wednesday’s edition', () => {
  expect(settingOf(run, 'ExecStart')).toContain(' run --date due ')
  expect(settingOf(timer, 'Persistent')).toBe('true')
})

test('the services have few rights', async (context) => {
  for (const name of units.filter((unit) => unit.endsWith('.service'))) {
    const args = ['security', '--offline=true', '--threshold=20', new URL(name, FOLDER).pathname]
    expect(runChecker('systemd-analyze', args, context.skip)).toMatchObject({ code: 0 })
  }
})
