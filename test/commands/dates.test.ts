import { describe, expect, test } from 'vitest'
import { lastScheduledDates } from '../../src/editions/calendar.ts'
import { addDays, dateIn, parseDate } from '../../src/editions/date.ts'
import { cli } from '../helpers/cli.ts'
import { datasetsCsv, organizationsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'

const ZONE = 'Europe/Paris'
const TODAY = dateIn(ZONE, new Date())
const YESTERDAY = addDays(TODAY, -1)
const [DUE] = lastScheduledDates({ schedule: '0 17 * * 3', time_zone: ZONE }, new Date(), 1)
const NAMES = { today: TODAY, yesterday: YESTERDAY, due: DUE! }
const SOURCES = ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv']

async function newFolder(): Promise<string> {
  const cwd = await temporaryFolder()
  await writeTestFile(cwd, 'datasets.csv', datasetsCsv([{ id: 'd1', title: 'Transport', organization: 'o1' }]))
  await writeTestFile(cwd, 'organizations.csv', organizationsCsv([['o1', 'Un', 12]]))
  return cwd
}

test.each([
  ['2023-02-30', '"2023-02-30" is not a date of the calendar; that month has the days 01 to 28'],
  ['2024-02-30', '"2024-02-30" is not a date of the calendar; that month has the days 01 to 29'],
  ['2023-13-01', '"2023-13-01" is not a date of the calendar; a year has the months 01 to 12'],
  ['20231118', '"20231118" is not a date; did you mean 2023-11-18?'],
  ['18/11/2023', '"18/11/2023" is not a date; did you mean 2023-11-18?'],
  ['2023-7-26', '"2023-7-26" is not a date; did you mean 2023-07-26?'],
  ['31/02/2023', '"31/02/2023" is not a date; write it as YYYY-MM-DD, such as 2026-11-18'],
])('the date %s is refused: %s', (text, message) => {
  expect(() => parseDate(text)).toThrow(message)
})

describe('a date by name', () => {
  test.each(Object.entries(NAMES))('makes the edition of %s, as an argument or with --date', async (name, date) => {
    const cwd = await newFolder()
    const run = async (...args: string[]) => JSON.parse((await cli([...args, '--json', '--quiet'], { cwd })).stdout)
    expect(await run('fetch', name, ...SOURCES)).toMatchObject({ date })
    expect(await run('archive', '--date', name)).toMatchObject({ date, archived: [{}] })
    expect(await run('publish', name)).toMatchObject({ date, published: [{}] })
    expect(await run('notify', '--date', name)).toMatchObject({ date })
    expect(await run('run', name, ...SOURCES)).toMatchObject({ date, status: 'unchanged' })
    expect(await run('show', name)).toMatchObject({ date })
    expect(await run('explain', 'd1', '--date', name)).toMatchObject({ date })
    expect(await run('verify', name)).toMatchObject([{ date }, { date }])
  })

  test('latest works in commands that read editions, and is refused by those that make them', async () => {
    const cwd = await newFolder()
    for (const date of ['2026-11-11', '2026-11-18']) await cli(['run', date, ...SOURCES], { cwd })
    const json = async (...args: string[]) => JSON.parse((await cli([...args, '--json', '--quiet'], { cwd })).stdout)
    expect(await json('show', '--date', 'latest')).toMatchObject({ date: '2026-11-18' })
    expect(await json('verify', '2026-11-11', '--date', 'latest')).toHaveLength(4)
    expect(await json('notify', ' Latest')).toMatchObject({ date: '2026-11-18' })
    expect(await json('changes', '2026-11-11', 'latest')).toMatchObject({ from: '2026-11-11', to: '2026-11-18' })
    for (const command of ['run', 'fetch', 'archive', 'publish'])
      expect(await cli([command, 'latest'], { cwd })).toEqual({
        code: 2,
        stdout: '',
        stderr: 'datagouv-tops: cannot use the date "latest": it names an edition that exists. Use today or due.\n',
      })
  })
})

test.each([
  [['show', 'latset'], '"latset" is not a date; did you mean latest?'],
  [['run', 'latset'], '"latset" is not a date; known: YYYY-MM-DD, today, yesterday, due'],
  [['show', 'TODYA'], '"TODYA" is not a date; did you mean today?'],
  [['run', 'demain'], '"demain" is not a date; known: YYYY-MM-DD, today, yesterday, due'],
  [
    ['backfill', '--from', '2026-11-18', '--to', 'demain'],
    '--to: "demain" is not a date; known: YYYY-MM-DD, today, yesterday, due',
  ],
  [
    ['search', 'bus', '--date', '2026-02-30'],
    '--date: "2026-02-30" is not a date of the calendar; that month has the days 01 to 28',
  ],
  [
    ['search', 'bus', '--date', '2026-11-18', '--since', '1/2'],
    '--since: "1/2" is not a date; write it as YYYY-MM-DD, such as 2026-11-18',
  ],
  [['show', 'today', '--date', 'due'], 'cannot use two dates: "today" and --date "due" are given. Keep one.'],
  [['verify', 'latest'], 'there is no edition of mobilite-transport in sqlite:./data/datagouv.db yet; "run" makes one'],
])('%j is refused', async (args, message) => {
  expect(await cli(args, { cwd: await newFolder() })).toEqual({
    code: 2,
    stdout: '',
    stderr: `datagouv-tops: ${message}\n`,
  })
})

test.each([{ flags: [] }, { flags: ['--date', 'latest'] }])(
  'a store that is down is not blamed on --date: search bus with $flags',
  async ({ flags }) => {
    const env = {
      AWS_ENDPOINT_URL_S3: 'http://127.0.0.1:9',
      AWS_ACCESS_KEY_ID: 'key',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_MAX_ATTEMPTS: '1',
    }
    const { code, stderr } = await cli(['search', 'bus', ...flags, '--archive', 's3://datagouv'], {
      cwd: await newFolder(),
      env,
    })
    expect([code, stderr]).toEqual([
      5,
      expect.stringMatching(/^datagouv-tops: cannot list "snapshots\/" in the archive/),
    ])
  },
)
