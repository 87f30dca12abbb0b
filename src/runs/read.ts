import { DamagedDocument, quoted } from '../errors.ts'
import type { Document, Documents, Lease, ListQuery } from '../stores/documents.ts'
import type { RunRecord } from './record.ts'

/**
 * Reads a run record.
 *
 * @returns undefined when there is none
 * @throws DamagedDocument
 */
export async function readRun(documents: Documents, id: string): Promise<RunRecord | undefined> {
  const document = await documents.find('runs', id)
  const damage = document && (await runDamage(documents, document))
  if (damage !== undefined) throw new DamagedDocument(`the run record ${quoted(id)}`, damage)
  return document as RunRecord | undefined
}

/** Reads a run record, or returns undefined with a warning when it is damaged. */
export async function readSoundRun(
  documents: Documents,
  id: string,
  warn: (line: string) => void,
): Promise<RunRecord | undefined> {
  const document = await documents.find('runs', id)
  return document && (await onlySound(documents, [document], warn))[0]
}

/** Lists run records. Skips damaged ones, each with a warning. */
export async function listRuns(
  documents: Documents,
  query: ListQuery,
  warn: (line: string) => void,
): Promise<RunRecord[]> {
  return onlySound(documents, await documents.list('runs', query), warn)
}

async function onlySound(
  documents: Documents,
  found: readonly Document[],
  warn: (line: string) => void,
): Promise<RunRecord[]> {
  const sound: RunRecord[] = []
  for (const document of found) {
    const damage = await runDamage(documents, document)
    if (damage === undefined) sound.push(document as RunRecord)
    else warn(damage)
  }
  return sound
}

async function runDamage(documents: Documents, document: Document): Promise<string | undefined> {
  const { flawInRun } = await import('./runSchema.ts')
  const flaw = flawInRun(document)
  if (flaw === undefined) return undefined
  const name = `the run record ${quoted(String(document._id))} in ${documents.address}`
  return `cannot read ${name}: ${flaw}. Restore it, or delete it from the collection runs`
}

/** A document of the collection `leases`, as found in the store. */
export type StoredLease =
  | { readonly lease: Lease; readonly damage?: undefined }
  /** `damage` says in one line why it is not a lease. It counts as absent. */
  | { readonly document: Document; readonly damage: string }

/** Reads all leases, damaged ones included. */
export async function listLeases(documents: Documents): Promise<StoredLease[]> {
  const found = await documents.list('leases')
  return Promise.all(found.map((document) => validateLease(documents, document)))
}

/** Reads a lease, damaged or not. Returns undefined if there is none. */
export async function readLease(documents: Documents, id: string): Promise<StoredLease | undefined> {
  const document = await documents.find('leases', id)
  return document && validateLease(documents, document)
}

async function validateLease(documents: Documents, document: Document): Promise<StoredLease> {
  const { flawInLease } = await import('./leaseSchema.ts')
  const flaw = flawInLease(document)
  if (flaw === undefined) return { lease: document as Lease }
  const name = `the lease ${quoted(String(document._id))} in ${documents.address}`
  return { document, damage: `cannot read ${name}: ${flaw}. It counts as absent and is replaced` }
}
