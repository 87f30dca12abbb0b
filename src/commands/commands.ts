import type { CommandInput } from './io.ts'
import {
  DATE_TO_MAKE,
  DATE_TO_NOTIFY,
  DATE_TO_READ,
  EVERYTHING,
  NO_PAGER,
  type OptionSpec,
  type SettingOption,
  SOURCES,
  STORES,
  WATCH,
  WATCHES,
} from './options.ts'

/** A command: its help texts, and a function that loads its code. */
export interface CommandSpec {
  readonly name: string
  readonly group: keyof typeof GROUPS
  readonly about: string
  /** In the form of the usage line: `<required>`, `[optional]`, `<several...>`. */
  readonly arguments?: string
  readonly options?: readonly OptionSpec[]
  /** The settings with a flag that the command uses. */
  readonly uses?: readonly SettingOption[]
  /** Options that exclude each other. */
  readonly formats?: readonly string[]
  /** Whether the command runs until it is stopped. Then it exits with 0. */
  readonly staysUp?: boolean
  /** Whether it publishes editions or makes parts of them. Then its dates cannot be `latest`. */
  readonly makesEditions?: boolean
  /** Without the name of the program. */
  readonly examples: readonly string[]
  readonly load: () => Promise<{ default: (io: CommandInput) => Promise<void> }>
}

/** Groups of commands, in the order of the help. */
export const GROUPS = {
  publish: 'Publish',
  read: 'Read',
  keep: 'Maintain',
  operate: 'Operate',
} as const

export const COMMANDS: readonly CommandSpec[] = [
  {
    name: 'run',
    group: 'publish',
    about: 'run the whole pipeline for a date: fetch, filter, archive, rank, project, publish',
    arguments: '[date]',
    options: [DATE_TO_MAKE, WATCHES, ...SOURCES, ['--no-notify', 'send no notifications']],
    uses: EVERYTHING,
    makesEditions: true,
    examples: [
      'run',
      'run 2026-11-18',
      'run due',
      'run --datasets datasets.csv.gz --organizations organizations.csv.gz',
    ],
    load: () => import('./run.ts'),
  },
  {
    name: 'fetch',
    group: 'publish',
    about: 'fetch both exports and store them as the snapshot of a date (step 1)',
    arguments: '[date]',
    options: [DATE_TO_MAKE, WATCHES, ...SOURCES],
    uses: EVERYTHING,
    makesEditions: true,
    examples: ['fetch 2026-11-18 --json'],
    load: () => import('./fetch.ts'),
  },
  {
    name: 'archive',
    group: 'publish',
    about: 'filter the datasets of the snapshot and store one CSV per watch (steps 2 and 3)',
    arguments: '[date]',
    options: [DATE_TO_MAKE, WATCHES],
    uses: STORES,
    makesEditions: true,
    examples: ['archive 2026-11-18', 'archive --date due --watch mobilite-transport --json'],
    load: () => import('./archive.ts'),
  },
  {
    name: 'publish',
    group: 'publish',
    about: 'rank the organizations and publish the datasets of the top ones as a document (steps 4 to 6)',
    arguments: '[date]',
    options: [DATE_TO_MAKE, WATCHES],
    uses: STORES,
    makesEditions: true,
    examples: ['publish 2026-11-18', 'publish --date due --watch mobilite-transport --json'],
    load: () => import('./publish.ts'),
  },
  {
    name: 'backfill',
    group: 'publish',
    about: 'publish the missing editions of a range of dates from their snapshots',
    options: [
      ['--from <date>', 'start at this date, YYYY-MM-DD'],
      ['--to <date>', 'end at this date, YYYY-MM-DD (default: today)'],
      WATCHES,
      ['--force', 'also publish dates that have an edition'],
      ['--jobs <number>', 'process this many dates at the same time (default: 1)', 'number'],
    ],
    uses: STORES,
    makesEditions: true,
    examples: ['backfill --from 2026-09-01 --to 2026-11-18', 'backfill --from 2026-01-01 --force --jobs 2'],
    load: () => import('./backfill.ts'),
  },
  {
    name: 'import',
    group: 'publish',
    about: 'store past exports (files, folders, s3:// prefixes, URLs) as the snapshots of their dates',
    arguments: '<place...>',
    options: [
      [
        '--tolerance <days>',
        'pair exports of datasets and organizations up to this many days apart, such as 3d (default: 0d)',
      ],
      ['--force', 'also replace snapshots that came from the portal'],
    ],
    uses: STORES,
    examples: [
      'import ./past-exports',
      'import export-dataset-20260116-055249.csv.gz export-organization-20260116-055301.csv.gz',
      'import s3://past-exports/2025/ --tolerance 3d --json',
    ],
    load: () => import('./import.ts'),
  },
  {
    name: 'remove',
    group: 'keep',
    about: 'remove the editions of a date: document, CSV and description; shows them and asks first',
    arguments: '[date]',
    options: [
      ['--date <date>', 'remove the editions of this date: YYYY-MM-DD, today, yesterday, latest or due'],
      [
        '--watch <name>',
        'remove only the edition of this watch, which may be a former one (repeatable; default: all)',
        'list',
      ],
      ['--snapshot', 'also remove the snapshot, for good, if no edition of the date is left'],
      ['--yes', 'do not ask (required outside a terminal)'],
    ],
    uses: STORES,
    examples: [
      'remove 2098-11-19',
      'remove 2098-11-19 --watch velo --yes',
      'remove 2098-11-19 --snapshot --yes --json',
    ],
    load: () => import('./remove.ts'),
  },
  {
    name: 'prune',
    group: 'keep',
    about: 'delete the snapshots that the setting "retention" does not keep ("run" does this too)',
    options: [['--dry-run', 'only list the snapshots that would be deleted']],
    uses: STORES,
    examples: ['prune --dry-run'],
    load: () => import('./prune.ts'),
  },
  {
    name: 'notify',
    group: 'publish',
    about: 'send the notifications for a date that have not been sent yet (setting notify)',
    arguments: '[date]',
    options: [DATE_TO_NOTIFY, WATCHES, ['--test', 'send every target a test message, and nothing else']],
    uses: STORES,
    examples: ['notify due', 'notify --date 2026-11-18 --json', 'notify --test'],
    load: () => import('./notify.ts'),
  },
  {
    name: 'publish-remote',
    group: 'publish',
    about:
      'publish the files of an edition on portals, in the datasets that the setting "publish" names ("run" does this too)',
    arguments: '[date]',
    options: [DATE_TO_NOTIFY, WATCHES],
    uses: STORES,
    examples: ['publish-remote due', 'publish-remote --date 2026-11-18 --json'],
    load: () => import('./publishRemote.ts'),
  },
  {
    name: 'filter',
    group: 'read',
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
    group: 'read',
    about: 'show the tops of an edition as a table (default: the latest)',
    arguments: '[date]',
    options: [
      DATE_TO_READ,
      ['--watch <name>', 'use this watch, or "all" for every watch (default: the first one)'],
      ['--organization <name>', 'show only the datasets of this organization: its name, a part of it, or its ID'],
      ['--sort <field>', 'sort by rank (the default) or by a column of the CSV, numbers in descending order'],
      ['--limit <number>', 'show at most this many datasets of each watch', 'number'],
      ['--csv', 'print the six columns as CSV'],
      ['--ids', 'print the IDs of the datasets, one per line'],
      ['--output <file>', 'write to this file instead of stdout; - for stdout'],
      ['--wide', 'do not cut long titles'],
      NO_PAGER,
    ],
    formats: ['json', 'csv', 'ids'],
    uses: ['documents'],
    examples: [
      'show',
      'show 2026-11-18 --json',
      'show latest --organization sncf --sort dataset_followers --limit 10',
      'show --watch all --csv --output tops.csv',
    ],
    load: () => import('./show.ts'),
  },
  {
    name: 'search',
    group: 'read',
    about:
      'search the catalogue of any week for any words; show what a watch with these words would list, and the counts of each word',
    arguments: '<word...>',
    options: [
      [
        '--date <date>',
        'search the snapshot of this date: YYYY-MM-DD, today, yesterday, latest or due (default: latest)',
      ],
      ['--match <mode>', 'find words anywhere (substring, the default) or as a whole word (word)'],
      ['--column <name>', 'search in this column (repeatable; default: title, tags, description)', 'list'],
      ['--top <number>', 'rank this many of the most followed organizations, at most 500 (default: 30)', 'number'],
      ['--organization <name>', 'show only the datasets of this organization: its name, a part of it, or its ID'],
      ['--sort <field>', 'sort by rank (the default) or by a column of the CSV, numbers in descending order'],
      ['--limit <number>', 'show at most this many datasets', 'number'],
      ['--since <date>', 'show what entered, left and moved since the snapshot of this date, and why'],
      ['--csv', 'print the six columns as CSV, or with --since one row per change'],
      ['--yaml', 'print the watch with these words, for the configuration file, and the command that backfills it'],
      [
        '--save [name]',
        'add the watch to the configuration file, under this name (default: a name made from the words)',
      ],
      ['--output <file>', 'write to this file instead of stdout'],
      ['--wide', 'do not cut long titles'],
      NO_PAGER,
    ],
    formats: ['json', 'csv', 'yaml'],
    uses: STORES,
    examples: [
      'search vélo cyclable',
      'search vélo --match word --column title --column tags',
      'search "qualité de l\'air" --date 2026-11-18 --csv > air.csv',
      'search vélo --since 2026-11-11',
      'search vélo cyclable --save velo',
    ],
    load: () => import('./search.ts'),
  },
  {
    name: 'schedule',
    group: 'operate',
    about:
      'keep running and publish each edition when it is due; at the start, catch up on missed dates (setting catch_up)',
    options: [
      ['--health-port <number>', 'serve /healthz and /metrics on this port; 0 for any free port', 'port'],
      ['--health-host <address>', 'listen on this address (default: 127.0.0.1, this machine only)'],
    ],
    uses: EVERYTHING,
    staysUp: true,
    makesEditions: true,
    examples: ['schedule', 'schedule --health-port 8081 --json'],
    load: () => import('./schedule.ts'),
  },
  {
    name: 'serve',
    group: 'operate',
    about: 'serve the page, the API and the feeds over HTTP, read-only',
    options: [
      ['--port <number>', 'listen on this port; 0 for any free port (default: 8000)', 'port'],
      ['--host <address>', 'listen on this address (default: 127.0.0.1, this machine only)'],
      ['--mcp', 'also serve assistants at /mcp (Model Context Protocol over HTTP)'],
    ],
    uses: STORES,
    staysUp: true,
    examples: ['serve', 'serve --port 80 --host 0.0.0.0', 'serve --mcp'],
    load: () => import('./serve.ts'),
  },
  {
    name: 'mcp',
    group: 'operate',
    about: 'serve an assistant over stdin and stdout (Model Context Protocol), read-only',
    uses: STORES,
    staysUp: true,
    examples: ['mcp', 'mcp --archive s3://datagouv --documents mongodb://127.0.0.1:27017/datagouv'],
    load: () => import('./mcp.ts'),
  },
  {
    name: 'changes',
    group: 'read',
    about: 'show what entered, left and moved between two editions (default: the last two), and why',
    arguments: '[from] [to]',
    options: [
      WATCH,
      [
        '--csv',
        'print CSV: a row for each dataset that entered, left, moved, was renamed, or gained or lost followers',
      ],
      ['--markdown', 'print Markdown'],
      ['--output <file>', 'write to this file instead of stdout; - for stdout'],
      ['--wide', 'do not cut long titles'],
      NO_PAGER,
    ],
    formats: ['json', 'csv', 'markdown'],
    uses: STORES,
    examples: ['changes', 'changes 2026-11-11 2026-11-18 --json', 'changes --csv > changes.csv'],
    load: () => import('./changes.ts'),
  },
  {
    name: 'explain',
    group: 'read',
    about: 'explain why a dataset is or is not in the list and in the tops: term, column, excerpt, organization, rank',
    arguments: '<dataset>',
    options: [
      ['--date <date>', 'use the edition of this date: YYYY-MM-DD, today, yesterday, latest or due (default: latest)'],
      WATCH,
      NO_PAGER,
    ],
    uses: STORES,
    examples: [
      'explain 5b873d7206e3e76c3a0a5b3c',
      'explain "horaires théoriques"',
      'explain https://www.data.gouv.fr/datasets/horaires-theoriques/ --date 2026-11-18 --json',
    ],
    load: () => import('./explain.ts'),
  },
  {
    name: 'runs',
    group: 'read',
    about: 'list the run records, latest first; "runs show ID" prints a whole record',
    arguments: '[show <id>]',
    options: [['--limit <number>', 'list at most this many (default: 20)', 'number'], NO_PAGER],
    uses: ['documents'],
    examples: ['runs', 'runs show 20261118T160002123Z-3f9a1c', 'runs --json'],
    load: () => import('./runs.ts'),
  },
  {
    name: 'verify',
    group: 'keep',
    about: 'rebuild editions from their snapshots and compare every stored byte and value (default: all dates)',
    arguments: '[date...]',
    options: [
      ['--date <date>', 'the same as an argument: YYYY-MM-DD, today, yesterday, latest or due'],
      ['--repair', 'republish editions that differ, from their snapshots'],
    ],
    uses: STORES,
    examples: ['verify', 'verify 2026-11-18 --repair', 'verify --json'],
    load: () => import('./verify.ts'),
  },
  {
    name: 'doctor',
    group: 'keep',
    about: 'check settings, portal, stores, clocks, disk space and versions, and print a remedy for each failure',
    options: [['--fix', 'install the schema and the indexes in MongoDB']],
    uses: EVERYTHING,
    examples: ['doctor', 'doctor --json', 'doctor --fix --documents mongodb://127.0.0.1:27017/datagouv'],
    load: () => import('./doctor.ts'),
  },
  {
    name: 'config',
    group: 'operate',
    about:
      'show every setting with its value and origin; "config init" writes an example file, "config schema" prints the JSON schema of the file',
    arguments: '[init|schema] [file]',
    uses: EVERYTHING,
    examples: ['config', 'config --json', 'config init', 'config schema datagouv-tops.schema.json'],
    load: () => import('./config.ts'),
  },
  {
    name: 'completion',
    group: 'operate',
    about: 'print a completion script for bash, zsh or fish',
    arguments: '<shell>',
    examples: [
      'completion bash > ~/.local/share/bash-completion/completions/datagouv-tops',
      'completion zsh > ~/.zfunc/_datagouv-tops',
      'completion fish > ~/.config/fish/completions/datagouv-tops.fish',
    ],
    load: async () => (await import('./completion/completion.ts')).createCompletion(COMMANDS),
  },
  {
    name: 'version',
    group: 'operate',
    about: 'print the version',
    examples: ['version'],
    load: () => import('./version.ts'),
  },
  {
    name: 'demo',
    group: 'operate',
    about: 'publish three Wednesdays of bundled real exports into a folder, offline',
    options: [
      ['--into <folder>', 'publish into this folder (default: a new temporary folder)'],
      ['--clean', 'delete the temporary folder at the end'],
      ['--serve', 'serve the page afterwards (default in a terminal)'],
      ['--no-serve', 'do not serve the page afterwards'],
    ],
    makesEditions: true,
    examples: ['demo', 'demo --into ./demo', 'demo --clean'],
    load: () => import('./demo.ts'),
  },
]
