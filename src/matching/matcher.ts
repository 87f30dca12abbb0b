import type { Batch } from '../csv/scanner.ts'
import type { MatchMode } from './fold.ts'

/** The terms that one watch searches for, and the columns to search. */
export interface Query {
  readonly terms: readonly string[]
  readonly columns: readonly string[]
  readonly match: MatchMode
}

/** Finds the queries that a record matches. */
export interface Matcher {
  /** Calls `onMatch` for each match, ordered by record, then by query. */
  match(batch: Batch, onMatch: OnMatch): void
}

export type OnMatch = (record: number, query: number) => void
