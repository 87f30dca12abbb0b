import type { Document } from '../stores/documents.ts'

/** The edition of a watch for a date: a document in the collection `tops`. */
export interface Edition extends Document {
  /** `WATCH/DATE` */
  readonly _id: string
  readonly watch: string
  readonly date: string
  readonly generated_at: string
  readonly run_id: string
  readonly terms: readonly string[]
  readonly top: number
  readonly source: { readonly datasets: SourceFacts; readonly organizations: SourceFacts }
  readonly archive: ArchiveFacts
  /** All TOP organizations, by rank, including those without a dataset in the edition. */
  readonly organizations: readonly RankedOrganization[]
  /** By rank of the organization, then followers descending, then id. */
  readonly datasets: readonly TopDataset[]
}

/** One export, uncompressed; `last_modified` is null if unknown. */
export interface SourceFacts {
  readonly url: string
  readonly sha1: string
  readonly bytes: number
  readonly records: number
  readonly last_modified: string | null
}

/** How much later than its edition a catalogue may be: time zones, and a run that catches up on the next morning. */
const MAX_DELAY_MS = 36 * 3_600_000

/**
 * Returns the date of an edition's catalogue if it is later than the edition: `2026-11-28`. A past date without a snapshot shows what the
 * portal had on the day of the run. The time of a local file says nothing about its content.
 */
export function laterCatalogue({ date, source }: Edition): string | undefined {
  const { url, last_modified } = source.datasets
  if (last_modified === null || url.startsWith('file:')) return undefined
  return Date.parse(last_modified) - Date.parse(date) > MAX_DELAY_MS ? last_modified.slice(0, 10) : undefined
}

/** The archived CSV. */
export interface ArchiveFacts {
  readonly key: string
  readonly sha256: string
  readonly bytes: number
  readonly records: number
}

export interface RankedOrganization {
  readonly rank: number
  readonly id: string
  readonly name: string
  readonly followers: number
  /** How many of its datasets are in the edition. */
  readonly datasets: number
}

/** The six published fields. */
export interface TopDataset {
  readonly dataset_id: string
  readonly dataset_title: string
  readonly dataset_followers: number
  readonly organization: string
  readonly organization_id: string
  readonly organization_followers: number
}

/**
 * `snapshots/DATE/snapshot.json`: both exports as fetched for one date. Snapshots of version 0.1 lack the optional facts.
 */
export interface Snapshot {
  readonly date: string
  readonly fetched_at: string
  readonly portal: string
  readonly catalogue?: string
  readonly datasets: ExportFacts
  readonly organizations: ExportFacts
}

/** Sizes and checksums are of the uncompressed CSV. */
export interface ExportFacts extends SourceFacts {
  readonly key: string
  readonly sha256: string
  readonly origin?: ExportOrigin
  /** Size of the stored object, compressed. */
  readonly stored_bytes?: number
  /** Needed column → the name that this export uses for it. */
  readonly columns?: Readonly<Record<string, string>>
  /** Needed column → number of records in which it is empty or white space. */
  readonly blank_fields?: Readonly<Record<string, number>>
  /** Sum of `metric.followers` over the first record of each id. */
  readonly followers?: number
  /** Number of records that repeat the id of an earlier one. */
  readonly repeated_ids?: number
  /** In the organizations export: the organizations that next week's completeness gate needs, by rank. */
  readonly most_followed?: readonly FollowedOrganization[]
}

/** The portal's catalogue, a URL given by the user, or a local file given by the user. */
export type ExportOrigin = 'portal' | 'address' | 'file'

export interface FollowedOrganization {
  readonly id: string
  readonly name: string
  readonly followers: number
}

export const EXPORT_NAMES = ['datasets', 'organizations'] as const
export type ExportName = (typeof EXPORT_NAMES)[number]
