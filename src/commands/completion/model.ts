import type { CommandSpec } from '../commands.ts'
import { type OptionSpec, optionsOf, parseFlags, WATCH } from '../options.ts'

export const NAME = 'datagouv-tops'

/**
 * The source of completions: paths, a list of words, or the stores and the settings (`values.ts`). `datesToMake` has no `latest`,
 * `watchesToRead` no `all`.
 */
export type Source = 'files' | 'dates' | 'datesToMake' | 'watches' | 'watchesToRead' | 'runs' | readonly string[]

export interface CompletedCommand {
  readonly name: string
  readonly about: string
  readonly flags: readonly Flag[]
  /** Completions for its arguments; undefined if there are none. */
  readonly argument: Source | undefined
}

interface Flag {
  /** `--date` */
  readonly name: string
  /** `-v` */
  readonly short: string | undefined
  readonly about: string
  /** The name of its value; undefined if it takes none. */
  readonly value: string | undefined
  readonly source: Source | undefined
}

/** Returns the completions of each command: its flags, and the sources of their values. */
export function completedCommands(specs: readonly CommandSpec[]): CompletedCommand[] {
  const help: OptionSpec = ['-h, --help', 'display help for command']
  const commands = specs.map((spec) => ({
    name: spec.name,
    about: spec.about,
    flags: [...optionsOf(spec), help].map((option) => toFlag(option, spec)),
    argument: sourceFor(ARGUMENTS[spec.arguments ?? ''], spec),
  }))
  const names = specs.map(({ name }) => name)
  return [...commands, { name: 'help', about: 'show the help of a command', flags: [], argument: names }]
}

function toFlag([flags, about]: OptionSpec, spec: CommandSpec): Flag {
  const { name, short, value } = parseFlags(flags)
  return { name, short, about, value, source: sourceFor(FLAGS[name] ?? VALUES[value ?? ''], spec) }
}

/** Sources by flag. */
const FLAGS: Readonly<Record<string, Source>> = { '--watch': 'watches' }

/** Sources by the name of a value in the help. */
const VALUES: Readonly<Record<string, Source>> = {
  date: 'dates',
  file: 'files',
  folder: 'files',
  source: 'files',
  format: ['text', 'json'],
  mode: ['substring', 'word'],
  field: ['rank', 'title', 'followers', 'organization', 'organization_followers', 'dataset_id', 'organization_id'],
}

/** Sources by the arguments in the usage line. */
const ARGUMENTS: Readonly<Record<string, Source>> = {
  '[date]': 'dates',
  '[date...]': 'dates',
  '[from] [to]': 'dates',
  '[show <id>]': 'runs',
  '[init|schema] [file]': ['init', 'schema'],
  '<shell>': ['bash', 'zsh', 'fish'],
  '<place...>': 'files',
  '[file]': 'files',
}

/** Narrows a source to the values that a command accepts. */
function sourceFor(source: Source | undefined, { makesEditions, options = [] }: CommandSpec): Source | undefined {
  if (source === 'dates' && makesEditions) return 'datesToMake'
  return source === 'watches' && options.includes(WATCH) ? 'watchesToRead' : source
}
