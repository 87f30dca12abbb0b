import { Cron } from 'croner'
import { Failure, quoted } from '../errors.ts'
import { addDays, dateIn, parseDate } from './date.ts'

/** The schedule of editions: a cron expression and its time zone. */
export interface Schedule {
  readonly schedule: string
  readonly time_zone: string
}

/** Whether a text is a cron expression of five fields, of six (seconds first), or a shorthand such as `@weekly`. */
export function isCron(text: string): boolean {
  // croner also accepts a date, as an event that fires once.
  if (!/^(@\w+|\S+(\s+\S+){4,5})$/.test(text)) return false
  try {
    return toCron({ schedule: text, time_zone: 'UTC' }) !== undefined
  } catch {
    return false
  }
}

/** The fields of a cron expression, with the values that each can have. */
const CRON_FIELDS = [
  ['second', '0 to 59'],
  ['minute', '0 to 59'],
  ['hour', '0 to 23'],
  ['day of the month', '1 to 31'],
  ['month', '1 to 12, or JAN to DEC'],
  ['day of the week', '0 to 7, or SUN to SAT'],
] as const

/** Names the first wrong field of a cron expression, worded to follow "it"; undefined if the text has other faults. */
export function wrongCronField(text: string): string | undefined {
  const parts = text.trim().split(/\s+/)
  if (parts.length !== 5 && parts.length !== 6) return undefined
  const fields = CRON_FIELDS.slice(-parts.length)
  // croner counts days and months from 0 in its messages, so each field is tried by itself.
  const wrong = parts.findIndex((part, index) => !isCron(parts.map((_, at) => (at === index ? part : '*')).join(' ')))
  if (wrong === -1) return undefined
  const [name, values] = fields[wrong]!
  return `has a wrong ${name}, ${quoted(parts[wrong]!)}; write ${values}`
}

/** Returns the first firing after `instant`, or undefined if there is none (30 February). */
export function nextFiring(schedule: Schedule, instant: Date): Date | undefined {
  return toCron(schedule).nextRun(instant) ?? undefined
}

/** Returns the first firing after `instant` on a later date than `date`, or undefined if there is none. */
export function nextFiringOnLaterDate(schedule: Schedule, date: string, instant: Date): Date | undefined {
  const later = toCron(schedule).nextRun(`${date}T23:59:59`)
  return later !== null && later > instant ? later : nextFiring(schedule, instant)
}

/** Returns the last firing up to and including `instant`, or undefined if there is none. */
export function lastFiring(schedule: Schedule, instant: Date): Date | undefined {
  return toCron(schedule).previousRuns(1, new Date(instant.getTime() + 1))[0]
}

/**
 * Lists the dates (YYYY-MM-DD, in the schedule's time zone) on which the schedule fires, from `from` to `to` inclusive, in
 * ascending order and without duplicates.
 */
export function scheduledDates(schedule: Schedule, from: string, to: string): string[] {
  const cron = toCron(schedule)
  const dates: string[] = []
  // croner reads a time without offset in the schedule's time zone. The search excludes its start, hence the day before.
  let next = cron.nextRun(`${addDays(from, -1)}T23:59:59`)
  while (next !== null) {
    const date = dateIn(schedule.time_zone, next)
    if (date > to) break
    // The last second of a day occurs twice if clocks are put back at midnight.
    if (date >= from && date !== dates.at(-1)) dates.push(date)
    const end = cron.nextRun(`${date}T23:59:59`)
    next = end !== null && end > next ? end : cron.nextRun(next)
  }
  return dates
}

/**
 * Resolves a date argument: YYYY-MM-DD, `today`, `yesterday`, `due` for the last date on which an edition was due, or today if it
 * is absent. With `due`, a retry after midnight and a machine that was down for a day still publish for their Wednesday.
 *
 * @throws Failure `usage` for another text, or if no edition was ever due
 */
export function resolveDate(text: string | undefined, schedule: Schedule, now: Date): string {
  const today = dateIn(schedule.time_zone, now)
  if (text === undefined || text === 'today') return today
  if (text === 'yesterday') return addDays(today, -1)
  if (text !== 'due') return parseDate(text)
  const [date] = lastScheduledDates(schedule, now, 1)
  if (date !== undefined) return date
  throw new Failure(
    'usage',
    `cannot resolve the date "due": the schedule "${schedule.schedule}" has never fired. Name a date, or set schedule.`,
  )
}

/** Returns when the edition of a date (YYYY-MM-DD) is due, or undefined if the schedule does not fire on it. */
export function dueTime(schedule: Schedule, date: string): Date | undefined {
  const next = toCron(schedule).nextRun(`${addDays(date, -1)}T23:59:59`)
  return next !== null && dateIn(schedule.time_zone, next) === date ? next : undefined
}

/** Lists the last `count` scheduled dates up to `instant`, in ascending order. */
export function lastScheduledDates(schedule: Schedule, instant: Date, count: number): string[] {
  const cron = toCron(schedule)
  const dates: string[] = []
  let last = lastFiring(schedule, instant)
  while (last !== undefined && dates.length < count) {
    const date = dateIn(schedule.time_zone, last)
    if (date !== dates[0]) dates.unshift(date)
    const [before] = cron.previousRuns(1, `${date}T00:00:00`)
    // Midnight can occur twice as well.
    last = before !== undefined && before >= last ? cron.previousRuns(1, last)[0] : before
  }
  return dates
}

/** Lists the dates that became due after `from` and up to `to`, in ascending order. */
export function datesDueBetween(schedule: Schedule, from: Date, to: Date): string[] {
  const [first, last] = [nextFiring(schedule, from), lastFiring(schedule, to)]
  if (first === undefined || last === undefined || first > last) return []
  return scheduledDates(schedule, dateIn(schedule.time_zone, first), dateIn(schedule.time_zone, last))
}

/** With `fixedTimeRule`, a job at a fixed time runs once even if that time is skipped or repeated by a clock change. */
function toCron({ schedule, time_zone }: Schedule): Cron {
  return new Cron(schedule, { timezone: time_zone, mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard', paused: true })
}
