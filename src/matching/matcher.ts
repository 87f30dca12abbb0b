import type { Batch } from '../csv/scanner.ts'
import type { MatchMode } from './fold.ts'

/** What one watch looks for, and in which columns. */
export interface Query {
  readonly terms: readonly string[]
  readonly columns: readonly string[]
  readonly match: MatchMode
}

/** Finds the queries that a record matches. */
export interface Matcher {
  /** Calls `onMatch` for each record of the batch and each query that it matches, by record, then by query. */
  match(batch: Batch, onMatch: OnMatch): void
}

export type OnMatch = (record: number, query: number) => void
