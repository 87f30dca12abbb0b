import type { ExportName } from '../editions/edition.ts'
import type { NamedExport } from './exportName.ts'

const DAY_MS = 86_400_000

/** The exports that can form the snapshot of a date, best first. */
export interface PlannedDate<T extends NamedExport> {
  readonly date: string
  readonly exports: Readonly<Record<ExportName, readonly T[]>>
}

/** A date with exports of only one kind. */
export interface UnpairedDate {
  readonly date: string
  readonly kind: ExportName
  /** The nearest date with an export of the other kind, and how many days away it is; undefined if there is none. */
  readonly nearest: { readonly date: string; readonly days: number } | undefined
}

/**
 * Groups past exports by date. The latest of each kind comes first. The others are used if it is damaged.
 *
 * A snapshot has the date of its datasets export, because an edition lists datasets. If that day has no organizations export, the
 * nearest within `tolerance` days is used, even for several dates.
 */
export function planDates<T extends NamedExport>(
  exports: readonly T[],
  tolerance: number,
): { readonly dates: readonly PlannedDate<T>[]; readonly unpaired: readonly UnpairedDate[] } {
  const of = (kind: ExportName) => exports.filter((one) => one.kind === kind)
  const [datasets, organizations] = [of('datasets'), of('organizations')]
  const datesOf = (list: readonly T[]) => [...new Set(list.map(({ date }) => date))].sort()
  const dates: PlannedDate<T>[] = []
  const unpaired: UnpairedDate[] = []
  for (const date of datesOf(datasets)) {
    const near = organizations.filter((one) => daysBetween(one.date, date) <= tolerance).sort(byFitness(date))
    if (near.length === 0) unpaired.push({ date, kind: 'datasets', nearest: nearestOf(date, organizations) })
    else {
      const own = datasets.filter((one) => one.date === date).sort(byFitness(date))
      dates.push({ date, exports: { datasets: own, organizations: near } })
    }
  }
  for (const date of datesOf(organizations)) {
    const isUsed = datasets.some((one) => daysBetween(one.date, date) <= tolerance)
    if (!isUsed) unpaired.push({ date, kind: 'organizations', nearest: nearestOf(date, datasets) })
  }
  return { dates, unpaired: unpaired.sort((a, b) => (a.date < b.date ? -1 : 1)) }
}

/** Orders exports for a date: nearest day first, then latest. A name without time counts as the start of its day. */
export function byFitness(date: string): (a: NamedExport, b: NamedExport) => number {
  const instant = (one: NamedExport) => Date.parse(one.time ?? one.date)
  return (a, b) => daysBetween(a.date, date) - daysBetween(b.date, date) || instant(b) - instant(a)
}

function nearestOf(date: string, exports: readonly NamedExport[]): UnpairedDate['nearest'] {
  const [nearest] = exports.toSorted(byFitness(date))
  return nearest && { date: nearest.date, days: daysBetween(nearest.date, date) }
}

function daysBetween(a: string, b: string): number {
  return Math.abs(Date.parse(a) - Date.parse(b)) / DAY_MS
}
