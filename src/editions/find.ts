import { Failure, NotFound } from '../errors.ts'
import type { Documents } from '../stores/documents.ts'
import { missingStores } from '../stores/missing.ts'
import type { Report } from '../terminal/report.ts'
import { isDate, weekdayOf } from './date.ts'
import type { Edition } from './edition.ts'
import { editionId } from './layout.ts'
import { readEdition, readSoundEdition } from './read.ts'

/** Returns the dates on which a watch has an edition, latest first. Documents with other names are ignored. */
export async function datesOf(documents: Documents, watch: string): Promise<string[]> {
  const prefix = editionId(watch, '')
  const ids = await documents.ids('tops', { prefix, descending: true })
  return ids.map((id) => id.slice(prefix.length)).filter(isDate)
}

/**
 * Returns an edition of a watch: that of a date, or the latest.
 *
 * @throws NotFound, naming the dates that exist; DamagedDocument
 */
export async function findEdition(documents: Documents, watch: string, date?: string): Promise<Edition> {
  const resolvedDate = date ?? (await datesOf(documents, watch))[0]
  const edition = resolvedDate === undefined ? undefined : await readEdition(documents, watch, resolvedDate)
  if (edition !== undefined) return edition
  throw await missingEdition(documents, watch, date, ` in ${documents.address}`)
}

/**
 * Returns the error for an edition that does not exist. It names the nearest dates that have one.
 *
 * @param where the name of the store, if the reader may see it
 */
export async function missingEdition(
  documents: Documents,
  watch: string,
  date?: string,
  where = '',
): Promise<NotFound> {
  const dates = await datesOf(documents, watch)
  if (date === undefined || dates.length === 0) {
    const missing = `there is no edition of ${watch}${date === undefined ? '' : ` of ${date}`}`
    const store = where === '' ? undefined : await missingStores(documents)
    return new NotFound(store ? `${missing}; ${store}` : `${missing}${where}; there is none yet: "run" makes one`)
  }
  return new NotFound(missingOf(`edition of ${watch}`, date, where, dates))
}

/**
 * Says that there is nothing for a date, and which dates are the nearest, with their weekdays if that may explain it: `there is no
 * edition of velo of 2026-11-19, a Thursday; the nearest are those of 2026-11-11, a Wednesday, and 2026-11-18, a Wednesday`
 *
 * @param what `edition of velo`
 * @param where ` in STORE`, or empty
 * @param dates the dates that there are; at least one, in any order, also repeated
 */
export function missingOf(what: string, date: string, where: string, dates: readonly string[]): string {
  const neighbors = nearestDates([...new Set(dates)].sort().reverse(), date)
  const isOtherDay = neighbors.every((one) => weekdayOf(one) !== weekdayOf(date))
  const named = (one: string) => (isOtherDay ? `${one}, a ${weekdayOf(one)}` : one)
  const nearest = `the nearest ${neighbors.length > 1 ? 'are those of' : 'is that of'} ${neighbors
    .reverse()
    .map(named)
    .join(isOtherDay ? ', and ' : ' and ')}`
  return `there is no ${what} of ${named(date)}${isOtherDay && where !== '' ? ',' : ''}${where}; ${nearest}`
}

/**
 * Returns the dates before and after a date, latest first. If one of them does not exist, returns the two closest dates.
 *
 * @param dates latest first
 */
function nearestDates(dates: readonly string[], date: string): string[] {
  const before = dates.findIndex((one) => one < date)
  if (before < 0) return dates.slice(-2)
  const first = Math.max(0, before - 1)
  return dates.slice(first, first + 2)
}

/** Returns the ids of all editions of a date. */
export async function editionIds(documents: Documents, date: string): Promise<string[]> {
  return (await documents.ids('tops')).filter((id) => id.endsWith(`/${date}`))
}

/**
 * Returns two editions of a watch to compare: those of the given dates, or the latest and the one before it. When it searches
 * for the one before, it skips damaged editions and logs a warning.
 * @throws NotFound when there are no two such editions; DamagedDocument for one whose date was given
 */
export async function findPair(
  { documents, report }: { readonly documents: Documents; readonly report: Report },
  watch: string,
  from?: string,
  to?: string,
): Promise<{ readonly from: Edition; readonly to: Edition }> {
  const later = await findEdition(documents, watch, to)
  if (from !== undefined)
    return { from: await findEdition(documents, watch, requireEarlierDate(from, later)), to: later }
  const earlier = await readEditionBefore(documents, watch, later.date, report.warn)
  if (earlier === undefined) throw noEarlierEdition(later)
  return { from: earlier, to: later }
}

/** Returns the last sound edition before a date. Skips damaged ones, each with a warning. */
export async function readEditionBefore(
  documents: Documents,
  watch: string,
  date: string,
  warn: (line: string) => void,
): Promise<Edition | undefined> {
  for (const earlier of await datesOf(documents, watch)) {
    const edition = earlier < date ? await readSoundEdition(documents, watch, earlier, warn) : undefined
    if (edition !== undefined) return edition
  }
  return undefined
}

/** Returns the error for an edition without an earlier one to compare it with. */
export function noEarlierEdition({ watch, date }: Edition): NotFound {
  return new NotFound(`${watch} has no edition before that of ${date}, so there is nothing to compare it with`)
}

/** Throws unless the date is earlier than that of the edition, so that the two can be compared. */
export function requireEarlierDate(date: string, later: Edition): string {
  if (date < later.date) return date
  throw new Failure(
    'usage',
    date === later.date
      ? `cannot compare the edition of ${date} with itself. Name two dates, or one date before ${date}.`
      : `cannot compare the edition of ${date} with that of ${later.date}: it is later. Name the earlier date first.`,
  )
}
