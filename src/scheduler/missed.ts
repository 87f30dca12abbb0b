import type { Context } from '../context.ts'
import { lastScheduledDates, scheduledDates } from '../editions/calendar.ts'
import { datesOf } from '../editions/find.ts'

/**
 * Lists the dates due up to `now` for which a watch has no edition, in ascending order. It looks back to the latest edition,
 * or over the last `catch_up` dates if they begin before it. Dates before the very first edition do not count as missed.
 */
export async function missedDates({ config, documents }: Pick<Context, 'config' | 'documents'>, now: Date) {
  const [last] = lastScheduledDates(config, now, 1)
  if (last === undefined) return []
  const published = await Promise.all(config.watches.map(({ name }) => datesOf(documents, name)))
  // An edition of next year must not hide that one of this month is missing.
  const latest = published.flatMap((dates) => dates.find((date) => date <= last) ?? []).sort()
  const [from] = [...latest.slice(-1), ...lastScheduledDates(config, now, config.catch_up).slice(0, 1)].sort()
  if (from === undefined) return []
  return scheduledDates(config, from, last).filter((date) => !published.every((dates) => dates.includes(date)))
}
