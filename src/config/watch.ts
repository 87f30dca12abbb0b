import { Missing, quoted } from '../errors.ts'
import type { Query } from '../matching/matcher.ts'
import type { Config } from './settings.ts'
import { nearest } from './values.ts'

/** What to look for, week after week. */
export interface Watch extends Query {
  /** Names the edition's file and document: `a-z`, `0-9`, `-`. */
  readonly name: string
  /** How many of the most followed organisations count. */
  readonly top: number
}

export const DEFAULT_COLUMNS = ['title', 'tags', 'description'] as const

export const DEFAULT_WATCH: Watch = {
  name: 'mobilite-transport',
  terms: ['mobilité', 'transport'],
  columns: [...DEFAULT_COLUMNS],
  match: 'substring',
  top: 30,
}

/** @throws Missing, with the name that may have been meant */
export function watchNamed(name: string, { watches }: Pick<Config, 'watches'>): Watch {
  const found = watches.find((watch) => watch.name === name)
  if (found !== undefined) return found
  const known = watches.map((watch) => watch.name)
  throw new Missing(`there is no watch ${quoted(name)}; ${nearest(name, known)}`)
}

/** The watches of these names, each once; all of them without a name. @throws Missing */
export function watchesNamed(
  names: string | readonly string[] | undefined,
  config: Pick<Config, 'watches'>,
): readonly Watch[] {
  return names === undefined ? config.watches : [...new Set([names].flat())].map((name) => watchNamed(name, config))
}
