import type { Organization } from '../pipeline/rank.ts'

/**
 * Why a dataset is, or is not, in the list and in the tops of an edition. Plain JSON, shown by the command line, the API
 * and the page.
 */
export interface Explanation {
  readonly watch: string
  readonly date: string
  /** The ID, slug or address that the user gave. */
  readonly asked: string
  readonly verdict: Verdict
  /** Key of the object that was searched: the export of the snapshot, or the edition's CSV if the snapshot is gone. */
  readonly source: string
  readonly terms: readonly string[]
  readonly columns: readonly string[]
  /** How many of the most followed organizations count. */
  readonly top: number
  readonly dataset: FoundDataset | null
  /** In which columns which terms are present. */
  readonly matches: readonly Match[]
  readonly organization: Placing | null
  /** Suggestions: similar datasets if this one does not exist, similar words if no term is present. */
  readonly nearest: readonly Suggestion[]
  /** The last earlier edition in which an unknown dataset was still there. */
  readonly last_seen: LastSeen | null
  readonly sentences: readonly string[]
}

/** A dataset that the portal removed, and the date of the last edition in which it was still there. */
export interface LastSeen {
  readonly date: string
  readonly dataset_id: string
  readonly dataset_title: string
}

/** The first condition of the pipeline that failed, or `in-tops`. */
export const VERDICTS = {
  'in-tops': 'is in the list and in the tops',
  unknown: 'is not the ID or slug of a dataset of the portal',
  'not-listed': 'is not in the list; the reason is unknown, since the snapshot was not kept',
  'no-term': 'is not in the list: no term is present',
  'no-organization': 'is in the list, but not in the tops: no organization owns it',
  'unknown-organization':
    'is in the list, but not in the tops: the organizations export does not have its organization',
  'below-top': 'is in the list, but not in the tops: its organization is not among the most followed',
} as const

export type Verdict = keyof typeof VERDICTS

export interface FoundDataset {
  readonly id: string
  readonly title: string
  readonly followers: number
  readonly organization_id: string
  /** Number of its record in the source, from 1. */
  readonly record: number
}

export interface Match {
  readonly term: string
  readonly column: string
  /** How often the term occurs there. The excerpt shows the first one. */
  readonly times: number
  readonly before: string
  /** The matched text as the portal wrote it. */
  readonly found: string
  readonly after: string
}

export interface Placing extends Organization {
  /** Number of organizations; null if the snapshot is gone. */
  readonly of: number | null
  /** The last organization that counts. */
  readonly last: Organization
  /** Its followers minus those of the last organization that counts. */
  readonly lead: number
}

export type Suggestion = SuggestedDataset | SuggestedWord

export interface SuggestedDataset {
  readonly dataset_id: string
  readonly dataset_title: string
  /** Name of its organization; empty if it has none, or if the source has no names. */
  readonly organization: string
}

export interface SuggestedWord {
  readonly word: string
  readonly column: string
  readonly term: string
}
