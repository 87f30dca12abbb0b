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
  return toCsv(DATASET_FIELDS, datasets)
}

/** Columns before those of the dataset: the change, its reason, and the organization before or after it. */
const CHANGE_FIELDS = ['change', 'reason', 'moved_from', 'moved_to'] as const

/** Writes the datasets that entered, left or moved as CSV, one row per dataset. An unknown reason is empty. */
export function changesCsvOf({ entered, left, moved }: Changes): string {
  const rows = [
    ...entered.map((dataset) => ({ ...dataset, change: 'entered' })),
    ...left.map((dataset) => ({ ...dataset, change: 'left' })),
    ...moved.map((dataset) => ({ ...dataset, change: 'moved' })),
  ]
  return toCsv([...CHANGE_FIELDS, ...DATASET_FIELDS], rows)
}

function toCsv<F extends string>(
  fields: readonly F[],
  rows: readonly { readonly [K in F]?: string | number | null }[],
): string {
  const cell = (value: string | number | null = '') =>
    typeof value === 'number' ? String(value) : encodeField(value ?? '')
  const lines = rows.map((row) => fields.map((field) => cell(row[field])))
  return [fields.map(encodeField), ...lines].map((line) => `${line.join(';')}\r\n`).join('')
}
