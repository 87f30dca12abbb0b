import { dateIn, isDate } from '../editions/date.ts'
import type { ExportName } from '../editions/edition.ts'

/** The facts in the file name of a past export. */
export interface NamedExport {
  readonly kind: ExportName
  /** The date in the time zone of the schedule. */
  readonly date: string
  /** When the portal wrote it (ISO 8601, UTC); null if the name has only a date. */
  readonly time: string | null
}

const KINDS: Readonly<Record<string, ExportName>> = { dataset: 'datasets', organization: 'organizations' }
const NAME =
  /^export-(dataset|organization)-(?:(\d{4})(\d{2})(\d{2})-(\d{2})(\d{2})(\d{2})|(\d{4}-\d{2}-\d{2}))\.csv(?:\.gz)?$/

/**
 * Parses the file name of an export: `export-dataset-20260116-055249.csv.gz`, as uData writes it, in UTC. Also accepts a name with
 * only a date, as in some collections of past exports.
 *
 * @returns undefined for any other name
 */
export function parseExportName(name: string, timeZone: string): NamedExport | undefined {
  const [, model, year, month, day, hour, minute, second, dateAlone] = NAME.exec(name) ?? []
  if (model === undefined) return undefined
  const kind = KINDS[model]!
  if (dateAlone !== undefined) return isDate(dateAlone) ? { kind, date: dateAlone, time: null } : undefined
  const time = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const instant = new Date(`${time}Z`)
  if (Number.isNaN(instant.getTime()) || !instant.toISOString().startsWith(time)) return undefined
  return { kind, date: dateIn(timeZone, instant), time: instant.toISOString() }
}
