import { createHash } from 'node:crypto'
import type { World } from '../context.ts'
import type { ArchiveFacts } from '../editions/edition.ts'
import { editionId } from '../editions/layout.ts'
import { readStoredEdition } from '../editions/read.ts'
import { Failure } from '../errors.ts'
import { takenOver } from '../runs/lease.ts'
import type { Run } from '../runs/run.ts'
import type { Archive, StoredObject } from '../stores/archive.ts'
import type { NewList } from './lists.ts'
import type { Left, ListFacts } from './result.ts'

/** Makes each list the archived CSV of its edition, unless the same bytes are there. */
export async function archiveLists(
  lists: readonly NewList[],
  date: string,
  run: Pick<Run, 'mayPublish' | 'warn'>,
  world: World,
): Promise<Left<ListFacts>> {
  let changed = false
  let replaced = false
  for (const { watch, csv, object } of lists) {
    const stored = await world.archive.stat(csv.key)
    if (await isStored(csv, stored, world.archive)) continue
    await retract(watch.name, date, csv, run, world)
    await object.commit()
    changed = true
    replaced ||= stored !== undefined
  }
  return { changed, replaced, facts: { archived: lists.map(({ watch, csv }) => ({ watch: watch.name, ...csv })) } }
}

/** Whether exactly these bytes stand under the key. They are read: neither a size nor a document proves it. */
async function isStored(
  { key, bytes, sha256 }: ArchiveFacts,
  stored: StoredObject | undefined,
  archive: Archive,
): Promise<boolean> {
  if (stored?.bytes !== bytes) return false
  const hash = createHash('sha256')
  try {
    for await (const chunk of archive.read(key)) hash.update(chunk)
  } catch (error) {
    // Damaged, and mended by what comes next; or the store is away, and what comes next says so.
    if (error instanceof Failure) return false
    throw error
  }
  return hash.digest('hex') === sha256
}

/**
 * Takes a document back whose CSV is about to change: whoever sees a document finds the CSV that it names. It was read
 * while the lease was held, so one that a successor has published since stays.
 */
async function retract(
  watch: string,
  date: string,
  { sha256 }: ArchiveFacts,
  run: Pick<Run, 'mayPublish' | 'warn'>,
  { documents }: World,
): Promise<void> {
  const id = editionId(watch, date)
  const { document, edition, damage } = await readStoredEdition(documents, watch, date)
  await run.mayPublish(date, id)
  if (document === undefined || edition?.archive.sha256 === sha256) return
  if (damage !== undefined) run.warn(`${damage}. This run deletes it`)
  if (!(await documents.swap('tops', id, document, undefined))) throw takenOver(id)
}
