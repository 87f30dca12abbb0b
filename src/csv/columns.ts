import { Failure, quoted } from '../errors.ts'

/** Needed column → its name in the export, if that differs. */
export type ColumnNames = Readonly<Record<string, string>>

/**
 * Finds columns by name, because the portal's exports gain and move columns over the years.
 *
 * @returns the index in `header` of each of `names`
 * @throws Failure `contract` if columns are missing, or if a needed one occurs twice (others may: `metric.dataservices` does)
 */
export function findColumns(
  header: readonly string[],
  names: readonly string[],
  exportName: string,
  renamed: ColumnNames = {},
): number[] {
  const actualName = (name: string) => (Object.hasOwn(renamed, name) ? renamed[name]! : name)
  const missing = names.filter((name) => !header.includes(actualName(name)))
  if (missing.length > 0) {
    const found = `found: ${header.map((name) => quoted(name, 40)).join(', ')}`.slice(0, 1_500)
    const what = `no column ${missing.map((name) => quoted(actualName(name))).join(', ')}`
    const next = 'Is it the right export? If a column was renamed, map it with the setting columns.'
    throw new Failure('contract', `${exportName} has ${what} (${found}); nothing was published. ${next}`)
  }
  return names.map(actualName).map((name) => {
    const index = header.indexOf(name)
    if (header.indexOf(name, index + 1) < 0) return index
    throw new Failure('contract', `${exportName} has the column ${quoted(name)} twice, which makes it ambiguous`)
  })
}
