import type { RankedOrganization, TopDataset } from '../../../editions/edition.ts'
import type { SelectableEdition } from '../../selection.ts'
import type { TopsQuery } from './query.ts'

/** What server and browser need to show the table, apart from its data. */
export interface TopsSettings {
  readonly path: string
  readonly date: string
  /** The address of this server, `https://tops.example`. */
  readonly site: string
  readonly portal: string
  readonly query: TopsQuery
  /** The data's version and address in the API. */
  readonly source: TopsSource
  /** The same of the earlier edition; undefined if there is none, and so no dataset can be new. */
  readonly earlierSource: TopsSource | undefined
  /** How many datasets of the full list the page's own query finds, if it finds none in the tops; null if the list was not kept. */
  readonly listed: number | null | undefined
}

/** Where the browser gets the datasets of an edition, and which version the page was made from. */
export interface TopsSource {
  readonly path: string
  readonly version: string
}

export interface TopsProps {
  readonly settings: TopsSettings
  readonly query: TopsQuery
  readonly data: TopsData
  readonly change: ChangeQuery
}

export interface TopsData extends SelectableEdition {
  readonly organizations: readonly RankedOrganization[]
  readonly earlier: readonly TopDataset[] | undefined
}

/** Changes some fields of the query. In the browser; the server's links and forms do without it. */
export type ChangeQuery = ((changes: Partial<TopsQuery>) => void) | undefined

/** Returns the props of a link that changes some fields of the query: an address for the server, a handler for the browser. */
export type LinkTo = (changes: Partial<TopsQuery>) => {
  readonly href: string
  readonly onClick: (event: MouseEvent) => void
}
