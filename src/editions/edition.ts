import type { Document } from '../stores/documents.ts'

/** What a watch publishes for a date: the document of the collection `tops`. */
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
  /** All of the TOP, by rank, also those without a dataset in the list. */
  readonly organizations: readonly RankedOrganization[]
  /** By organisation's rank, then followers descending, then id. */
  readonly datasets: readonly TopDataset[]
}

/** One export, uncompressed; `last_modified` is null when nobody said. */
export interface SourceFacts {
  readonly url: string
  readonly sha1: string
  readonly bytes: number
  readonly records: number
  readonly last_modified: string | null
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

/** The six fields of the mission. */
export interface TopDataset {
  readonly dataset_id: string
  readonly dataset_title: string
  readonly dataset_followers: number
  readonly organization: string
  readonly organization_id: string
  readonly organization_followers: number
}

/** `snapshots/DATE/snapshot.json`: both exports as fetched for one date. Present only when both are there, complete. */
export interface Snapshot {
  readonly date: string
  readonly fetched_at: string
  readonly portal: string
  readonly datasets: ExportFacts
  readonly organizations: ExportFacts
}

/** Sizes and checksums are of the uncompressed CSV. */
export interface ExportFacts extends SourceFacts {
  readonly key: string
  readonly sha256: string
}

export type ExportName = 'datasets' | 'organizations'
