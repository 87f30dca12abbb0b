import type { Query } from '../matching/matcher.ts'

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
