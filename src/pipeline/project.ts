import type { Batch } from '../csv/scanner.ts'
import type { RankedOrganization, TopDataset } from '../editions/edition.ts'
import { compareIds, type Organization, textOf, wholeNumber } from './rank.ts'

/** The columns from which the six fields are made. */
export const PROJECTED_COLUMNS = ['id', 'title', 'organization_id', 'metric.followers'] as const

/** Collects the records of the top organizations, projected to the six fields. */
export class TopDatasets {
  private readonly organizationById: ReadonlyMap<string, Organization>
  private readonly projected: { rank: number; dataset: TopDataset }[] = []

  constructor(private readonly top: readonly Organization[]) {
    this.organizationById = new Map(top.map((organization) => [organization.id, organization]))
  }

  /** @param slots the positions of PROJECTED_COLUMNS in the batch */
  take(batch: Batch, record: number, slots: readonly number[]): void {
    const [id, title, organizationId, followers] = slots
    const organization = this.organizationById.get(textOf(batch, record, organizationId!))
    if (organization === undefined) return
    this.projected.push({
      rank: organization.rank,
      dataset: {
        dataset_id: textOf(batch, record, id!),
        dataset_title: textOf(batch, record, title!),
        dataset_followers: wholeNumber(batch, record, followers!),
        organization: organization.name,
        organization_id: organization.id,
        organization_followers: organization.followers,
      },
    })
  }

  /** Returns the datasets by rank of their organization, then followers descending, then id. */
  datasets(): TopDataset[] {
    return this.projected
      .sort(
        (a, b) =>
          a.rank - b.rank ||
          b.dataset.dataset_followers - a.dataset.dataset_followers ||
          compareIds(a.dataset.dataset_id, b.dataset.dataset_id),
      )
      .map(({ dataset }) => dataset)
  }

  /** Returns all top organizations with the number of their datasets. */
  organizations(): RankedOrganization[] {
    const datasets = new Map<number, number>()
    for (const { rank } of this.projected) datasets.set(rank, (datasets.get(rank) ?? 0) + 1)
    return this.top.map((organization) => ({ ...organization, datasets: datasets.get(organization.rank) ?? 0 }))
  }
}
