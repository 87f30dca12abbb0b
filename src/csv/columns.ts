import { Failure, quoted } from '../errors.ts'

/** Needed column → what the export calls it, where that differs. */
export type ColumnNames = Readonly<Record<string, string>>

/**
 * Finds columns by name, since the portal's exports gain and move columns over the years. Each name counts once, in the
 * order given.
 *
 * @returns indexes into `header`
 * @throws Failure `contract` naming every missing column and what was found, or a needed column that occurs twice (others
 * may: `metric.dataservices` does)
 */
export function findColumns(
  header: readonly string[],
  names: readonly string[],
  exportName: string,
  called: ColumnNames = {},
): number[] {
  const nameThere = (name: string) => (Object.hasOwn(called, name) ? called[name]! : name)
  const missing = names.filter((name) => !header.includes(nameThere(name)))
  if (missing.length > 0) {
    const found = `found: ${header.map((name) => quoted(name, 40)).join(', ')}`.slice(0, 1_500)
    const what = `no column ${missing.map((name) => quoted(nameThere(name))).join(', ')}`
    const next = 'Is it the right export? If a column has another name now, map it with the setting columns'
    throw new Failure('contract', `${exportName} has ${what} (${found}); nothing was published. ${next}`)
  }
  return names.map(nameThere).map((name) => {
    const index = header.indexOf(name)
    if (header.indexOf(name, index + 1) < 0) return index
    throw new Failure('contract', `${exportName} has the column ${quoted(name)} twice, so what it holds is not clear`)
  })
}
