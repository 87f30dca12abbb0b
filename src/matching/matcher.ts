import type { Batch } from '../csv/scanner.ts'
import type { MatchMode } from './fold.ts'

/** What one watch looks for, and in which columns. */
export interface Query {
  readonly terms: readonly string[]
  readonly columns: readonly string[]
  readonly match: MatchMode
}

/** Decides for each record which of the queries it answers. */
export interface Matcher {
  /** Tells of each record of the batch and each query that it answers, in the order of the records, then of the queries. */
  match(batch: Batch, keep: Keep): void
}

export type Keep = (record: number, query: number) => void
