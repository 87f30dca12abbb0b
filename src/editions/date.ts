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
  throw new Failure('usage', `${quoted(text)} is not a date; write it as YYYY-MM-DD, such as 2026-11-18`)
}
