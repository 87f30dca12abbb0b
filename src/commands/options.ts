import type { CommandSpec } from './commands.ts'

/** Flags, their help text, and the kind of their value if it is not plain text. */
export type OptionSpec = readonly [flags: string, about: string, kind?: OptionKind]

/** `once`: a second value is an error. Other options take the last one. */
type OptionKind = 'list' | 'number' | 'port' | 'once'

/** Options of every command. */
export const SHARED_OPTIONS: readonly OptionSpec[] = [
  [
    '--config <file>',
    'read settings from this file (default: datagouv-tops.yaml here, or in ~/.config/datagouv-tops)',
    'once',
  ],
  ['--json', 'print JSON: one value, or one line per run with "schedule"'],
  ['-q, --quiet', 'print only the requested data and errors: no progress, no summary'],
  ['-v, --verbose', 'print more details'],
  ['--log-format <format>', 'write stderr for people (text) or for machines (json)'],
]

/** Options for settings. Every command accepts them, and its help lists those that it uses. */
export const SETTING_OPTIONS = {
  portal: ['--portal <url>', 'use this portal (any uData site)'],
  archive: ['--archive <address>', 'use this archive: file:FOLDER or s3://BUCKET'],
  documents: ['--documents <address>', 'use these documents: sqlite:FILE or mongodb://HOST/DATABASE'],
} as const satisfies Record<string, OptionSpec>

export type SettingOption = keyof typeof SETTING_OPTIONS

export const EVERYTHING: readonly SettingOption[] = ['portal', 'archive', 'documents']
export const STORES: readonly SettingOption[] = ['archive', 'documents']

/** Lists the options in the help of a command. */
export function optionsOf({ options = [], uses = [] }: CommandSpec): readonly OptionSpec[] {
  return [...options, ...uses.map((name) => SETTING_OPTIONS[name]), ...SHARED_OPTIONS]
}

/** Lists the options for settings that the help of a command leaves out. Every command accepts them, so that the same flags always work. */
export function unusedOptions({ uses = [] }: CommandSpec): readonly OptionSpec[] {
  return EVERYTHING.filter((name) => !uses.includes(name)).map((name) => SETTING_OPTIONS[name])
}

/** Splits flags: `-v, --verbose` has a short form, `--date <date>` a value, `--save [name]` an optional one. */
export function parseFlags(flags: string): { short?: string; name: string; value?: string } {
  const [, short, name, value] = /^(?:(-\w), )?(\S+)(?: [<[]([\w-]+)[\]>])?$/.exec(flags)!
  return { name: name!, ...(short !== undefined && { short }), ...(value !== undefined && { value }) }
}

/** Names of dates. `latest` names an edition that exists, so commands that make editions reject it. */
export const DATE_NAMES: readonly string[] = ['today', 'yesterday', 'latest', 'due']
export const DATE_NAMES_TO_MAKE = DATE_NAMES.filter((name) => name !== 'latest')

const NAMES = 'YYYY-MM-DD, today, yesterday'

/** The date of an edition that a command makes. */
export const DATE_TO_MAKE: OptionSpec = [
  '--date <date>',
  `the same as the argument: ${NAMES}, or due for the last scheduled date (default: today in the time zone of the schedule)`,
]
/** The date of an edition that a command reads. */
export const DATE_TO_READ: OptionSpec = [
  '--date <date>',
  `the same as the argument: ${NAMES}, latest for the last edition, or due for the last scheduled date`,
]
/** The date of an edition to notify of or to publish on a portal. The edition may be missing. */
export const DATE_TO_NOTIFY: OptionSpec = [
  '--date <date>',
  `the same as the argument: ${NAMES}, latest for the last edition, or due for the last scheduled date (default: today)`,
]
export const WATCHES: OptionSpec = ['--watch <name>', 'use only this watch (repeatable; default: all)', 'list']
export const WATCH: OptionSpec = ['--watch <name>', 'use this watch (default: the first one)']
export const NO_PAGER: OptionSpec = ['--no-pager', 'print long output without a pager (also: PAGER=cat)']
export const SOURCES: readonly OptionSpec[] = [
  ['--datasets <source>', "read the datasets export from this path or URL, plain or .gz (default: the portal's)"],
  [
    '--organizations <source>',
    "read the organizations export from this path or URL, plain or .gz (default: the portal's)",
  ],
  ['--refetch', 'fetch the exports again for a past date that has a snapshot'],
  ['--accept-incomplete', 'accept an export that the completeness gate refuses'],
]
