import type { Edition } from '../../src/editions/edition.ts'
import { editionId, editionKey } from '../../src/editions/layout.ts'

export interface EditionOrganization {
  readonly id: string
  readonly followers: number
  /** Dataset id → its followers, in order. */
  readonly datasets: Readonly<Record<string, number>>
}

const SOURCE = {
  url: 'https://portal.example/export.csv',
  sha1: 'a'.repeat(40),
  bytes: 1,
  records: 9,
  last_modified: null,
}

/** Creates an edition of the default watch with these organizations, in the order of their ranks. */
export function createEdition(date: string, organizations: readonly EditionOrganization[]): Edition {
  const watch = 'mobilite-transport'
  return {
    _id: editionId(watch, date),
    watch,
    date,
    generated_at: `${date}T16:00:09.123Z`,
    run_id: `run-of-${date}`,
    terms: ['mobilité', 'transport'],
    top: organizations.length,
    source: { datasets: SOURCE, organizations: SOURCE },
    archive: { key: editionKey(watch, date), sha256: 'b'.repeat(64), bytes: 1, records: 9 },
    organizations: organizations.map(({ id, followers, datasets }, index) => ({
      rank: index + 1,
      id,
      name: `Organisation ${id}`,
      followers,
      datasets: Object.keys(datasets).length,
    })),
    datasets: organizations.flatMap(({ id, followers, datasets }) =>
      Object.entries(datasets).map(([dataset, datasetFollowers]) => ({
        dataset_id: dataset,
        dataset_title: `Dataset ${dataset}`,
        dataset_followers: datasetFollowers,
        organization: `Organisation ${id}`,
        organization_id: id,
        organization_followers: followers,
      })),
    ),
  }
}
