import { Failure } from '../errors.ts'
import { joinFirst, pluralize } from '../text/format.ts'
import { stripControls } from '../text/stripControls.ts'
import type { UnpairedDate } from './plan.ts'

/** Says which export a date lacks, and where the nearest one is. */
export function describeUnpaired({ kind, nearest }: UnpairedDate, tolerance: number): string {
  const other = kind === 'datasets' ? 'organizations' : 'datasets'
  const what = `there is no ${other} export ${tolerance === 0 ? 'of that day' : `within ${pluralize(tolerance, 'day')}`}`
  if (nearest === undefined) return what
  return `${what}; the nearest is that of ${nearest.date}, ${pluralize(nearest.days, 'day')} away`
}

/** Returns the error for places without past exports. */
export function nothingFound(places: readonly string[], foreign: readonly string[]): Failure {
  const what = `cannot import ${joinFirst(places)}: there is no past export (${describeForeign(foreign)})`
  const next =
    'Exports are named export-dataset-YYYYMMDD-HHMMSS.csv and export-organization-YYYYMMDD-HHMMSS.csv, also .gz'
  return new Failure('usage', `${what}. ${next}.`)
}

/** `2 files with other names: readme.txt, notes.txt` */
export function describeForeign(names: readonly string[]): string {
  const list = names.length === 0 ? '' : `: ${joinFirst(names.map(stripControls))}`
  return `${pluralize(names.length, 'file')} with other names${list}`
}
