import type { CommandSpec } from '../commands.ts'
import { type OptionSpec, optionsOf, parseFlags } from '../options.ts'

export const NAME = 'datagouv-tops'

/** Where completions come from: paths, a list of words, or the stores and the settings (`values.ts`). */
export type Source = 'files' | 'dates' | 'watches' | 'runs' | readonly string[]

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
    flags: [...optionsOf(spec), help].map(toFlag),
    argument: argumentSource(spec.arguments),
  }))
  const names = specs.map(({ name }) => name)
  return [...commands, { name: 'help', about: 'show the help of a command', flags: [], argument: names }]
}

function toFlag([flags, about]: OptionSpec): Flag {
  const { name, short, value } = parseFlags(flags)
  return { name, short, about, value, source: valueSource(name, value) }
}

/** Sources by the name of a value in the help. */
const SOURCES: Readonly<Record<string, Source>> = {
  date: 'dates',
  file: 'files',
  folder: 'files',
  source: 'files',
  format: ['text', 'json'],
  mode: ['substring', 'word'],
  field: ['rank', 'title', 'followers', 'organization', 'organization_followers', 'dataset_id', 'organization_id'],
}

function valueSource(flag: string, value: string | undefined): Source | undefined {
  return flag === '--watch' ? 'watches' : SOURCES[value ?? '']
}

function argumentSource(text = ''): Source | undefined {
  if (/date|from/.test(text.replace('dataset', ''))) return 'dates'
  if (text.includes('show')) return 'runs'
  if (text.includes('shell')) return ['bash', 'zsh', 'fish']
  if (text.includes('init')) return ['init', 'schema']
  return /file|place/.test(text) ? 'files' : undefined
}
