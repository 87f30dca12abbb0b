import type { Edition, RankedOrganization, TopDataset } from './edition.ts'

/**
 * The changes between two editions of a watch, as plain JSON. Command line, API, page, feed and notifications all show it.
 */
export interface Changes {
  readonly watch: string
  /** The dates of the earlier and the later edition. */
  readonly from: string
  readonly to: string
  /** Datasets that only the later edition has, in its order. */
  readonly entered: readonly EnteredDataset[]
  /** Datasets that only the earlier edition has, in its order. */
  readonly left: readonly LeftDataset[]
  /** Datasets that moved from one TOP organization to another, as in the later edition. */
  readonly moved: readonly MovedDataset[]
  /** Datasets of both editions whose title changed, as in the later edition. */
  readonly renamed: readonly RenamedDataset[]
  /** Datasets of both editions that gained or lost followers, as in the later edition, largest gain first. */
  readonly followers: readonly FollowedDataset[]
  /** Organizations whose name, rank, followers or number of datasets changed, by rank; those that left the TOP come last. */
  readonly organizations: readonly ChangedOrganization[]
}

interface EnteredDataset extends TopDataset {
  readonly reason: EntryReason | null
  /** The id of its previous organization, if that changed; empty for none. */
  readonly moved_from?: string
}

interface LeftDataset extends TopDataset {
  readonly reason: ExitReason | null
  /** The id of its present organization, if that changed; empty for none. */
  readonly moved_to?: string
}

interface MovedDataset extends TopDataset {
  readonly moved_from: string
}

interface RenamedDataset extends TopDataset {
  readonly dataset_title_before: string
}

export interface FollowedDataset extends TopDataset {
  readonly dataset_followers_before: number
}

/** An organization in the TOP of either edition. Values are null for an edition that does not have it in its TOP. */
export interface ChangedOrganization {
  readonly id: string
  readonly name: string
  readonly name_before: string | null
  readonly rank: number | null
  readonly rank_before: number | null
  readonly followers: number | null
  readonly followers_before: number | null
  readonly datasets: number | null
  readonly datasets_before: number | null
}

/** Why a dataset entered: the first condition that it did not meet before. */
export const ENTRY_REASONS = {
  new: 'new in the catalogue',
  matches: 'mentions a term now',
  rose: 'its organization rose',
  moved: 'moved to a TOP organization',
  watch: 'the watch has changed',
} as const

/** Why a dataset left: the first condition that it no longer meets. */
export const EXIT_REASONS = {
  removed: 'no longer in the catalogue',
  'no-match': 'mentions no term any more',
  fell: 'its organization fell',
  moved: 'moved out of the TOP',
  watch: 'the watch has changed',
} as const

type EntryReason = keyof typeof ENTRY_REASONS
type ExitReason = keyof typeof EXIT_REASONS

/** The state of a dataset on the date of an edition. */
export interface Standing {
  /** Whether the export had it. */
  readonly exists: boolean
  /** Whether it contained a term. */
  readonly matches: boolean
  /** The id of its organization; empty for none. Only known if it matches. */
  readonly organization_id: string
}

/** Dataset id → its state, on the earlier date for datasets that entered, on the later date for those that left. */
export type Standings = ReadonlyMap<string, Standing>

/**
 * Compares two editions of a watch. The documents show what changed, but not why a dataset entered or left.
 *
 * @param before the earlier state of the datasets that entered; without it, their reasons are null
 * @param after the later state of the datasets that left; without it, their reasons are null
 */
export function changesBetween(from: Edition, to: Edition, before?: Standings, after?: Standings): Changes {
  const earlier = byId(from)
  const later = byId(to)
  const stayed = to.datasets.filter(({ dataset_id }) => earlier.has(dataset_id))
  const earlierOf = ({ dataset_id }: TopDataset) => earlier.get(dataset_id)!
  const edits = watchEdits(from, to)
  return {
    watch: to.watch,
    from: from.date,
    to: to.date,
    entered: to.datasets
      .filter(({ dataset_id }) => !earlier.has(dataset_id))
      .map((dataset) => ({ ...dataset, ...entryReason(dataset, before?.get(dataset.dataset_id), edits) })),
    left: from.datasets
      .filter(({ dataset_id }) => !later.has(dataset_id))
      .map((dataset) => ({ ...dataset, ...exitReason(dataset, after?.get(dataset.dataset_id), edits) })),
    moved: stayed
      .filter((dataset) => dataset.organization_id !== earlierOf(dataset).organization_id)
      .map((dataset) => ({ ...dataset, moved_from: earlierOf(dataset).organization_id })),
    renamed: stayed
      .filter((dataset) => dataset.dataset_title !== earlierOf(dataset).dataset_title)
      .map((dataset) => ({ ...dataset, dataset_title_before: earlierOf(dataset).dataset_title })),
    followers: stayed
      .map((dataset) => ({ ...dataset, dataset_followers_before: earlierOf(dataset).dataset_followers }))
      .filter((dataset) => followersGained(dataset) !== 0)
      .sort((a, b) => followersGained(b) - followersGained(a)),
    organizations: changedOrganizations(from.organizations, to.organizations),
  }
}

/** Returns how many followers a dataset gained; negative if it lost some. */
export function followersGained({ dataset_followers, dataset_followers_before }: FollowedDataset): number {
  return dataset_followers - dataset_followers_before
}

function byId({ datasets }: Edition): ReadonlyMap<string, TopDataset> {
  return new Map(datasets.map((dataset) => [dataset.dataset_id, dataset]))
}

/** The settings of a watch that differ between two editions. They move datasets in and out without any change on the portal. */
interface WatchEdits {
  readonly terms: boolean
  readonly top: boolean
}

function watchEdits(from: Edition, to: Edition): WatchEdits {
  const textOf = ({ terms }: Edition) => JSON.stringify(terms.toSorted())
  return { terms: textOf(from) !== textOf(to), top: from.top !== to.top }
}

function entryReason(
  dataset: TopDataset,
  standing: Standing | undefined,
  edits: WatchEdits,
): Pick<EnteredDataset, 'reason' | 'moved_from'> {
  if (standing === undefined) return { reason: null }
  if (!standing.exists) return { reason: 'new' }
  if (!standing.matches) return { reason: edits.terms ? 'watch' : 'matches' }
  if (standing.organization_id === dataset.organization_id) return { reason: edits.top ? 'watch' : 'rose' }
  return { reason: 'moved', moved_from: standing.organization_id }
}

function exitReason(
  dataset: TopDataset,
  standing: Standing | undefined,
  edits: WatchEdits,
): Pick<LeftDataset, 'reason' | 'moved_to'> {
  if (standing === undefined) return { reason: null }
  if (!standing.exists) return { reason: 'removed' }
  if (!standing.matches) return { reason: edits.terms ? 'watch' : 'no-match' }
  if (standing.organization_id === dataset.organization_id) return { reason: edits.top ? 'watch' : 'fell' }
  return { reason: 'moved', moved_to: standing.organization_id }
}

function changedOrganizations(
  before: readonly RankedOrganization[],
  after: readonly RankedOrganization[],
): ChangedOrganization[] {
  const earlier = new Map(before.map((organization) => [organization.id, organization]))
  const later = new Set(after.map(({ id }) => id))
  const present = after.map((organization) => changeOf(organization, earlier.get(organization.id), organization))
  const absent = before.filter(({ id }) => !later.has(id)).map((organization) => changeOf(organization, organization))
  return [...present, ...absent].filter(
    (organization) =>
      organization.rank !== organization.rank_before ||
      organization.followers !== organization.followers_before ||
      organization.datasets !== organization.datasets_before ||
      organization.name !== organization.name_before,
  )
}

function changeOf(
  { id, name }: RankedOrganization,
  before: RankedOrganization | undefined,
  after?: RankedOrganization,
): ChangedOrganization {
  return {
    id,
    name,
    name_before: before?.name ?? null,
    rank: after?.rank ?? null,
    rank_before: before?.rank ?? null,
    followers: after?.followers ?? null,
    followers_before: before?.followers ?? null,
    datasets: after?.datasets ?? null,
    datasets_before: before?.datasets ?? null,
  }
}
