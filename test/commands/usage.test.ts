import { readFile } from 'node:fs/promises'
import { beforeEach, describe, expect, test } from 'vitest'
import { COMMANDS, GROUPS } from '../../src/commands/commands.ts'
import { SHARED_OPTIONS, unusedOptions } from '../../src/commands/options.ts'
import { cli } from '../helpers/cli.ts'
import { datasetsCsv, temporaryFolder, writeTestFile } from '../helpers/exports.ts'

let cwd: string
beforeEach(async () => {
  cwd = await temporaryFolder()
  await writeTestFile(cwd, 'datasets.csv', datasetsCsv([{ id: 'd1', title: 'Transport', organization: 'o1' }]))
})

test.each([
  [['help', 'nope'], /^datagouv-tops: unknown command 'nope'; "datagouv-tops help" lists the commands\n$/],
  [['help', 'shwo'], /^datagouv-tops: unknown command 'shwo' \(Did you mean show\?\)/],
  [
    ['-v'],
    /^datagouv-tops: cannot run -v: no command is given. Add one, as in "datagouv-tops show -v". -V prints the version.\n$/,
  ],
  [['--quiet'], /: cannot run --quiet: no command is given. Add one, as in "datagouv-tops show --quiet".\n$/],
  [['backfill', '2026-11-18'], /: backfill: unexpected argument "2026-11-18"; did you mean --from 2026-11-18\?\n$/],
  [['runs', '3'], /: runs: unexpected argument "3"; did you mean --limit 3\?\n$/],
  [['runs', 'show'], /: cannot show a run: no ID is given\. "runs" lists the runs with their IDs\.\n$/],
  [['show', '--documents', 'data/a.db'], /: it must begin with sqlite: or .*: write sqlite: before the path\n$/],
  [['show', '--limit'], /: --limit needs a value: --limit <number>; see "datagouv-tops show --help"\n$/],
  [['show', '--limit', '0'], /: --limit must be a whole number of at least 1, not "0"\n$/],
  [['serve', '--port', 'x'], /: --port must be a port from 1 to 65535, or 0 for any free one, not "x"\n$/],
  [['--limit', '3', 'show'], /: unknown option '--limit'; options follow the command\n$/],
  [['changes', '--watch', 'all'], /: this command reads one watch\. Name one of: mobilite-transport\.\n$/],
  [['config', 'init', '.'], /: cannot write "\.": it is a folder\. Add the name of a file\.\n$/],
  [
    ['config', 'schema', 'none/x'],
    /: cannot write "none\/x": its folder does not exist\. Create the folder first\.\n$/,
  ],
  [
    ['show', '--json', '--csv'],
    /: cannot print two formats at once: --json and --csv are given\. Keep one of them\.\n$/,
  ],
  [['show', '--ids', '--csv'], /: --csv and --ids are given\. Keep one/],
  [['changes', '--csv', '--markdown'], /: --csv and --markdown are given\. Keep one/],
  [
    ['config', '--config', 'a', '--config', 'b'],
    /: cannot use both --config "a" and --config "b"\. Keep one of them\.\n$/,
  ],
  [
    ['filter', 'vélo'],
    /: cannot read "vélo": there is no such file\. To search for the word, use --term: filter --term "vélo" FILE\.\n$/,
  ],
  [['filter', 'none.csv'], /: cannot read "none\.csv": there is no such file\. Check the path\.\n$/],
  [
    ['backfill', '--from', '2999-01-01'],
    /: cannot backfill: --from 2999-01-01 is later than today [\d-]+\. Give an earlier --from\.\n$/,
  ],
  [
    ['filter', 'datasets.csv', '--column', 'titel'],
    /: cannot search in --column "titel": datasets.csv has no such column; did you mean title\?\n$/,
  ],
  [['explain', 'x', '2026-11-18'], /: explain: unexpected argument "2026-11-18"; did you mean --date 2026-11-18\?\n$/],
  [['explain', 'horaires', 'de', 'bus'], /; did you mean explain "horaires de bus"\?\n$/],
  [
    ['show', 'mobilite-transport'],
    /: "mobilite-transport" is a watch, not a date; did you mean --watch mobilite-transport\?\n$/,
  ],
  [['show', '2026-11-18', 'x'], /: show: unexpected argument "x"; see "datagouv-tops show --help"\n$/],
  [['doctor', 'x'], /: doctor: unexpected argument "x"; see "datagouv-tops doctor --help"\n$/],
  [
    ['demo', '--clean', '--into', 'x'],
    /: cannot use --clean with --into: it would delete "x"\. Leave out one of them\.\n$/,
  ],
])('%j is refused in one line that says what was probably meant', async (args, message) => {
  const { code, stdout, stderr } = await cli([...args, ...(args[0] === 'filter' ? ['--quiet'] : [])], { cwd })
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toMatch(message)
  expect(stderr.split('\n')).toHaveLength(2)
})

describe('the help', () => {
  test('groups the commands, and ends with examples and where the documentation is', async () => {
    const { stdout } = await cli(['--help'], { cwd })
    const titles = [...stdout.matchAll(/^(\S.*):$/gm)].map(([, title]) => title)
    expect(titles).toEqual(['Options', ...Object.values(GROUPS), 'Examples'])
    expect(stdout).toMatch(/\$ datagouv-tops explain "horaires théoriques" [\s\S]*documentation is in the folder docs/)
  })

  test('shows required arguments as such', async () => {
    for (const [command, usage] of [
      ['explain', 'explain <dataset> [options]'],
      ['completion', 'completion <shell> [options]'],
      ['import', 'import <place...> [options]'],
      ['show', 'show [date] [options]'],
    ])
      expect((await cli([command!, '--help'], { cwd })).stdout).toContain(`Usage: datagouv-tops ${usage}\n`)
  })

  test('lists the options of every command', async () => {
    const { stdout } = await cli(['runs', '--help'], { cwd })
    for (const [flags] of SHARED_OPTIONS) expect(stdout).toContain(flags)
  })

  test('lists the options of stores and portal only for commands that use them, but all accept them', async () => {
    for (const spec of COMMANDS.filter(({ name }) => ['show', 'filter', 'run', 'version'].includes(name))) {
      const { stdout } = await cli([spec.name, '--help'], { cwd })
      for (const name of ['portal', 'archive', 'documents'])
        expect([spec.name, name, stdout.includes(`--${name} <`)]).toEqual([
          spec.name,
          name,
          !unusedOptions(spec).some(([flags]) => flags.startsWith(`--${name} `)),
        ])
    }
    expect((await cli(['filter', 'datasets.csv', '--archive', 'file:x', '--quiet'], { cwd })).code).toBe(0)
  })
})

test('the version is printed by -V, --version and version', async () => {
  const { version } = JSON.parse(await readFile('package.json', 'utf8'))
  for (const args of [['-V'], ['--version'], ['version']])
    expect(await cli(args, { cwd })).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' })
  expect(JSON.parse((await cli(['version', '--json'], { cwd })).stdout)).toEqual({ version })
})

test('-v is --verbose', async () => {
  const verbose = await cli(['run', '-v', '--datasets', 'none.csv', '--organizations', 'none.csv'], { cwd })
  expect(verbose.stderr).not.toContain('unknown option')
})
