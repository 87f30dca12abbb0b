import { Missing } from '../errors.ts'
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
  throw await missingEdition(documents, watch, date)
}

export async function missingEdition(documents: Documents, watch: string, date?: string): Promise<Missing> {
  const dates = (await datesOf(documents, watch)).slice(0, 10)
  const known = dates.length === 0 ? 'there is none yet: "run" makes one' : `there are: ${dates.join(', ')}`
  return new Missing(`there is no edition of ${watch}${date === undefined ? '' : ` of ${date}`}; ${known}`)
}
