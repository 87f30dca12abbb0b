import { type Facets, facet } from './facets.ts'
import type { DatasetName } from './names.ts'

/** An input column that determines a value, or selects rows. */
export interface InputField extends DatasetName {
  readonly field: string
  readonly transformations: readonly object[]
}

const INTEGER_COLUMNS = ['metric.followers', 'dataset_followers', 'organization_followers']

/** Builds the `schema` facet of a table with these columns. */
export function schemaFacet(columns: readonly string[]): Facets {
  const fields = columns.map((name) => ({ name, type: INTEGER_COLUMNS.includes(name) ? 'integer' : 'string' }))
  return facet('schema', { fields })
}

/** Lists the input fields of a column that is copied from one of these tables. They all have the column. */
export function copiedFrom(tables: readonly DatasetName[], column: string): readonly InputField[] {
  return inputFields(tables, [column], { type: 'DIRECT', subtype: 'IDENTITY' })
}

/** Maps each column to itself in these tables. */
export function allCopiedFrom(tables: readonly DatasetName[], columns: readonly string[]) {
  return Object.fromEntries(columns.map((column) => [column, copiedFrom(tables, column)]))
}

/** Lists input fields that select the rows (FILTER), join them (JOIN) or order them (SORT). */
export function indirectFields(
  subtype: 'FILTER' | 'JOIN' | 'SORT',
  tables: readonly DatasetName[],
  columns: readonly string[],
): readonly InputField[] {
  return inputFields(tables, columns, { type: 'INDIRECT', subtype })
}

/**
 * Builds the `columnLineage` facet.
 *
 * @param fields the input fields of each column
 * @param dataset the input fields that select and order the rows
 */
export function columnLineageFacet(
  fields: Readonly<Record<string, readonly InputField[]>>,
  dataset: readonly InputField[] = [],
): Facets {
  const entries = Object.entries(fields).map(([column, inputFields]) => [column, { inputFields }])
  return facet('columnLineage', { fields: Object.fromEntries(entries), ...(dataset.length > 0 && { dataset }) })
}

function inputFields(
  tables: readonly DatasetName[],
  columns: readonly string[],
  transformation: object,
): readonly InputField[] {
  return tables.flatMap(({ namespace, name }) =>
    columns.map((field) => ({ namespace, name, field, transformations: [transformation] })),
  )
}
