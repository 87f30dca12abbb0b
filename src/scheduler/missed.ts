import type { World } from '../context.ts'
import { datesOf } from '../editions/find.ts'
import { lastDates, scheduledDates } from './calendar.ts'

/**
 * The dates up to `now` on which an edition was due and a watch lacks it, in ascending order: among the last ones that may
 * be caught up, and since the latest edition. So what lies before the very first edition was never missed.
 */
export async function missedDates({ config, documents }: Pick<World, 'config' | 'documents'>, now: Date) {
  const [last] = lastDates(config, now, 1)
  if (last === undefined) return []
  const published = await Promise.all(config.watches.map(({ name }) => datesOf(documents, name)))
  const latest = published.flatMap(([date]) => date ?? []).sort()
  const [from] = [...latest.slice(-1), ...lastDates(config, now, config.catch_up).slice(0, 1)].sort()
  if (from === undefined) return []
  return scheduledDates(config, from, last).filter((date) => !published.every((dates) => dates.includes(date)))
}
