import { Cron } from 'croner'
import { dateIn } from '../editions/date.ts'

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

/** A job that takes place on a fixed time takes place once, also when clocks are put forward or back over it. */
function cronOf({ schedule, time_zone }: Schedule): Cron {
  return new Cron(schedule, { timezone: time_zone, mode: '5-or-6-parts', fixedTimeRule: 'no-wildcard', paused: true })
}

function dayBefore(date: string): string {
  return new Date(Date.parse(date) - 86_400_000).toISOString().slice(0, 10)
}
