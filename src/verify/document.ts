import type { Context } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { editionId } from '../editions/layout.ts'
import { readStoredEdition } from '../editions/read.ts'
import { readSoundRun } from '../runs/read.ts'
import { isTooDeep } from '../schema.ts'
import { compareValues, type Difference } from './difference.ts'

/** The document of an edition, as found in the store. */
export interface StoredDocument {
  /** Not validated: the comparison names each value that is wrong. Undefined when it is missing or not JSON. */
  readonly edition: Edition | undefined
  /** Why it is no edition, missing or damaged. */
  readonly differences: readonly Difference[]
}

/** Names a document in differences. */
const documentName = (watch: string, date: string) => `tops ${editionId(watch, date)}`

/** Reads the document of an edition. `differences` says why it is missing or damaged. */
export async function readDocument(watch: string, date: string, { documents }: Context): Promise<StoredDocument> {
  const missing = { where: documentName(watch, date), part: '', expected: 'a document', found: undefined as unknown }
  const { document, damage } = await readStoredEdition(documents, watch, date)
  if (document === undefined) return { edition: undefined, differences: [missing] }
  const isComparable = !('unreadable' in document) && !isTooDeep(document)
  const edition = isComparable ? (document as Edition) : undefined
  return { edition, differences: damage === undefined ? [] : [{ ...missing, expected: 'an edition', found: damage }] }
}

/** Compares a document with the one expected. */
export async function compareDocument(expected: Edition, found: Edition, context: Context): Promise<Difference[]> {
  const { generated_at, run_id } = found
  const where = documentName(expected.watch, expected.date)
  const maker = await makerDifference(found, context)
  return [
    ...compareValues(where, { ...expected, generated_at, run_id }, found),
    ...(maker === undefined ? [] : [{ where, ...maker }]),
  ]
}

/**
 * Checks `run_id` and `generated_at`. They do not follow from the snapshot, so they are compared with the run record: it
 * has to exist, and the run has to have been active at that time.
 */
export async function makerDifference(
  { generated_at, run_id, watch, date }: Edition,
  { documents, report }: Context,
): Promise<Omit<Difference, 'where'> | undefined> {
  // The document may be damaged: its run_id can be anything.
  const run = typeof run_id === 'string' ? await readSoundRun(documents, run_id, report.warn) : undefined
  if (run === undefined) return { part: 'run_id', expected: 'a run of which there is a record', found: run_id }
  if (generated_at >= run.started_at && (run.ended_at === null || generated_at <= run.ended_at)) return undefined
  const expected = `a moment of that run, which ${watch}/${date} names: ${run.started_at} to ${run.ended_at}`
  return { part: 'generated_at', expected, found: generated_at }
}
