import { DamagedDocument } from '../errors.ts'
import type { Document, Documents } from '../stores/documents.ts'
import type { Edition } from './edition.ts'
import { editionId } from './layout.ts'

/** A document of the collection `tops`, as found in the store. */
export interface StoredEdition {
  /** The document itself, for `compareAndSwap`; undefined when there is none. */
  readonly document: Document | undefined
  /** The document, validated; undefined if it is missing or damaged. */
  readonly edition: Edition | undefined
  /** Why it is not an edition, in one line with its name and the remedy; undefined if it is not damaged. */
  readonly damage: string | undefined
}

/** Reads an edition, damaged or not. All other readers of editions call this function. */
export async function readStoredEdition(documents: Documents, watch: string, date: string): Promise<StoredEdition> {
  const document = await documents.find('tops', editionId(watch, date))
  if (document === undefined) return { document, edition: undefined, damage: undefined }
  const { flawInEdition } = await import('./editionSchema.ts')
  const flaw = flawInEdition(document) ?? identityFlaw(document as Edition, watch, date)
  if (flaw === undefined) return { document, edition: document as Edition, damage: undefined }
  const name = `the edition ${editionId(watch, date)} in ${documents.address}`
  const remedy = `Run "verify --repair ${date}", or "archive" and "publish" for this date`
  return { document, edition: undefined, damage: `cannot read ${name}: ${flaw}. ${remedy}` }
}

/** Detects a document that was copied to another id, which would be shown as the edition of the wrong date. */
function identityFlaw(edition: Edition, watch: string, date: string): string | undefined {
  if (edition.watch === watch && edition.date === date) return undefined
  return `it says that it is the edition ${editionId(edition.watch, edition.date)}`
}

/**
 * Reads the edition of a date.
 *
 * @returns undefined when there is none
 * @throws DamagedDocument
 */
export async function readEdition(documents: Documents, watch: string, date: string): Promise<Edition | undefined> {
  const { edition, damage } = await readStoredEdition(documents, watch, date)
  if (damage !== undefined) throw new DamagedDocument(`the edition ${editionId(watch, date)}`, damage)
  return edition
}

/** Reads the edition of a date, or returns undefined with a warning when it is damaged. */
export async function readSoundEdition(
  documents: Documents,
  watch: string,
  date: string,
  warn: (line: string) => void,
): Promise<Edition | undefined> {
  const { edition, damage } = await readStoredEdition(documents, watch, date)
  if (damage !== undefined) warn(damage)
  return edition
}
