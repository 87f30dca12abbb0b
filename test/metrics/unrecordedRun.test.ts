import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { writeUnrecordedRun } from '../../src/metrics/unrecordedRun.ts'
import { cli } from '../helpers/cli.ts'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'
import { freePort } from '../helpers/port.ts'

const EXIT_CODE = 'datagouv_tops_last_run_exit_code'
const ENDED = 'datagouv_tops_last_run_ended_timestamp_seconds'
const at = (time: string) => new Date(`2026-11-25T${time}Z`)

/** A file that a successful run wrote the week before. */
const LAST_WEEK = `# HELP datagouv_tops_edition_datasets Datasets in the tops of the last edition.
# TYPE datagouv_tops_edition_datasets gauge
datagouv_tops_edition_datasets{watch="mobilite-transport"} 1

# HELP ${ENDED} When the last run of a command ended.
# TYPE ${ENDED} gauge
${ENDED}{command="run"} 1763481609

# HELP datagouv_tops_last_run_duration_seconds Duration of the last run of a command.
# TYPE datagouv_tops_last_run_duration_seconds gauge
datagouv_tops_last_run_duration_seconds{command="run"} 9

# HELP ${EXIT_CODE} Exit code of the last run of a command.
# TYPE ${EXIT_CODE} gauge
${EXIT_CODE}{command="run"} 0
`

describe('the metrics file after a run without a record', () => {
  test('has the new end, duration and exit code of the command, and keeps all other values', async () => {
    const path = await writeTestFile(await temporaryFolder(), 'tops.prom', LAST_WEEK)
    await writeUnrecordedRun(path, { command: 'run', started: at('16:00:00'), ended: at('16:00:10'), exitCode: 5 })
    const ended = at('16:00:10').getTime() / 1000
    expect(await readFile(path, 'utf8')).toBe(
      LAST_WEEK.replace(/(?<=ended_timestamp_seconds\{command="run"\} ).*/, String(ended))
        .replace(/(?<=duration_seconds\{command="run"\} ).*/, '10')
        .replace(/(?<=exit_code\{command="run"\} ).*/, '5'),
    )
    await writeUnrecordedRun(path, { command: 'fetch', started: at('17:00:00'), ended: at('17:00:01'), exitCode: 2 })
    const text = await readFile(path, 'utf8')
    expect(text).toContain(`${EXIT_CODE}{command="run"} 5\n`)
    expect(text).toContain(`${EXIT_CODE}{command="fetch"} 2\n`)
    expect((await stat(path)).mode & 0o777).toBe(0o644)
  })

  test('is created if there is none, and stays as it is if it already shows the run', async () => {
    const path = join(await temporaryFolder(), 'tops.prom')
    await writeUnrecordedRun(path, { command: 'run', started: at('16:00:00'), ended: at('16:00:10'), exitCode: 5 })
    const text = await readFile(path, 'utf8')
    expect(text.split('\n')).toEqual([
      `# TYPE ${ENDED} gauge`,
      `${ENDED}{command="run"} ${at('16:00:10').getTime() / 1000}`,
      '# TYPE datagouv_tops_last_run_duration_seconds gauge',
      'datagouv_tops_last_run_duration_seconds{command="run"} 10',
      `# TYPE ${EXIT_CODE} gauge`,
      `${EXIT_CODE}{command="run"} 5`,
      '',
    ])
    await writeUnrecordedRun(path, { command: 'run', started: at('16:00:05'), ended: at('16:00:12'), exitCode: 2 })
    expect(await readFile(path, 'utf8')).toBe(text)
  })
})

test.each([
  [
    'the document store is unreachable',
    5,
    async () => ({ documents: `mongodb://127.0.0.1:${await freePort()}/datagouv?serverSelectionTimeoutMS=300` }),
    [],
  ],
  ['a watch is unknown', 2, async () => ({}), ['--watch', 'nope']],
  ['another setting is wrong', 2, async () => ({ retries: 'many' }), []],
])('a run fails because %s, and the file gets its exit code', async (_, code, settings, flags) => {
  const cwd = await temporaryFolder()
  const path = await writeTestFile(cwd, 'tops.prom', LAST_WEEK)
  await writeTestFile(cwd, 'datagouv-tops.yaml', JSON.stringify({ metrics_file: path, ...(await settings()) }))
  const before = Date.now() / 1000
  expect((await cli(['run', '--date', 'due', ...flags], { cwd })).code).toBe(code)
  const text = await readFile(path, 'utf8')
  expect(text).toContain(`${EXIT_CODE}{command="run"} ${code}\n`)
  expect(Number(/ended_timestamp_seconds\{command="run"\} (.*)/.exec(text)![1])).toBeGreaterThanOrEqual(before)
  expect(text).toContain('datagouv_tops_edition_datasets{watch="mobilite-transport"} 1\n')
})

test('a file of settings that is not YAML is reported if the variable names the metrics file', async () => {
  const cwd = await temporaryFolder()
  const path = await writeTestFile(cwd, 'tops.prom', LAST_WEEK)
  await writeTestFile(cwd, 'datagouv-tops.yaml', 'watches: [')
  const { code } = await cli(['archive', 'due'], { cwd, env: { DATAGOUV_TOPS_METRICS_FILE: path } })
  expect(code).toBe(2)
  const text = await readFile(path, 'utf8')
  expect(text).toContain(`${EXIT_CODE}{command="archive"} 2\n`)
  expect(text).toContain(`${EXIT_CODE}{command="run"} 0\n`)
})
