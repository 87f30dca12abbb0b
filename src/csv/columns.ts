import { Failure, quoted } from '../errors.ts'

/**
 * Finds columns by name, since the portal's exports gain and move columns over the years. Each name counts once, in the
 * order given.
 *
 * @returns indexes into `header`
 * @throws Failure `contract` naming every missing column and what was found, or a needed column that occurs twice (others
 * may: `metric.dataservices` does)
 */
export function findColumns(header: readonly string[], names: readonly string[], exportName: string): number[] {
  const missing = names.filter((name) => !header.includes(name))
  if (missing.length > 0) {
    const found = `found: ${header.map((name) => quoted(name, 40)).join(', ')}`.slice(0, 1_500)
    const what = `no column ${missing.map((name) => quoted(name)).join(', ')}`
    throw new Failure(
      'contract',
      `${exportName} has ${what} (${found}); nothing was published. Is it the right export?`,
    )
  }
  return names.map((name) => {
    const index = header.indexOf(name)
    if (header.indexOf(name, index + 1) < 0) return index
    throw new Failure('contract', `${exportName} has the column ${quoted(name)} twice, so what it holds is not clear`)
  })
}
