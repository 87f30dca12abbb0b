import { encodeField } from '../csv/field.ts'
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
  const cell = (value: string | number) => (typeof value === 'number' ? String(value) : encodeField(value))
  const rows = datasets.map((dataset) => DATASET_FIELDS.map((field) => cell(dataset[field])))
  return [DATASET_FIELDS.map(encodeField), ...rows].map((row) => `${row.join(';')}\r\n`).join('')
}
