import type { Edition, RankedOrganization, TopDataset } from './edition.ts'

/**
 * What changed between two editions of a watch. Command line, API, page, feed and notifications all show this one shape;
 * it is plain JSON.
 */
export interface Changes {
  readonly watch: string
  /** The dates of the earlier and the later edition. */
  readonly from: string
  readonly to: string
  /** Datasets of the later edition alone, in its order. */
  readonly entered: readonly EnteredDataset[]
  /** Datasets of the earlier edition alone, in its order. */
  readonly left: readonly LeftDataset[]
  /** Datasets of both that moved to another of the TOP organizations, as the later edition has them. */
  readonly moved: readonly MovedDataset[]
  /** Datasets of both whose title changed, as the later edition has them. */
  readonly renamed: readonly RenamedDataset[]
  /** Datasets of both that gained or lost followers, as the later edition has them: most gained first. */
  readonly followers: readonly FollowedDataset[]
  /** Organizations whose name, rank, followers or number of datasets changed: by rank, then those that fell out of the TOP. */
  readonly organizations: readonly ChangedOrganization[]
}

interface EnteredDataset extends TopDataset {
  readonly reason: EntryReason | null
  /** The organization it belonged to, when it changed: an id, or empty for none. */
  readonly moved_from?: string
}

interface LeftDataset extends TopDataset {
  readonly reason: ExitReason | null
  /** The organization it belongs to now, when it changed: an id, or empty for none. */
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

/** Null where it was not, or is not any more, among the TOP. */
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

/** Why a dataset entered, in words: the first condition that it did not meet before. */
export const ENTRY_REASONS = {
  new: 'new on the portal',
  matches: 'mentions a term now',
  rose: 'its organization rose',
  moved: 'moved to a TOP organization',
} as const

/** Why a dataset left, in words: the first condition that it does not meet any more. */
export const EXIT_REASONS = {
  removed: 'removed from the portal',
  'no-match': 'mentions no term any more',
  fell: 'its organization fell',
  moved: 'moved out of the TOP',
} as const

type EntryReason = keyof typeof ENTRY_REASONS
type ExitReason = keyof typeof EXIT_REASONS

/** Where a dataset stood on the date of an edition. */
export interface Standing {
  /** Whether the portal had it. */
  readonly exists: boolean
  /** Whether a term was present in it. */
  readonly matches: boolean
  /** Its organization's id, empty for none; known when it matches. */
  readonly organization_id: string
}

/** By dataset id: where datasets stood. Of the earlier date those that entered, of the later one those that left. */
export type Standings = ReadonlyMap<string, Standing>

/**
 * Compares two editions of a watch. The documents show what changed, but not why a dataset entered or left.
 *
 * @param before where the datasets that entered stood on the earlier date; without it, the reasons are null
 * @param after where the datasets that left stood on the later date; without it, the reasons are null
 */
export function changesBetween(from: Edition, to: Edition, before?: Standings, after?: Standings): Changes {
  const earlier = byId(from)
  const later = byId(to)
  const stayed = to.datasets.filter(({ dataset_id }) => earlier.has(dataset_id))
  const wasOf = ({ dataset_id }: TopDataset) => earlier.get(dataset_id)!
  return {
    watch: to.watch,
    from: from.date,
    to: to.date,
    entered: to.datasets
      .filter(({ dataset_id }) => !earlier.has(dataset_id))
      .map((dataset) => ({ ...dataset, ...entry(dataset, before?.get(dataset.dataset_id)) })),
    left: from.datasets
      .filter(({ dataset_id }) => !later.has(dataset_id))
      .map((dataset) => ({ ...dataset, ...exit(dataset, after?.get(dataset.dataset_id)) })),
    moved: stayed
      .filter((dataset) => dataset.organization_id !== wasOf(dataset).organization_id)
      .map((dataset) => ({ ...dataset, moved_from: wasOf(dataset).organization_id })),
    renamed: stayed
      .filter((dataset) => dataset.dataset_title !== wasOf(dataset).dataset_title)
      .map((dataset) => ({ ...dataset, dataset_title_before: wasOf(dataset).dataset_title })),
    followers: stayed
      .map((dataset) => ({ ...dataset, dataset_followers_before: wasOf(dataset).dataset_followers }))
      .filter((dataset) => followersGained(dataset) !== 0)
      .sort((a, b) => followersGained(b) - followersGained(a)),
    organizations: changedOrganizations(from.organizations, to.organizations),
  }
}

/** How many followers a dataset gained; negative when it lost some. */
export function followersGained({ dataset_followers, dataset_followers_before }: FollowedDataset): number {
  return dataset_followers - dataset_followers_before
}

function byId({ datasets }: Edition): ReadonlyMap<string, TopDataset> {
  return new Map(datasets.map((dataset) => [dataset.dataset_id, dataset]))
}

function entry(dataset: TopDataset, stood: Standing | undefined): Pick<EnteredDataset, 'reason' | 'moved_from'> {
  if (stood === undefined) return { reason: null }
  if (!stood.exists) return { reason: 'new' }
  if (!stood.matches) return { reason: 'matches' }
  if (stood.organization_id === dataset.organization_id) return { reason: 'rose' }
  return { reason: 'moved', moved_from: stood.organization_id }
}

function exit(dataset: TopDataset, stands: Standing | undefined): Pick<LeftDataset, 'reason' | 'moved_to'> {
  if (stands === undefined) return { reason: null }
  if (!stands.exists) return { reason: 'removed' }
  if (!stands.matches) return { reason: 'no-match' }
  if (stands.organization_id === dataset.organization_id) return { reason: 'fell' }
  return { reason: 'moved', moved_to: stands.organization_id }
}

function changedOrganizations(
  before: readonly RankedOrganization[],
  after: readonly RankedOrganization[],
): ChangedOrganization[] {
  const earlier = new Map(before.map((organization) => [organization.id, organization]))
  const later = new Set(after.map(({ id }) => id))
  const still = after.map((organization) => pairOf(organization, earlier.get(organization.id), organization))
  const gone = before.filter(({ id }) => !later.has(id)).map((organization) => pairOf(organization, organization))
  return [...still, ...gone].filter(
    (one) =>
      one.rank !== one.rank_before ||
      one.followers !== one.followers_before ||
      one.datasets !== one.datasets_before ||
      one.name !== one.name_before,
  )
}

function pairOf(
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
