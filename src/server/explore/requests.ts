import type { Watch } from '../../config/watch.ts'
import type { Changes } from '../../editions/changes.ts'
import type { SnapshotRef } from '../../explore/engine.ts'
import type { SearchPage } from '../../explore/page.ts'
import type { Selection } from '../selection.ts'

/** A search of one snapshot. Plain values, which can be sent to a worker. */
export interface Search {
  readonly ref: SnapshotRef
  readonly watch: Watch
}

/** A part of the table of a search. */
export interface TableRequest extends Search {
  readonly selection: Selection
  readonly offset: number
  readonly limit: number
  /** The snapshot to compare with, for a selection of new or gone datasets. */
  readonly earlier?: SnapshotRef | undefined
}

/** Answers searches, here or in a worker. */
export interface Searcher {
  page(request: TableRequest): Promise<SearchPage>
  /** Returns the six fields of the selected datasets as CSV, and their number. */
  csv(request: TableRequest): Promise<{ readonly csv: Uint8Array; readonly total: number }>
  changes(from: SnapshotRef, to: SnapshotRef, watch: Watch): Promise<Changes>
  /** Returns the size of the full list as a CSV. */
  listBytes(search: Search): Promise<number>
  /** Reads the full list as a CSV: the records of the export, byte for byte. */
  list(search: Search): AsyncIterable<Uint8Array>
  /** Counts the datasets that each watch lists. Reads the snapshot without keeping it in memory. */
  count(ref: SnapshotRef, watches: readonly Watch[]): Promise<readonly number[]>
  close(): Promise<void>
}
