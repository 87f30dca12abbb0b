import type { TopsData, TopsQuery } from './query.ts'

/** The rows of the table and its state. */
export interface TopsExplorerProps extends TopsData {
  /** The edition's path, without a query. */
  readonly path: string
  readonly portal: string
  /** Whether there is an earlier edition, and so whether datasets can be new. */
  readonly hasEarlier: boolean
  readonly query: TopsQuery
  /** Called in the browser when the query changes. The server renders without it. */
  readonly onQuery?: (query: Record<string, string>) => void
}

/** Changes some fields of the query. */
export type ChangeQuery = (changes: Partial<TopsQuery>) => void

/** Returns the props of a link that changes some fields of the query: an address for the server, a handler for the browser. */
export type LinkTo = (changes: Partial<TopsQuery>) => {
  readonly href: string
  readonly onClick: (event: MouseEvent) => void
}
