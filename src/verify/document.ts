import type { Context } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { editionId } from '../editions/layout.ts'
import { readStoredEdition } from '../editions/read.ts'
import { readSoundRun } from '../runs/read.ts'
import { isTooDeep } from '../schema.ts'
import { compareValues, type Difference } from './difference.ts'

/** The document of an edition, as found in the store. */
export interface StoredDocument {
  /** Undefined if it is missing or not JSON. Not validated otherwise, because the comparison reports each wrong value. */
  readonly edition: Edition | undefined
  /** The reason if it is missing or damaged; otherwise empty. */
  readonly differences: readonly Difference[]
}

/** Returns the name of a document in differences. */
const documentName = (watch: string, date: string) => `tops ${editionId(watch, date)}`

/** Reads the document of an edition. */
export async function readDocument(watch: string, date: string, { documents }: Context): Promise<StoredDocument> {
  const missing = { where: documentName(watch, date), part: '', expected: 'a document', found: undefined as unknown }
  const { document, damage } = await readStoredEdition(documents, watch, date)
  if (document === undefined) return { edition: undefined, differences: [missing] }
  const isComparable = !('unreadable' in document) && !isTooDeep(document)
  const edition = isComparable ? (document as Edition) : undefined
  return { edition, differences: damage === undefined ? [] : [{ ...missing, expected: 'an edition', found: damage }] }
}

/** Compares a document with the expected one. */
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
 * Checks `run_id` and `generated_at`. They cannot be derived from the snapshot, so the run record must exist and cover that
 * time.
 */
export async function makerDifference(
  { generated_at, run_id }: Edition,
  { documents, report }: Context,
): Promise<Omit<Difference, 'where'> | undefined> {
  // The document may be damaged, so its run_id can be anything.
  const run = typeof run_id === 'string' ? await readSoundRun(documents, run_id, report.warn) : undefined
  if (run === undefined) return { part: 'run_id', expected: 'the ID of a recorded run', found: run_id }
  if (generated_at >= run.started_at && (run.ended_at === null || generated_at <= run.ended_at)) return undefined
  const expected = `a time during its run, from ${run.started_at} to ${run.ended_at}`
  return { part: 'generated_at', expected, found: generated_at }
}
