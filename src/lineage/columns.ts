import { type Facets, facet } from './facets.ts'
import type { Name } from './names.ts'

/** A column that a value was made from, or that decided about a row. */
export interface InputField extends Name {
  readonly field: string
  readonly transformations: readonly object[]
}

const NUMBERS = ['metric.followers', 'dataset_followers', 'organization_followers']

/** The columns of a table as a facet; those of an export that nobody reads are left out. */
export function schema(columns: readonly string[]): Facets {
  const fields = columns.map((name) => ({ name, type: NUMBERS.includes(name) ? 'integer' : 'string' }))
  return facet('schema', { fields })
}

/** A value as it stands in one of the tables, which have the same columns. */
export function same(tables: readonly Name[], field: string): readonly InputField[] {
  return inputFields(tables, [field], { type: 'DIRECT', subtype: 'IDENTITY' })
}

/** What decided which rows are there (FILTER), which belong together (JOIN) and in which order they are (SORT). */
export function decided(
  subtype: 'FILTER' | 'JOIN' | 'SORT',
  tables: readonly Name[],
  fields: readonly string[],
): readonly InputField[] {
  return inputFields(tables, fields, { type: 'INDIRECT', subtype })
}

/**
 * The lineage of columns as a facet.
 *
 * @param fields for each column, what its values were made from
 * @param dataset what decided about the rows
 */
export function columnLineage(
  fields: Readonly<Record<string, readonly InputField[]>>,
  dataset: readonly InputField[] = [],
): Facets {
  const entries = Object.entries(fields).map(([column, inputFields]) => [column, { inputFields }])
  return facet('columnLineage', { fields: Object.fromEntries(entries), ...(dataset.length > 0 && { dataset }) })
}

function inputFields(tables: readonly Name[], fields: readonly string[], how: object): readonly InputField[] {
  return tables.flatMap(({ namespace, name }) =>
    fields.map((field) => ({ namespace, name, field, transformations: [how] })),
  )
}
