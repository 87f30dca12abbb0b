import { encodeField } from '../csv/field.ts'
import type { Changes } from './changes.ts'
import type { TopDataset } from './edition.ts'

/** The six published fields, in their order. */
export const DATASET_FIELDS = [
  'dataset_id',
  'dataset_title',
  'dataset_followers',
  'organization',
  'organization_id',
  'organization_followers',
] as const satisfies readonly (keyof TopDataset)[]

/** Writes datasets as CSV in the portal's own dialect. */
export function csvOf(datasets: readonly TopDataset[]): string {
  return csvTable(
    DATASET_FIELDS,
    datasets.map((dataset) => DATASET_FIELDS.map((field) => dataset[field])),
  )
}

const CHANGE_FIELDS = ['change', 'reason', 'id', 'title', 'organization', 'from', 'followers', 'before'] as const

/**
 * Writes the changes of datasets as CSV, one row per change. `from` is the organization that the dataset was moved from, or the
 * title that it had before; `before` is the number of followers that it had.
 */
export function changesCsvOf({ entered, left, moved, renamed, followers }: Changes): string {
  const row = (
    change: string,
    dataset: TopDataset,
    reason: string | null = '',
    from = '',
    before: number | '' = '',
  ) => [
    change,
    reason ?? '',
    dataset.dataset_id,
    dataset.dataset_title,
    dataset.organization,
    from,
    dataset.dataset_followers,
    before,
  ]
  return csvTable(CHANGE_FIELDS, [
    ...entered.map((one) => row('entered', one, one.reason, one.moved_from)),
    ...left.map((one) => row('left', one, one.reason)),
    ...moved.map((one) => row('moved', one, '', one.moved_from)),
    ...renamed.map((one) => row('renamed', one, '', one.dataset_title_before)),
    ...followers.map((one) => row('followers', one, '', '', one.dataset_followers_before)),
  ])
}

/** Writes a table as CSV in the portal's own dialect. */
export function csvTable(fields: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cell = (value: string | number) => (typeof value === 'number' ? String(value) : encodeField(value))
  return [fields, ...rows].map((row) => `${row.map(cell).join(';')}\r\n`).join('')
}
