import type { Organization } from '../pipeline/rank.ts'

/**
 * Why a dataset is, or is not, in the list and in the tops of an edition. Command line, API and page show this one shape; it
 * is plain JSON.
 */
export interface Explanation {
  readonly watch: string
  readonly date: string
  /** What was asked for: an id, a slug, or the address of the dataset's page. */
  readonly asked: string
  readonly verdict: Verdict
  /** The object in the archive in which the dataset was looked for: the snapshot's export, or the list when it is gone. */
  readonly source: string
  readonly terms: readonly string[]
  readonly columns: readonly string[]
  /** How many of the most followed organisations count. */
  readonly top: number
  readonly dataset: FoundDataset | null
  /** In which columns which terms are present. */
  readonly matches: readonly Match[]
  /** The dataset's organisation among all of the organisations export. */
  readonly organization: Placing | null
  /** What is nearest to what was looked for: other datasets, when there is none such; words, when no term is present. */
  readonly nearest: readonly Near[]
  /** All of it in words. */
  readonly sentences: readonly string[]
}

/** The first condition that failed, in the order in which the pipeline asks; or that none did. */
export const VERDICTS = {
  'in-tops': 'is in the list and in the tops',
  unknown: 'is the id or slug of no dataset of the portal',
  'not-listed': 'is not in the list; the snapshot was not kept, so why is not known',
  'no-term': 'is not in the list: no term is present',
  'no-organization': 'is in the list, but not in the tops: no organisation owns it',
  'unknown-organization': 'is in the list, but not in the tops: the organisations export lacks its organisation',
  'below-top': 'is in the list, but not in the tops: its organisation is not among the most followed',
} as const

export type Verdict = keyof typeof VERDICTS

export interface FoundDataset {
  readonly id: string
  readonly title: string
  readonly followers: number
  readonly organization_id: string
  /** Where it stands in the source: the first record is 1. */
  readonly record: number
}

export interface Match {
  readonly term: string
  readonly column: string
  /** How often the term occurs there; the excerpt shows the first time. */
  readonly times: number
  readonly before: string
  /** As it is written there. */
  readonly found: string
  readonly after: string
}

export interface Placing extends Organization {
  /** Of how many organisations; null when that is not known any more. */
  readonly of: number | null
  /** The last organisation that counts. */
  readonly last: Organization
  /** How many followers it has more than the last one that counts; negative when it lacks them. */
  readonly lead: number
}

export type Near = NearDataset | NearWord

export interface NearDataset {
  readonly dataset_id: string
  readonly dataset_title: string
}

export interface NearWord {
  readonly word: string
  readonly column: string
  readonly term: string
}
