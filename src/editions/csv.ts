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
export const csvOf = (datasets: readonly TopDataset[]) => csvTable(DATASET_FIELDS, datasets)

export const CHANGE_FIELDS = ['change', 'reason', 'id', 'title', 'organization', 'from', 'followers', 'before'] as const

interface Remark {
  readonly reason?: string | null
  readonly from?: string | undefined
  readonly before?: number
}

/**
 * Writes the changes of datasets as CSV, one row per change. `from` is the organization that the dataset was moved from, or the
 * title that it had before; `before` is the number of followers that it had.
 */
export function changesCsvOf({ entered, left, moved, renamed, followers }: Changes): string {
  const row = (change: string, dataset: TopDataset, { reason, from, before }: Remark) => ({
    change,
    reason: reason ?? '',
    id: dataset.dataset_id,
    title: dataset.dataset_title,
    organization: dataset.organization,
    from: from ?? '',
    followers: dataset.dataset_followers,
    before: before ?? '',
  })
  return csvTable(CHANGE_FIELDS, [
    ...entered.map((one) => row('entered', one, { reason: one.reason, from: one.moved_from })),
    ...left.map((one) => row('left', one, { reason: one.reason })),
    ...moved.map((one) => row('moved', one, { from: one.moved_from })),
    ...renamed.map((one) => row('renamed', one, { from: one.dataset_title_before })),
    ...followers.map((one) => row('followers', one, { before: one.dataset_followers_before })),
  ])
}

/** Writes records as CSV in the portal's own dialect. */
export function csvTable<F extends string>(
  fields: readonly F[],
  records: readonly Readonly<Record<F, string | number>>[],
): string {
  const cell = (value: string | number) => (typeof value === 'number' ? String(value) : encodeField(value))
  const rows = [fields, ...records.map((record) => fields.map((field) => record[field]))]
  return rows.map((row) => `${row.map(cell).join(';')}\r\n`).join('')
}
