import { Failure, Missing } from '../errors.ts'
import type { Documents } from '../stores/documents.ts'
import type { Edition } from './edition.ts'
import { editionId } from './layout.ts'

/** The dates on which a watch has an edition, latest first. */
export async function datesOf(documents: Documents, watch: string): Promise<string[]> {
  const prefix = editionId(watch, '')
  return (await documents.ids('tops', { prefix, descending: true })).map((id) => id.slice(prefix.length))
}

/**
 * An edition of a watch: of a date, or the latest.
 *
 * @throws Missing, naming the dates that there are
 */
export async function findEdition(documents: Documents, watch: string, date?: string): Promise<Edition> {
  const at = date ?? (await datesOf(documents, watch))[0]
  const found = at === undefined ? undefined : await documents.find<Edition>('tops', editionId(watch, at))
  if (found !== undefined) return found
  throw await missingEdition(documents, watch, date, ` in ${documents.address}`)
}

/**
 * What to say when there is no such edition: the dates that there are.
 *
 * @param where for those who may know which store it is
 */
export async function missingEdition(documents: Documents, watch: string, date?: string, where = ''): Promise<Missing> {
  const dates = (await datesOf(documents, watch)).slice(0, 10)
  const known = dates.length === 0 ? 'there is none yet: "run" makes one' : `there are: ${dates.join(', ')}`
  return new Missing(`there is no edition of ${watch}${date === undefined ? '' : ` of ${date}`}${where}; ${known}`)
}

/**
 * Two editions of a watch, to be compared: of the dates given, otherwise the last one with the one before it.
 *
 * @throws Missing when there are no two such editions
 */
export async function findPair(
  documents: Documents,
  watch: string,
  from?: string,
  to?: string,
): Promise<{ readonly from: Edition; readonly to: Edition }> {
  const later = await findEdition(documents, watch, to)
  const before = from ?? (await datesOf(documents, watch)).find((date) => date < later.date)
  return { from: await findEdition(documents, watch, needBefore(before, later)), to: later }
}

/** Makes sure that there is a date to compare an edition with, and that it comes before. */
export function needBefore(date: string | undefined, later: Edition): string {
  if (date === undefined) {
    throw new Missing(
      `${later.watch} has no edition before that of ${later.date}, so there is nothing to compare it with`,
    )
  }
  if (date < later.date) return date
  throw new Failure('usage', `${date} does not come before ${later.date}; name the earlier edition first`)
}
