import { closeSync, existsSync, openSync, readFileSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { COMMANDS } from '../src/commands/commands.ts'
import type { Edition } from '../src/editions/edition.ts'
import { openSqlite } from '../src/stores/sqlite/sqlite.ts'
import { cli } from './helpers/cli.ts'
import {
  DATASET_HEADER,
  datasetRow,
  datasetsCsv,
  organizationsCsv,
  readFolder,
  temporaryFolder,
  writeTestFile,
} from './helpers/exports.ts'
import { runRecordOf } from './helpers/runs.ts'

const KEPT = { id: 'd1', title: 'Mobilité', organization: 'o1', followers: 4 }
const DATASETS = datasetsCsv([KEPT, { id: 'd2', title: 'Budget' }])
const ORGANIZATIONS = organizationsCsv([['o1', 'Un', 12]])

async function withSources() {
  const cwd = await temporaryFolder()
  await writeTestFile(cwd, 'datasets.csv', DATASETS)
  await writeTestFile(cwd, 'organizations.csv', ORGANIZATIONS)
  return { cwd, sources: ['--datasets', 'datasets.csv', '--organizations', 'organizations.csv'] }
}

describe('run', () => {
  test('publishes, prints the result on stdout, and progress as plain lines on stderr', async () => {
    const { cwd, sources } = await withSources()
    const { code, stdout, stderr } = await cli(['run', '--date', '2026-11-18', ...sources], { cwd })
    expect(code).toBe(0)
    expect(stdout).toBe(
      [
        '2026-11-18',
        '  snapshot   2 datasets, 1 organization    file:./data/datagouv/snapshots/2026-11-18/snapshot.json',
        '  archived   1 dataset                     file:./data/datagouv/2026-11-18/mobilite-transport.csv',
        '  published  1 dataset of 1 of the TOP 30  sqlite:./data/datagouv.db, tops, mobilite-transport/2026-11-18',
        '',
      ].join('\n'),
    )
    expect(stderr).toMatch(
      /^created the database sqlite:\.\/data\/datagouv\.db\ncreated the folder \.\/data\/datagouv\nfetch organizations {2}1 record · \d+ bytes in [\d.]+ s \([\d.]+ \w+\/s\)\nfetch datasets {2}2 records/,
    )
  })

  test('completes even if stderr is closed', async () => {
    const { cwd, sources } = await withSources()
    const onStart = (child: { stderr: { destroy(): void } | null }) => child.stderr!.destroy()
    const ended = await cli(['run', '--date', '2026-11-18', '--verbose', ...sources], { cwd, onStart })
    expect([ended.code, ended.stderr]).toEqual([0, ''])
    expect(ended.stdout).toContain('published  1 dataset')
    const failed = await cli(['run', '--date', '2026-11-25', '--datasets', 'organizations.csv', ...sources.slice(2)], {
      cwd,
      onStart,
    })
    expect(failed.code).toBe(4)
    const [run] = JSON.parse((await cli(['runs', '--json'], { cwd })).stdout)
    expect(run).toMatchObject({ status: 'failed', error: { exit_code: 4 } })
  })

  test('prints one JSON value with --json, and nothing with --quiet', async () => {
    const { cwd, sources } = await withSources()
    const json = await cli(['run', '--date', '2026-11-18', '--json', '--quiet', ...sources], { cwd })
    expect(json.stderr).toBe('')
    expect(JSON.parse(json.stdout)).toMatchObject({
      date: '2026-11-18',
      status: 'published',
      published: [{ datasets: 1 }],
    })
    const quiet = await cli(['run', '--date', '2026-11-18', '--quiet', ...sources], { cwd })
    expect(quiet).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('has the same help with "help run"', async () => {
    const cwd = await temporaryFolder()
    const [help, flag] = [await cli(['help', 'run'], { cwd }), await cli(['run', '--help'], { cwd })]
    expect([help.code, help.stdout]).toEqual([0, flag.stdout])
  })

  test('processes a watch once, even if it is given twice', async () => {
    const { cwd, sources } = await withSources()
    const twice = ['--watch', 'mobilite-transport', '--watch', 'mobilite-transport']
    const { code, stdout } = await cli(['run', '--json', ...twice, ...sources], { cwd })
    expect([code, JSON.parse(stdout).published.length]).toEqual([0, 1])
  })

  test.each([
    [
      'a second argument',
      ['2026-11-18', 'x'],
      2,
      /^datagouv-tops: run: unexpected argument "x"; see "datagouv-tops run --help"\n$/,
    ],
    [
      'a wrong date',
      ['--date', '2026-02-30'],
      2,
      /^datagouv-tops: "2026-02-30" is not a date of the calendar; that month has the days 01 to 28\n$/,
    ],
    [
      'an unknown watch',
      ['--watch', 'mobilite-transprt'],
      2,
      /there is no watch "mobilite-transprt"; did you mean mobilite-transport\?/,
    ],
    ['an unknown option', ['--dates', '2026-11-18'], 2, /unknown option '--dates'/],
    [
      'a missing source',
      ['--datasets', 'none.csv'],
      2,
      /cannot open the export "none.csv": there is no such file. Check the path./,
    ],
    [
      'a broken export',
      ['--datasets', 'organizations.csv'],
      4,
      /datasets export \(organizations.csv\) has no column "title"/,
    ],
  ])('exits with one line and its exit code for %s', async (_, args, exit, message) => {
    const { cwd, sources } = await withSources()
    const { code, stdout, stderr } = await cli(['run', '--quiet', ...sources, ...args], { cwd })
    expect(stderr).toMatch(message)
    expect(stderr.trim().split('\n')).toHaveLength(1)
    expect([code, stdout]).toEqual([exit, ''])
  })

  test('exits with 5 if a store refuses', async () => {
    const { cwd, sources } = await withSources()
    await writeTestFile(cwd, 'data', 'a file where the folder should be')
    const { code, stderr } = await cli(['run', ...sources, '--quiet'], { cwd })
    expect([code, stderr.split('\n').length]).toEqual([5, 2])
  })

  test.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('stops cleanly on %s: it leaves no file and closes its record', async (signal, exit) => {
    const cwd = await temporaryFolder()
    await writeTestFile(cwd, 'organizations.csv', ORGANIZATIONS)
    const many = DATASETS + datasetRow({ id: 'd3' }).repeat(1_500_000)
    await writeTestFile(cwd, 'many.csv', many)
    const args = ['run', '--date', '2026-11-18', '--datasets', 'many.csv', '--organizations', 'organizations.csv']
    const ended = await cli(args, {
      cwd,
      onStart: (child) => {
        child.stderr!.on('data', (line) => {
          if (String(line).includes('fetch organizations')) child.kill(signal)
        })
      },
    })
    expect(ended.code).toBe(exit)
    expect(ended.stderr).toMatch(/datagouv-tops: (terminated|interrupted); no partial edition was published\n$/)
    expect([...(await readFolder(join(cwd, 'data/datagouv'))).keys()]).toEqual([])
    const runs = await cli(['runs', '--json'], { cwd })
    expect(JSON.parse(runs.stdout)).toMatchObject([{ status: 'stopped' }])
  })

  test('makes a second run for the same date exit with 7 and name the holder', async () => {
    const { cwd, sources } = await withSources()
    const many = DATASETS + datasetRow({ id: 'd3' }).repeat(300_000)
    await writeTestFile(cwd, 'many.csv', many)
    const args = ['run', '--date', '2026-11-18', '--organizations', 'organizations.csv', '--datasets']
    let second: ReturnType<typeof cli> | undefined
    const first = await cli([...args, 'many.csv'], {
      cwd,
      onStart: (child) => {
        child.stderr!.on('data', (line) => {
          if (second !== undefined || !String(line).includes('fetch organizations')) return
          // The first run waits for the second, however slow the machine is.
          child.kill('SIGSTOP')
          second = cli(['run', '--date', '2026-11-18', '--quiet', ...sources], { cwd })
          second.finally(() => child.kill('SIGCONT'))
        })
      },
    })
    expect(first.code).toBe(0)
    const { code, stderr } = (await second)!
    expect([code, stderr]).toEqual([
      7,
      expect.stringMatching(/2026-11-18 is held by run "\S+" on "\S+" \(process \d+\) since \S+Z; try/),
    ])
  })
})

describe('filter', () => {
  test.each([
    ['a file', ['datasets.csv'], undefined],
    ['a compressed file', ['datasets.csv.gz'], undefined],
    ['stdin', [], DATASETS],
  ])('prints the kept records of %s, byte for byte', async (_, args, stdin) => {
    const { cwd } = await withSources()
    await writeTestFile(cwd, 'datasets.csv.gz', DATASETS)
    const { code, stdout } = await cli(['filter', ...args], { cwd, ...(stdin && { stdin }) })
    expect([code, stdout]).toEqual([0, DATASET_HEADER + datasetRow(KEPT)])
    expect(await readdir(cwd)).not.toContain('data')
  })

  test('prints megabytes unchanged from any source', async () => {
    const { cwd } = await withSources()
    const title = 'transport ""public"";\r\n'.repeat(40)
    const records = Array.from({ length: 3_000 }, (_, index) => datasetRow({ ...KEPT, id: `d${index}`, title }))
    const export_ = DATASET_HEADER + records.join('')
    const path = await writeTestFile(cwd, 'many.csv', export_)
    await writeTestFile(cwd, 'many.csv.gz', export_)
    const asFile = openSync(path, 'r')
    onTestFinished(() => closeSync(asFile))
    for (const [args, stdin] of [[['many.csv']], [['many.csv.gz']], [[], export_], [[], asFile]] as const) {
      const { code, stdout } = await cli(['filter', ...args], { cwd, ...(stdin !== undefined && { stdin }) })
      expect([code, stdout === export_]).toEqual([0, true])
    }
  })

  test('needs the same memory for twenty times the records', async () => {
    const { cwd } = await withSources()
    const records = Array.from({ length: 4_000 }, (_, index) =>
      datasetRow({ id: `d${index}`, title: index % 9 === 0 ? 'transport' : '', description: 'é '.repeat(400) }),
    ).join('')
    const peakOf = async (...args: string[]) => {
      let peak = 0
      const onStart = ({ pid }: { pid?: number | undefined }) => {
        const timer = setInterval(() => {
          const status = existsSync(`/proc/${pid}/status`) ? readFileSync(`/proc/${pid}/status`, 'utf8') : ''
          peak = Math.max(peak, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024)
        }, 5)
        onTestFinished(() => clearInterval(timer))
      }
      expect((await cli(args, { cwd, onStart })).code).toBe(0)
      return peak
    }
    const filtering = async (times: number) => {
      await writeTestFile(cwd, 'many.csv', DATASET_HEADER + records.repeat(times))
      return peakOf('filter', 'many.csv', '--quiet')
    }
    const [small, large] = [await filtering(1), await filtering(20)]
    expect(large - small).toBeLessThan(15)
    // Node itself needs 44 MiB (20) to 54 MiB (24), which does not count.
    expect(large - (await peakOf('--version'))).toBeLessThan(35)
  })

  test('writes a list per watch into a folder, in one pass, only if the whole export is valid', async () => {
    const { cwd } = await withSources()
    const watches =
      'watches:\n  - {name: move, terms: [mobilité]}\n  - {name: money, terms: [budget]}\n  - {name: none, terms: [x y z]}\n'
    await writeTestFile(cwd, 'datagouv-tops.yaml', watches)
    const args = ['filter', 'datasets.csv', '--quiet', '--into', 'lists']
    expect(await cli(args, { cwd })).toMatchObject({
      code: 0,
      stdout: 'lists/move.csv\nlists/money.csv\nlists/none.csv\n',
    })
    const texts = [...(await readFolder(join(cwd, 'lists')))].map(([name, content]) => [name, content.toString()])
    expect(Object.fromEntries(texts)).toEqual({
      'move.csv': DATASET_HEADER + datasetRow(KEPT),
      'money.csv': DATASET_HEADER + datasetRow({ id: 'd2', title: 'Budget' }),
      'none.csv': DATASET_HEADER,
    })
    const one = await cli([...args, '--watch', 'money', '--json'], { cwd })
    expect(JSON.parse(one.stdout)).toMatchObject({
      records: 2,
      lists: [{ watch: 'money', file: 'lists/money.csv', kept: 1 }],
    })
    await writeTestFile(cwd, 'broken.csv', `${DATASETS}"`)
    expect(await cli(['filter', 'broken.csv', '--into', 'other'], { cwd })).toMatchObject({ code: 4, stdout: '' })
    expect([...(await readFolder(cwd)).keys()].filter((name) => name.startsWith('other'))).toEqual([])
    for (const own of [['--term', 'vélo'], ['--column', 'title'], ['--word']])
      expect(await cli(['filter', 'datasets.csv', '--into', 'other', ...own], { cwd })).toMatchObject({ code: 2 })
    for (const several of [
      ['--watch', 'move', '--watch', 'money'],
      ['--watch', 'all'],
    ])
      expect(await cli(['filter', 'datasets.csv', ...several], { cwd })).toEqual({
        code: 2,
        stdout: '',
        stderr: 'datagouv-tops: several watches need a folder for their lists: add --into FOLDER\n',
      })
  })

  test('searches other terms, in other columns, for whole words', async () => {
    const { cwd } = await withSources()
    const count = async (...args: string[]) =>
      JSON.parse((await cli(['filter', 'datasets.csv', '--json', ...args], { cwd })).stdout).kept
    expect(await count('--term', 'BUDGET')).toBe(1)
    expect(await count('--term', 'udge')).toBe(1)
    expect(await count('--term', 'udge', '--word')).toBe(0)
    expect(await count('--term', 'o1', '--column', 'organization_id')).toBe(2)
  })

  test('refuses an empty term, and warns of one that probably matches other texts than intended', async () => {
    const { cwd } = await withSources()
    const filter = (...args: string[]) => cli(['filter', 'datasets.csv', ...args], { cwd })
    const refused = await filter('--term', 'bus', '--term', "' -")
    expect([refused.code, refused.stdout, refused.stderr]).toEqual([
      2,
      '',
      `datagouv-tops: --term must contain something besides spaces, hyphens, apostrophes and accents, not "' -"\n`,
    ])
    const { code, stderr } = await filter('--term', 'e', '--term', '"budget"', '--term', 'É')
    expect(code).toBe(0)
    expect(stderr).toContain('the term "e" is a single letter, which nearly every text contains')
    expect(stderr).toContain('the quotes around "\\"budget\\"" are part of the term')
    expect(stderr).toContain('the terms "e" and "É" match the same texts; the second is ignored')
  })

  test('warns of a term once, whichever command reads it', async () => {
    const { cwd, sources } = await withSources()
    await writeTestFile(cwd, 'datagouv-tops.yaml', 'watches: [{name: a, terms: [mobilité, mobilite]}]\n')
    for (const args of [
      ['run', '--date', '2026-11-18', ...sources],
      ['filter', 'datasets.csv'],
    ]) {
      const { code, stderr } = await cli(args, { cwd })
      expect([code, stderr.split('match the same texts').length - 1]).toEqual([0, 1])
    }
  })

  test('lists a dataset id once, with a warning', async () => {
    const { cwd } = await withSources()
    const stdin = DATASETS + DATASETS.slice(DATASETS.indexOf('\r\n') + 2)
    const once = await cli(['filter'], { cwd, stdin: DATASETS })
    const twice = await cli(['filter'], { cwd, stdin })
    expect([twice.code, twice.stdout]).toEqual([0, once.stdout])
    expect(twice.stderr).toMatch(/left out \d+ records? that repeats? the id of an earlier one/)
  })

  test('prints nothing if the export is broken at its end', async () => {
    const { cwd } = await withSources()
    const { code, stdout, stderr } = await cli(['filter', '--quiet'], { cwd, stdin: `${DATASETS}"` })
    expect([code, stdout]).toEqual([4, ''])
    expect(stderr).toBe(
      'datagouv-tops: stdin, record 3, line 4, column 1: the quote that opens here is never closed. Fetch the file again; if it stays the same, report it to the portal.\n',
    )
  })
})

describe('show', () => {
  test('prints the latest edition or that of a date: as JSON, as CSV, or as a table', async () => {
    const { cwd, sources } = await withSources()
    for (const date of ['2026-11-11', '2026-11-18']) await cli(['run', '--date', date, ...sources], { cwd })
    const edition: Edition = JSON.parse((await cli(['show', '--json'], { cwd })).stdout)
    expect(edition).toMatchObject({ _id: 'mobilite-transport/2026-11-18', datasets: [{ dataset_title: 'Mobilité' }] })
    const { stdout } = await cli(['show', '2026-11-11', '--csv'], { cwd })
    expect(stdout).toBe(
      '"dataset_id";"dataset_title";"dataset_followers";"organization";"organization_id";"organization_followers"\r\n' +
        '"d1";"Mobilité";4;"Un";"o1";12\r\n',
    )
    expect((await cli(['show'], { cwd })).stdout).toContain('   1  Un                   12  Mobilité          4')
  })

  test('lists the existing editions if the requested one does not exist', async () => {
    const { cwd, sources } = await withSources()
    await cli(['run', '--date', '2026-11-18', ...sources], { cwd })
    const { code, stderr } = await cli(['show', '2026-11-11'], { cwd })
    expect([code, stderr]).toEqual([
      2,
      'datagouv-tops: there is no edition of mobilite-transport of 2026-11-11 in sqlite:./data/datagouv.db; the nearest is that of 2026-11-18\n',
    ])
  })
})

describe('the rest of the command line', () => {
  test('demo publishes three Wednesdays that differ', async () => {
    const cwd = await temporaryFolder()
    const { code, stdout } = await cli(['demo', '--into', 'here', '--json'], { cwd })
    expect(code).toBe(0)
    const { results } = JSON.parse(stdout)
    expect(results.map(({ date }: { date: string }) => date)).toEqual(['2023-07-26', '2023-08-02', '2023-08-09'])
    expect([...(await readFolder(join(cwd, 'here'))).keys()]).toContain('datagouv/2023-08-09/mobilite-transport.csv')
  })

  test('config prints the origin of each value, and no password', async () => {
    const cwd = await temporaryFolder()
    await writeTestFile(cwd, 'datagouv-tops.yaml', 'retries: 7\n')
    const env = { DATAGOUV_TOPS_DOCUMENTS: 'mongodb://user:secret@localhost/datagouv' }
    const { stdout } = await cli(['config', '--json', '--archive', 'file:elsewhere'], { cwd, env })
    expect(stdout).not.toContain('secret')
    expect(JSON.parse(stdout)).toMatchObject({
      retries: { value: 7, origin: 'datagouv-tops.yaml' },
      archive: { value: 'file:elsewhere', origin: 'flag' },
      documents: { value: 'mongodb://user:***@localhost/datagouv', origin: 'environment' },
      portal: { value: 'https://www.data.gouv.fr', origin: 'default' },
    })
  })

  test('runs lists the latest first, and shows a whole record', async () => {
    const { cwd, sources } = await withSources()
    await cli(['run', '--date', '2026-11-18', ...sources], { cwd })
    await cli(['run', '--date', '2026-11-18', ...sources], { cwd })
    const runs = JSON.parse((await cli(['runs', '--json'], { cwd })).stdout)
    expect(runs.map(({ status }: { status: string }) => status)).toEqual(['unchanged', 'published'])
    const { stdout } = await cli(['runs', 'show', runs[1]._id], { cwd })
    expect(stdout).toContain('run 2026-11-18 (mobilite-transport) produced new data')
    expect((await cli(['runs', runs[1]._id], { cwd })).stdout).toBe(stdout)
  })

  test('runs shows that the process of a run has died', async () => {
    const cwd = await temporaryFolder()
    const documents = await openSqlite(join(cwd, 'data/datagouv.db'))
    const id = '20261111T160000000Z-000000'
    await documents.replace('runs', runRecordOf(id))
    await documents.close()
    const summary = 'died (it was killed, or its machine went down); the next run cleans up after it'
    expect((await cli(['runs'], { cwd })).stdout).toContain(summary)
    const { stdout } = await cli(['runs', id], { cwd })
    expect(stdout).toContain(
      `(mobilite-transport) was stopped before it ended; the next run for its date takes over\n${summary}\n`,
    )
    const shown = { ...runRecordOf(id), status: 'stopped', summary }
    expect(JSON.parse((await cli(['runs', '--json'], { cwd })).stdout)).toEqual([shown])
    expect(JSON.parse((await cli(['runs', 'show', id, '--json'], { cwd })).stdout)).toEqual(shown)
  })

  test('every command has help with examples', async () => {
    const cwd = await temporaryFolder()
    const help = (await cli(['--help'], { cwd })).stdout
    const commands = COMMANDS.map(({ name }) => name)
    for (const command of commands) expect(help).toMatch(new RegExp(`^ {2}${command} `, 'm'))
    for (const command of commands) {
      expect((await cli([command, '--help'], { cwd })).stdout).toMatch(/Examples:\n {2}\$ datagouv-tops /)
    }
  })

  test('an unknown command exits with 2 and a suggestion', async () => {
    const { code, stderr } = await cli(['rum'], { cwd: await temporaryFolder() })
    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/^datagouv-tops: unknown command 'rum' \(Did you mean run\?\)/),
    ])
  })

  test('the version is that of the package', async () => {
    const { version } = JSON.parse(await readFile('package.json', 'utf8'))
    expect((await cli(['--version'], { cwd: '.' })).stdout).toBe(`${version}\n`)
  })
})
