import { Cron } from 'croner'
import { dateIn, parseDate } from '../editions/date.ts'
import { Failure } from '../errors.ts'

/** When editions are due, as the settings say it: a cron expression, and the time zone in which it is meant. */
export interface Schedule {
  readonly schedule: string
  readonly time_zone: string
}

/** Whether a text is a cron expression of five fields, of six (seconds first), or a nickname such as `@weekly`. */
export function isCron(text: string): boolean {
  // croner would also take a date, as something that happens once.
  if (!/^(@\w+|\S+(\s+\S+){4,5})$/.test(text)) return false
  try {
    return cronOf({ schedule: text, time_zone: 'UTC' }) !== undefined
  } catch {
    return false
  }
}

/** The first firing after `instant`, or undefined when there is none (a 30th of February). */
export function nextFiring(schedule: Schedule, instant: Date): Date | undefined {
  return cronOf(schedule).nextRun(instant) ?? undefined
}

/** The first firing after `instant` that is for a later date than `date`, or undefined when there is none. */
export function nextDateFiring(schedule: Schedule, date: string, instant: Date): Date | undefined {
  const later = cronOf(schedule).nextRun(`${date}T23:59:59`)
  return later !== null && later > instant ? later : nextFiring(schedule, instant)
}

/** The last firing up to and including `instant`, or undefined when there is none. */
export function lastFiring(schedule: Schedule, instant: Date): Date | undefined {
  return cronOf(schedule).previousRuns(1, new Date(instant.getTime() + 1))[0]
}

/**
 * The dates of editions from `from` to `to`, both included: those of the schedule's time zone on which it fires, each
 * once, however often it fires on one, in ascending order. All are written YYYY-MM-DD.
 */
export function scheduledDates(schedule: Schedule, from: string, to: string): string[] {
  const cron = cronOf(schedule)
  const dates: string[] = []
  // A text is read in the schedule's time zone; what fires at the last second of a date is found from the date before.
  let next = cron.nextRun(`${dayBefore(from)}T23:59:59`)
  while (next !== null) {
    const date = dateIn(schedule.time_zone, next)
    if (date > to) break
    // The last second of a day can come twice, when clocks are put back at midnight.
    if (date >= from && date !== dates.at(-1)) dates.push(date)
    const end = cron.nextRun(`${date}T23:59:59`)
    next = end !== null && end > next ? end : cron.nextRun(next)
  }
  return dates
}

/**
 * The date that a text names: YYYY-MM-DD, or `due` for the last one on which an edition was due, so that a retry after midnight and a
 * machine that is back a day later stay with their Wednesday. Without a text it is today.
 *
 * @throws Failure `usage` when it is neither, or none was ever due
 */
export function namedDate(text: string | undefined, schedule: Schedule, now: Date): string {
  if (text === undefined) return dateIn(schedule.time_zone, now)
  if (text !== 'due') return parseDate(text)
  const [date] = lastDates(schedule, now, 1)
  if (date !== undefined) return date
  throw new Failure(
    'usage',
    `no edition was ever due by the schedule "${schedule.schedule}"; name a date, or set schedule`,
  )
}

/** When the edition of a date (YYYY-MM-DD) is due, or undefined when none is. */
export function dueTime(schedule: Schedule, date: string): Date | undefined {
  const next = cronOf(schedule).nextRun(`${dayBefore(date)}T23:59:59`)
  return next !== null && dateIn(schedule.time_zone, next) === date ? next : undefined
}

/** The last `count` dates of editions up to `instant`, in ascending order. */
export function lastDates(schedule: Schedule, instant: Date, count: number): string[] {
  const cron = cronOf(schedule)
  const dates: string[] = []
  let last = lastFiring(schedule, instant)
  while (last !== undefined && dates.length < count) {
    const date = dateIn(schedule.time_zone, last)
    if (date !== dates[0]) dates.unshift(date)
    const [before] = cron.previousRuns(1, `${date}T00:00:00`)
    // Midnight can come twice as well.
    last = before !== undefined && before >= last ? cron.previousRuns(1, last)[0] : before
  }
  return dates
}

/** The dates of editions that became due after `from` and up to `to`, in ascending order. */
export function datesDue(schedule: Schedule, from: Date, to: Date): string[] {
  const [first, last] = [nextFiring(schedule, from), lastFiring(schedule, to)]
  if (first === undefined || last === undefined || first > last) return []
  return scheduledDates(schedule, dateIn(schedule.time_zone, first), dateIn(schedule.time_zone, last))
}

/** A job that takes place on a fixed time takes place once, also when clocks are put forward or back over it. */
function cronOf({ schedule, time_zone }: Schedule): Cron {
  return new Cron(schedule, { timezone: time_zone, mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard', paused: true })
}

function dayBefore(date: string): string {
  return new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10)
}
