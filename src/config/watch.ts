import { NotFound, quoted } from '../errors.ts'
import type { Query } from '../matching/matcher.ts'
import { suggestName } from './parsers.ts'

/** What to search for: the terms, where, and how many organizations are ranked. */
export interface Watch extends Query {
  /** Part of the edition's file name and document id: `a-z`, `0-9`, `-`. */
  readonly name: string
  /** Shown in place of the terms on the pages and in the feeds. Does not affect editions. */
  readonly label?: WatchLabel
  /** The number of most followed organizations to rank. */
  readonly top: number
}

/** The label of a watch in each language of the pages. */
export interface WatchLabel {
  readonly fr: string
  readonly en: string
}

export const DEFAULT_COLUMNS = ['title', 'tags', 'description'] as const

export const DEFAULT_WATCH: Watch = {
  name: 'mobilite-transport',
  terms: ['mobilité', 'transport'],
  columns: [...DEFAULT_COLUMNS],
  match: 'substring',
  top: 30,
}

/** Stands for every configured watch, as in `--watch all`. No watch may have this name. */
export const ALL_WATCHES = 'all'

/** @throws NotFound with the closest known name */
export function findWatch(name: string, { watches }: { readonly watches: readonly Watch[] }): Watch {
  const found = watches.find((watch) => watch.name === name)
  if (found !== undefined) return found
  const known = watches.map((watch) => watch.name)
  throw new NotFound(`there is no watch ${quoted(name)}; ${suggestName(name, known)}`)
}

/** Returns the watches with these names, each once. Without names, or for `all`, returns every watch. @throws NotFound */
export function findWatches(
  names: string | readonly string[] | undefined,
  config: { readonly watches: readonly Watch[] },
): readonly Watch[] {
  const unique = new Set([names ?? ALL_WATCHES].flat())
  return unique.has(ALL_WATCHES) ? config.watches : [...unique].map((name) => findWatch(name, config))
}
