import type { Io } from './io.ts'

/** A command as help shows it; its code loads when it is called. */
export interface CommandSpec {
  readonly name: string
  readonly about: string
  readonly arguments?: string
  readonly options?: readonly OptionSpec[]
  /** Without the program's name. */
  readonly examples: readonly string[]
  readonly load: () => Promise<{ default: (io: Io) => Promise<void> }>
}

/** Flags, what they mean, and whether they may be given several times or take a number. */
type OptionSpec = readonly [flags: string, about: string, kind?: 'list' | 'number' | 'port']

/** Options of every command. */
export const SHARED_OPTIONS: readonly OptionSpec[] = [
  ['--config <file>', 'the configuration file (default: datagouv-tops.yaml, when there is one)'],
  ['--portal <url>', 'the portal whose catalogue is fetched'],
  ['--archive <address>', 'where files go: file:FOLDER or s3://BUCKET'],
  ['--documents <address>', 'where documents go: sqlite:FILE or mongodb://HOST/DATABASE'],
  ['--json', 'print one JSON value'],
  ['--quiet', 'no progress and no summary: only what was asked for, and errors'],
  ['--verbose', 'say more'],
  ['--log-format <format>', 'lines on stderr for people (text) or machines (json)'],
]

const DATE: OptionSpec = [
  '--date <date>',
  "the edition's date, YYYY-MM-DD, or due: the last one by the schedule (default: today in its time zone)",
]
const WATCH: OptionSpec = ['--watch <name>', 'only this watch (may be given several times; default: all)', 'list']
const SOURCES: readonly OptionSpec[] = [
  ['--datasets <source>', "the datasets export: a path or an address, .gz too (default: the portal's)"],
  ['--organizations <source>', "the organisations export: a path or an address, .gz too (default: the portal's)"],
  ['--refetch', 'ask the portal again for a past date that has a snapshot'],
  ['--accept-incomplete', 'publish an export that the completeness gate refuses'],
]

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'run',
    about: 'the whole pipeline for a date: fetch, filter, archive, rank, project, publish',
    options: [DATE, WATCH, ...SOURCES, ['--no-notify', 'tell nobody']],
    examples: [
      'run',
      'run --date 2026-11-18',
      'run --date due',
      'run --datasets datasets.csv.gz --organizations organizations.csv.gz',
    ],
    load: () => import('./run.ts'),
  },
  {
    name: 'fetch',
    about: 'step 1 alone: both exports become the snapshot of the date',
    options: [DATE, WATCH, ...SOURCES],
    examples: ['fetch --date 2026-11-18 --json'],
    load: () => import('./fetch.ts'),
  },
  {
    name: 'archive',
    about: "steps 2 and 3 alone: the snapshot's datasets with a term become the CSV of each watch",
    options: [DATE, WATCH],
    examples: ['archive --date 2026-11-18', 'archive --date 2026-11-18 --watch mobilite-transport --json'],
    load: () => import('./archive.ts'),
  },
  {
    name: 'publish',
    about: 'steps 4 to 6 alone: the CSV becomes the document of the most followed organisations',
    options: [DATE, WATCH],
    examples: ['publish --date 2026-11-18', 'publish --date 2026-11-18 --watch mobilite-transport --json'],
    load: () => import('./publish.ts'),
  },
  {
    name: 'backfill',
    about: 'publishes from their snapshots the editions that scheduled dates in a span lack',
    options: [
      ['--from <date>', 'the first date, YYYY-MM-DD'],
      ['--to <date>', 'the last date, YYYY-MM-DD (default: today)'],
      WATCH,
      ['--force', 'also dates that have their editions'],
      ['--jobs <number>', 'how many dates at the same time (default: 1)', 'number'],
    ],
    examples: ['backfill --from 2026-09-01 --to 2026-11-18', 'backfill --from 2026-01-01 --force --jobs 2'],
    load: () => import('./backfill.ts'),
  },
  {
    name: 'prune',
    about: 'removes the snapshots that the setting "retention" does not keep; a run does it as well',
    options: [['--dry-run', 'say what would be removed, and remove nothing']],
    examples: ['prune --dry-run'],
    load: () => import('./prune.ts'),
  },
  {
    name: 'notify',
    about: 'tells what came of a date to those who were not told yet (setting notify)',
    options: [DATE, WATCH],
    examples: ['notify --date 2026-11-18', 'notify --date 2026-11-18 --json'],
    load: () => import('./notify.ts'),
  },
  {
    name: 'filter',
    about: "the filter alone, as a pipe: an export in (file, .gz, address or stdin), a watch's CSV out",
    arguments: '[file]',
    options: [
      ['--watch <name>', 'the watch of the configuration whose terms count (default: its first)', 'list'],
      ['--into <folder>', 'write a CSV for each watch (default: all of them) into this folder, in one pass'],
      ['--term <term>', "look for this term instead of a watch's (may be given several times)", 'list'],
      ['--column <name>', 'look in this column (may be given several times)', 'list'],
      ['--word', 'count whole words only'],
    ],
    examples: [
      'filter datasets.csv.gz > kept.csv',
      'filter --term vélo --word < datasets.csv',
      'filter datasets.csv --json',
      'filter datasets.csv --into lists',
    ],
    load: () => import('./filter.ts'),
  },
  {
    name: 'show',
    about: 'the tops of an edition as a table (default: the latest)',
    arguments: '[date]',
    options: [
      ['--watch <name>', 'the watch (default: the first one)'],
      ['--csv', 'print the six columns as CSV'],
    ],
    examples: ['show', 'show 2026-11-18 --json', 'show --csv > tops.csv'],
    load: () => import('./show.ts'),
  },
  {
    name: 'schedule',
    about: 'stays up and runs when an edition is due; at its start it catches up the last date that was missed',
    options: [
      ['--health-port <number>', 'answer over HTTP how it goes, at /healthz and /metrics; 0 for any free port', 'port'],
      ['--health-host <address>', 'on which address (default: 127.0.0.1, this machine alone)'],
    ],
    examples: ['schedule', 'schedule --health-port 8081 --json'],
    load: () => import('./schedule.ts'),
  },
  {
    name: 'serve',
    about: 'the page, the API and the feeds over HTTP, for reading only',
    options: [
      ['--port <number>', 'where to listen; 0 for any free port (default: 8000)', 'port'],
      ['--host <address>', 'on which address (default: 127.0.0.1, this machine alone)'],
    ],
    examples: ['serve', 'serve --port 80 --host 0.0.0.0'],
    load: () => import('./serve.ts'),
  },
  {
    name: 'changes',
    about: 'what entered, left and moved between two editions (default: the last two), and why',
    arguments: '[from] [to]',
    options: [
      ['--watch <name>', 'the watch (default: the first one)'],
      ['--markdown', 'print Markdown'],
    ],
    examples: ['changes', 'changes 2026-11-11 2026-11-18 --json', 'changes --markdown'],
    load: () => import('./changes.ts'),
  },
  {
    name: 'explain',
    about: 'why a dataset is, or is not, in the list and in the tops: term, column, excerpt, organisation, rank',
    arguments: '[dataset]',
    options: [
      ['--date <date>', "the edition's date (default: the latest)"],
      ['--watch <name>', 'the watch (default: the first one)'],
    ],
    examples: [
      'explain 5b873d7206e3e76c3a0a5b3c',
      'explain https://www.data.gouv.fr/datasets/horaires-theoriques/ --date 2026-11-18 --json',
    ],
    load: () => import('./explain.ts'),
  },
  {
    name: 'runs',
    about: 'the run records, latest first; "runs show ID" prints one of them whole',
    arguments: '[show] [id]',
    options: [['--limit <number>', 'how many at most (default: 20)', 'number']],
    examples: ['runs', 'runs show 20261118T160002123Z-3f9a1c', 'runs --json'],
    load: () => import('./runs.ts'),
  },
  {
    name: 'verify',
    about: 'derives editions anew from their snapshots and compares every stored byte and value (default: all dates)',
    arguments: '[date...]',
    options: [['--repair', 'publish editions that differ anew from their snapshots']],
    examples: ['verify', 'verify 2026-11-18 --repair', 'verify --json'],
    load: () => import('./verify.ts'),
  },
  {
    name: 'doctor',
    about: 'checks settings, portal, stores, clocks, room and versions, and says what to do about each failure',
    options: [['--fix', 'have MongoDB check every edition, and make the indexes']],
    examples: ['doctor', 'doctor --json', 'doctor --fix --documents mongodb://127.0.0.1:27017/datagouv'],
    load: () => import('./doctor.ts'),
  },
  {
    name: 'config',
    about: 'every setting, its value, and where that came from',
    examples: ['config', 'config --json'],
    load: () => import('./config.ts'),
  },
  {
    name: 'completion',
    about: 'a script that completes commands and flags: bash, zsh or fish',
    arguments: '[shell]',
    examples: ['completion bash > ~/.local/share/bash-completion/completions/datagouv-tops'],
    load: () => import('./completion.ts'),
  },
  {
    name: 'demo',
    about: 'offline: three Wednesdays of bundled real exports, published into a folder of their own',
    options: [
      ['--into <folder>', 'where to publish (default: a new folder for temporary files)'],
      ['--serve', 'serve the page afterwards (as in a terminal)'],
      ['--no-serve', 'do not serve it'],
    ],
    examples: ['demo', 'demo --into ./demo', 'demo --serve'],
    load: () => import('./demo.ts'),
  },
]
