import { createHash } from 'node:crypto'
import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import type { ArchiveFacts, Snapshot } from '../editions/edition.ts'
import { descriptionKey, editionId } from '../editions/layout.ts'
import { readStoredEdition } from '../editions/read.ts'
import { Failure } from '../errors.ts'
import { leaseLostFailure } from '../runs/lease.ts'
import type { Run } from '../runs/run.ts'
import type { Archive, StoredObject } from '../stores/archive.ts'
import { describeCsv } from './description.ts'
import type { CsvFacts, StepResult } from './result.ts'
import type { StagedCsv } from './watchFilter.ts'

/**
 * Archives each CSV under the key of its edition, with its description beside it. Does not rewrite objects that already hold
 * the same bytes.
 */
export async function archiveCsvs(
  csvs: readonly StagedCsv[],
  date: string,
  snapshot: Snapshot,
  run: Pick<Run, 'checkLeases' | 'warn'>,
  context: Context,
): Promise<StepResult<CsvFacts>> {
  let changed = false
  let replaced = false
  for (const { watch, csv, header, object } of csvs) {
    const stored = await context.archive.stat(csv.key)
    if (!(await isStored(csv, stored, context.archive))) {
      await deleteOutdatedDocument(watch.name, date, csv, run, context)
      await object.commit()
      changed = true
      replaced ||= stored !== undefined
    }
    const description = describeCsv(watch, date, csv, header, snapshot, context.config.columns.datasets)
    changed = (await archiveDescription(watch, date, description, run, context)) || changed
  }
  return { changed, replaced, facts: { archived: csvs.map(({ watch, csv }) => ({ watch: watch.name, ...csv })) } }
}

/** @returns whether the stored description changed */
async function archiveDescription(
  watch: Watch,
  date: string,
  description: string,
  run: Pick<Run, 'checkLeases'>,
  { archive }: Context,
): Promise<boolean> {
  const bytes = Buffer.from(description)
  const facts = {
    key: descriptionKey(watch.name, date),
    bytes: bytes.length,
    sha256: createHash('sha256').update(bytes).digest('hex'),
  }
  if (await isStored(facts, await archive.stat(facts.key), archive)) return false
  const object = await archive.create(facts.key, { contentType: 'application/csvm+json' })
  try {
    await object.write(bytes)
    await object.complete(facts.sha256)
    await run.checkLeases(date, editionId(watch.name, date))
    await object.commit()
  } finally {
    await object.abort()
  }
  return true
}

/** Returns whether exactly these bytes are stored under the key. Reads them all, because neither a size nor a document proves it. */
async function isStored(
  { key, bytes, sha256 }: Pick<ArchiveFacts, 'key' | 'bytes' | 'sha256'>,
  stored: StoredObject | undefined,
  archive: Archive,
): Promise<boolean> {
  if (stored?.bytes !== bytes) return false
  const hash = createHash('sha256')
  try {
    for await (const chunk of archive.read(key)) hash.update(chunk)
  } catch (error) {
    // A damaged object is about to be replaced. If the store is down, the next call fails.
    if (error instanceof Failure) return false
    throw error
  }
  return hash.digest('hex') === sha256
}

/**
 * Deletes a document whose CSV is about to change, so a document always names a CSV that exists. The document was read under
 * the lease. If another run has taken the lease over and published since, its document stays.
 */
async function deleteOutdatedDocument(
  watch: string,
  date: string,
  { sha256 }: ArchiveFacts,
  run: Pick<Run, 'checkLeases' | 'warn'>,
  { documents }: Context,
): Promise<void> {
  const id = editionId(watch, date)
  const { document, edition, damage } = await readStoredEdition(documents, watch, date)
  await run.checkLeases(date, id)
  if (document === undefined || edition?.archive.sha256 === sha256) return
  if (damage !== undefined) run.warn(`${damage}. This run deletes it`)
  if (!(await documents.compareAndSwap('tops', id, document, undefined))) throw leaseLostFailure(id)
}
