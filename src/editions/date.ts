import { Failure, quoted } from '../errors.ts'

/** Returns the date (YYYY-MM-DD) at an instant in a time zone. */
export function dateIn(timeZone: string, instant: Date): string {
  // The Swedish locale writes dates as ISO 8601 does.
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(instant)
}

/** Whether a text is a date of the calendar, written YYYY-MM-DD. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false
  const date = new Date(`${text}T00:00:00Z`)
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text)
}

/** @throws Failure `usage` when the text is not a date of the calendar written YYYY-MM-DD */
export function parseDate(text: string): string {
  if (isDate(text)) return text
  const problem = calendarProblem(text)
  if (problem !== undefined) throw new Failure('usage', `${quoted(text)} ${problem}`)
  const meant = readOtherForm(text)
  const next = meant === undefined ? 'write it as YYYY-MM-DD, such as 2026-11-18' : `did you mean ${meant}?`
  throw new Failure('usage', `${quoted(text)} is not a date; ${next}`)
}

/** Says why a text in the form YYYY-MM-DD is no date: `is not a date of the calendar; that month has the days 01 to 28` */
export function calendarProblem(text: string): string | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text) || isDate(text)) return undefined
  const [year, month] = text.split('-').map(Number)
  const days = new Date(Date.UTC(year!, month!, 0)).getUTCDate()
  const why = month! < 1 || month! > 12 ? 'a year has the months 01 to 12' : `that month has the days 01 to ${days}`
  return `is not a date of the calendar; ${why}`
}

/** Reads a date in another common form: 20261118, 2026/11/8, 18/11/2026. */
function readOtherForm(text: string): string | undefined {
  const iso = /^(\d{4})([-/. ]?)(\d{1,2})\2(\d{1,2})$/.exec(text)
  const french = /^(\d{1,2})([-/. ])(\d{1,2})\2(\d{4})$/.exec(text)
  const parts = iso ? [iso[1], iso[3], iso[4]] : french ? [french[4], french[3], french[1]] : []
  const date = parts.map((part) => part!.padStart(2, '0')).join('-')
  return isDate(date) ? date : undefined
}

/** Returns the date that is a number of days later, or earlier if it is negative. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * 86_400_000).toISOString().slice(0, 10)
}

/** `Wednesday` */
export function weekdayOf(date: string): string {
  return new Intl.DateTimeFormat('en', { timeZone: 'UTC', weekday: 'long' }).format(new Date(date))
}
