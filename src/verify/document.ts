import type { World } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { editionId } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import type { RunRecord } from '../runs/record.ts'
import { compareValues, type Difference } from './difference.ts'

/** A document of an edition, as far as it can be read. */
export interface StoredDocument {
  readonly edition: Edition | undefined
  /** Why there is none. */
  readonly differences: readonly Difference[]
}

/** What a document is called where differences are told. */
export const documentName = (watch: string, date: string) => `tops ${editionId(watch, date)}`

/** A stored edition, or why it cannot be one. */
export async function readDocument(watch: string, date: string, { documents }: World): Promise<StoredDocument> {
  const missing = { where: documentName(watch, date), part: '', expected: 'a document', found: undefined as unknown }
  try {
    const edition = await documents.find<Edition>('tops', editionId(watch, date))
    return { edition, differences: edition === undefined ? [missing] : [] }
  } catch (error) {
    // Not JSON any more: the store is well, the document is not.
    if (!(error instanceof Failure && error.cause instanceof SyntaxError)) throw error
    return { edition: undefined, differences: [{ ...missing, found: error.message }] }
  }
}

/**
 * Compares a document with the one that should be there. Of who made it and when, only so much can be known: there is a
 * record of that run, and it was at work then.
 */
export async function compareDocument(expected: Edition, found: Edition, world: World): Promise<Difference[]> {
  const { generated_at, run_id, watch, date } = found
  const where = documentName(expected.watch, expected.date)
  const run = await world.documents.find<RunRecord>('runs', String(run_id))
  const told = compareValues(where, { ...expected, generated_at, run_id }, found)
  if (run === undefined) {
    return [...told, { where, part: 'run_id', expected: 'a run of which there is a record', found: run_id }]
  }
  if (generated_at >= run.started_at && (run.ended_at === null || generated_at <= run.ended_at)) return told
  const during = `a moment of that run, which ${watch}/${date} names: ${run.started_at} to ${run.ended_at}`
  return [...told, { where, part: 'generated_at', expected: during, found: generated_at }]
}
