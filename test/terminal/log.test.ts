import { describe, expect, test } from 'vitest'
import { type CliResult, cli } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'

const SOURCES = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv']

async function folderWithSources(): Promise<string> {
  const cwd = await temporaryFolder()
  await writeTestFile(
    cwd,
    'datasets.csv',
    datasetsCsv([{ id: 'd1', title: 'Mobilité', organization: 'o1', followers: 4 }]),
  )
  await writeTestFile(cwd, 'organizations.csv', organizationsCsv([['o1', 'Un', 12]]))
  return cwd
}

/** Parses every line of stderr. */
function lines({ stderr }: CliResult): Record<string, unknown>[] {
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
}

describe('--log-format json', () => {
  test('writes each line on stderr as a JSON object with time, level, message and run id', async () => {
    const cwd = await folderWithSources()
    const ended = await cli(
      ['run', '--date', '2026-11-18', '--json', '--verbose', '--log-format', 'json', ...SOURCES],
      { cwd },
    )
    const { run_id } = JSON.parse(ended.stdout)
    const logged = lines(ended)
    expect(logged.map(({ message }) => message)).toEqual([
      'created the database sqlite:./data/datagouv.db',
      'created the folder ./data/datagouv',
      'fetch organizations: 1 record',
      expect.stringMatching(/^read organizations took \d+ ms$/),
      'fetch datasets: 1 record',
      expect.stringMatching(/^read datasets took/),
      expect.stringMatching(/^check completeness took/),
      expect.stringMatching(/^keep snapshot took/),
      expect.stringMatching(/^archive took/),
      expect.stringMatching(/^publish took/),
    ])
    for (const line of logged) {
      expect(line).toMatchObject({ time: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/), run_id })
    }
    expect(logged[4]).toMatchObject({ level: 'info', bytes: expect.any(Number), seconds: expect.any(Number) })
    expect(logged[5]).toMatchObject({ level: 'debug' })
  })

  test('logs a failure with its kind, exit code and run id', async () => {
    const cwd = await folderWithSources()
    const ended = await cli(['run', '--date', '2026-11-18', '--datasets', 'organizations.csv', ...SOURCES.slice(2)], {
      cwd,
      env: { DATAGOUV_TOPS_LOG_FORMAT: 'json' },
    })
    expect(ended.code).toBe(4)
    const runs = JSON.parse((await cli(['runs', '--json'], { cwd })).stdout)
    expect(lines(ended).at(-1)).toMatchObject({
      level: 'error',
      message: expect.stringMatching(/^datasets export \(organizations.csv\) has no column/),
      kind: 'contract',
      exit_code: 4,
      run_id: runs[0]._id,
    })
  })

  test('logs the run id of each of several concurrent runs', async () => {
    const cwd = await folderWithSources()
    for (const date of ['2026-11-11', '2026-11-18']) await cli(['fetch', '--date', date, ...SOURCES], { cwd })
    const ended = await cli(
      ['backfill', '--from', '2026-11-11', '--to', '2026-11-18', '--jobs', '2', '--verbose', '--log-format=json'],
      { cwd },
    )
    const runs: { _id: string; date: string; command: string }[] = JSON.parse(
      (await cli(['runs', '--json'], { cwd })).stdout,
    )
    const read = lines(ended).filter(({ message }) => /^read datasets of/.test(String(message)))
    const dateOf = (run: unknown) => runs.find(({ _id }) => _id === run)?.date
    expect(read.map(({ message, run_id }) => String(message).includes(dateOf(run_id)!))).toEqual([true, true])
    expect(new Set(read.map(({ run_id }) => run_id)).size).toBe(2)
  })

  test.each([
    [['run', '--nonsense', '--log-format', 'json'], 'usage', /unknown option '--nonsense'/],
    [
      ['run', '--log-format=json', '--config', 'nowhere.yaml'],
      'usage',
      /configuration file nowhere\.yaml: it does not exist/,
    ],
    [['show', '--log-format', 'json', '--quiet', '--date', 'x'], 'usage', /date/],
  ])('also formats a failure before the run starts: %j', async (args, kind, message) => {
    const ended = await cli(args as string[], { cwd: await temporaryFolder() })
    expect(ended.code).toBe(2)
    expect(lines(ended)).toEqual([
      expect.objectContaining({
        level: 'error',
        kind,
        exit_code: 2,
        message: expect.stringMatching(message as RegExp),
      }),
    ])
  })

  test('is refused in the file, which is read too late for it', async () => {
    const cwd = await temporaryFolder()
    await writeTestFile(cwd, 'datagouv-tops.yaml', 'log_format: json\n')
    expect(await cli(['config'], { cwd })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('unknown setting "log_format"'),
    })
  })
})
