import type { CommandInput } from './io.ts'

/** A command: its help texts, and a function that loads its code. */
export interface CommandSpec {
  readonly name: string
  readonly about: string
  readonly arguments?: string
  readonly options?: readonly OptionSpec[]
  /** Without the name of the program. */
  readonly examples: readonly string[]
  readonly load: () => Promise<{ default: (io: CommandInput) => Promise<void> }>
}

/** Flags, their help text, and the kind of their value if it is not a text. */
export type OptionSpec = readonly [flags: string, about: string, kind?: 'list' | 'number' | 'port']

/** Options of every command. */
export const SHARED_OPTIONS: readonly OptionSpec[] = [
  ['--config <file>', 'read settings from this file (default: datagouv-tops.yaml, if it exists)'],
  ['--portal <url>', 'fetch the exports of this portal'],
  ['--archive <address>', 'store files in file:FOLDER or s3://BUCKET'],
  ['--documents <address>', 'store documents in sqlite:FILE or mongodb://HOST/DATABASE'],
  ['--json', 'print JSON: one value, or one line per run with "schedule"'],
  ['--quiet', 'print only the requested data and errors: no progress, no summary'],
  ['--verbose', 'print more details'],
  ['--log-format <format>', 'write stderr for people (text) or for machines (json)'],
]

const DATE: OptionSpec = [
  '--date <date>',
  'use this date: YYYY-MM-DD, or due for the last scheduled one (default: today in the time zone of the schedule)',
]
const WATCH: OptionSpec = ['--watch <name>', 'use only this watch (repeatable; default: all)', 'list']
const SOURCES: readonly OptionSpec[] = [
  ['--datasets <source>', "read the datasets export from this path or address, also .gz (default: the portal's)"],
  [
    '--organizations <source>',
    "read the organizations export from this path or address, also .gz (default: the portal's)",
  ],
  ['--refetch', 'fetch the exports again for a past date that has a snapshot'],
  ['--accept-incomplete', 'accept an export that the completeness gate refuses'],
]

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'run',
    about: 'run the whole pipeline for a date: fetch, filter, archive, rank, project, publish',
    options: [DATE, WATCH, ...SOURCES, ['--no-notify', 'send no notifications']],
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
    about: 'fetch both exports and store them as the snapshot of a date (step 1)',
    options: [DATE, WATCH, ...SOURCES],
    examples: ['fetch --date 2026-11-18 --json'],
    load: () => import('./fetch.ts'),
  },
  {
    name: 'archive',
    about: 'store the matching datasets of the snapshot as the CSV of each watch (steps 2 and 3)',
    options: [DATE, WATCH],
    examples: ['archive --date 2026-11-18', 'archive --date 2026-11-18 --watch mobilite-transport --json'],
    load: () => import('./archive.ts'),
  },
  {
    name: 'publish',
    about: 'rank the organizations and publish the datasets of the top ones as a document (steps 4 to 6)',
    options: [DATE, WATCH],
    examples: ['publish --date 2026-11-18', 'publish --date 2026-11-18 --watch mobilite-transport --json'],
    load: () => import('./publish.ts'),
  },
  {
    name: 'backfill',
    about: 'publish the missing editions of a range of dates from their snapshots',
    options: [
      ['--from <date>', 'start at this date, YYYY-MM-DD'],
      ['--to <date>', 'end at this date, YYYY-MM-DD (default: today)'],
      WATCH,
      ['--force', 'also publish dates that have an edition'],
      ['--jobs <number>', 'process this many dates at the same time (default: 1)', 'number'],
    ],
    examples: ['backfill --from 2026-09-01 --to 2026-11-18', 'backfill --from 2026-01-01 --force --jobs 2'],
    load: () => import('./backfill.ts'),
  },
  {
    name: 'import',
    about: 'store past exports (files, folders, s3:// prefixes, addresses) as the snapshots of their dates',
    arguments: '[place...]',
    options: [
      ['--tolerance <days>', 'pair exports of datasets and organizations this many days apart, as 3d (default: 0d)'],
      ['--force', 'also replace snapshots that came from the portal'],
    ],
    examples: [
      'import ./past-exports',
      'import export-dataset-20260116-055249.csv.gz export-organization-20260116-055301.csv.gz',
      'import s3://past-exports/2025/ --tolerance 3d --json',
    ],
    load: () => import('./import.ts'),
  },
  {
    name: 'remove',
    about: 'remove the editions of a date: document, CSV and description; shows them and asks first',
    arguments: '[date]',
    options: [
      ['--date <date>', 'remove the editions of this date: YYYY-MM-DD, or due for the last scheduled one'],
      [
        '--watch <name>',
        'remove only the edition of this watch, also of a former one (repeatable; default: all)',
        'list',
      ],
      ['--snapshot', 'also remove the snapshot, if no edition of the date is left'],
      ['--yes', 'do not ask (needed where there is no terminal)'],
    ],
    examples: [
      'remove 2098-11-19',
      'remove 2098-11-19 --watch velo --yes',
      'remove 2098-11-19 --snapshot --yes --json',
    ],
    load: () => import('./remove.ts'),
  },
  {
    name: 'prune',
    about: 'delete the snapshots that the setting "retention" does not keep ("run" does this too)',
    options: [['--dry-run', 'only list the snapshots that would be deleted']],
    examples: ['prune --dry-run'],
    load: () => import('./prune.ts'),
  },
  {
    name: 'notify',
    about: 'send the notifications for a date that have not been sent yet (setting notify)',
    options: [DATE, WATCH],
    examples: ['notify --date 2026-11-18', 'notify --date 2026-11-18 --json'],
    load: () => import('./notify.ts'),
  },
  {
    name: 'filter',
    about: 'filter an export (file, .gz, URL or stdin) and print the CSV of a watch',
    arguments: '[file]',
    options: [
      ['--watch <name>', 'use the terms of this watch (default: the first one; with --into, all)', 'list'],
      ['--into <folder>', 'instead of printing, write one CSV per watch into this folder, in one pass'],
      ['--term <term>', 'search for this term instead of those of a watch (repeatable)', 'list'],
      ['--column <name>', 'search in this column (repeatable; default: the columns of the watch)', 'list'],
      ['--word', 'match whole words only'],
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
    about: 'show the tops of an edition as a table (default: the latest)',
    arguments: '[date]',
    options: [
      ['--watch <name>', 'use this watch (default: the first one)'],
      ['--csv', 'print the six columns as CSV'],
    ],
    examples: ['show', 'show 2026-11-18 --json', 'show --csv > tops.csv'],
    load: () => import('./show.ts'),
  },
  {
    name: 'schedule',
    about:
      'keep running and publish each edition when it is due; at the start, catch up on missed dates (setting catch_up)',
    options: [
      ['--health-port <number>', 'serve /healthz and /metrics on this port; 0 for any free port', 'port'],
      ['--health-host <address>', 'listen on this address (default: 127.0.0.1, this machine only)'],
    ],
    examples: ['schedule', 'schedule --health-port 8081 --json'],
    load: () => import('./schedule.ts'),
  },
  {
    name: 'serve',
    about: 'serve the page, the API and the feeds over HTTP, read-only',
    options: [
      ['--port <number>', 'listen on this port; 0 for any free port (default: 8000)', 'port'],
      ['--host <address>', 'listen on this address (default: 127.0.0.1, this machine only)'],
    ],
    examples: ['serve', 'serve --port 80 --host 0.0.0.0'],
    load: () => import('./serve.ts'),
  },
  {
    name: 'changes',
    about: 'show what entered, left and moved between two editions (default: the last two), and why',
    arguments: '[from] [to]',
    options: [
      ['--watch <name>', 'use this watch (default: the first one)'],
      ['--markdown', 'print Markdown'],
    ],
    examples: ['changes', 'changes 2026-11-11 2026-11-18 --json', 'changes --markdown'],
    load: () => import('./changes.ts'),
  },
  {
    name: 'explain',
    about: 'explain why a dataset is or is not in the list and in the tops: term, column, excerpt, organization, rank',
    arguments: '[dataset]',
    options: [
      ['--date <date>', 'use the edition of this date (default: the latest)'],
      ['--watch <name>', 'use this watch (default: the first one)'],
    ],
    examples: [
      'explain 5b873d7206e3e76c3a0a5b3c',
      'explain https://www.data.gouv.fr/datasets/horaires-theoriques/ --date 2026-11-18 --json',
    ],
    load: () => import('./explain.ts'),
  },
  {
    name: 'runs',
    about: 'list the run records, latest first; "runs show ID" prints a whole record',
    arguments: '[show] [id]',
    options: [['--limit <number>', 'list at most this many (default: 20)', 'number']],
    examples: ['runs', 'runs show 20261118T160002123Z-3f9a1c', 'runs --json'],
    load: () => import('./runs.ts'),
  },
  {
    name: 'verify',
    about: 'rebuild editions from their snapshots and compare every stored byte and value (default: all dates)',
    arguments: '[date...]',
    options: [['--repair', 'republish editions that differ, from their snapshots']],
    examples: ['verify', 'verify 2026-11-18 --repair', 'verify --json'],
    load: () => import('./verify.ts'),
  },
  {
    name: 'doctor',
    about: 'check settings, portal, stores, clocks, disk space and versions, and print a remedy for each failure',
    options: [['--fix', 'install the schema and the indexes in MongoDB']],
    examples: ['doctor', 'doctor --json', 'doctor --fix --documents mongodb://127.0.0.1:27017/datagouv'],
    load: () => import('./doctor.ts'),
  },
  {
    name: 'config',
    about: 'show every setting with its value and origin',
    examples: ['config', 'config --json'],
    load: () => import('./config.ts'),
  },
  {
    name: 'completion',
    about: 'print a completion script for bash, zsh or fish',
    arguments: '[shell]',
    examples: ['completion bash > ~/.local/share/bash-completion/completions/datagouv-tops'],
    load: async () => (await import('./completion.ts')).createCompletion(COMMANDS, SHARED_OPTIONS),
  },
  {
    name: 'demo',
    about: 'publish three Wednesdays of bundled real exports into a folder, offline',
    options: [
      ['--into <folder>', 'publish into this folder (default: a new temporary folder)'],
      ['--serve', 'serve the page afterwards (default in a terminal)'],
      ['--no-serve', 'do not serve the page afterwards'],
    ],
    examples: ['demo', 'demo --into ./demo', 'demo --serve'],
    load: () => import('./demo.ts'),
  },
]
