import { isDeepStrictEqual } from 'node:util'
import type { Context } from '../context.ts'
import type { Edition, ExportFacts, Snapshot, SourceFacts } from '../editions/edition.ts'
import { editionId } from '../editions/layout.ts'
import { readStoredEdition } from '../editions/read.ts'
import { Failure } from '../errors.ts'
import { leaseLostFailure } from '../runs/lease.ts'
import type { Run } from '../runs/run.ts'
import type { Document } from '../stores/documents.ts'
import { formatBytes, formatCount } from '../text/format.ts'
import type { ArchivedCsv } from './archivedCsv.ts'
import type { RunRequest } from './request.ts'
import type { EditionFacts, StepResult } from './result.ts'

/** MongoDB's document limit, in BSON bytes. It applies to every store, so editions can be moved between stores. */
const MAX_DOCUMENT_BYTES = 16 * 1024 * 1024

/**
 * Builds the document of each CSV. Publishes nothing.
 *
 * @throws Failure `usage` when a document is larger than MongoDB allows
 */
export async function buildEditions(
  csvs: readonly ArchivedCsv[],
  date: string,
  snapshot: Snapshot,
  run: Pick<Run, 'id' | 'now'>,
): Promise<Edition[]> {
  const editions = csvs.map((csv) => buildEdition(csv, date, snapshot, run))
  for (const edition of editions) await assertFitsMongo(edition)
  return editions
}

/** Builds the document of a CSV, however large it is. */
export function buildEdition(
  { watch, csv, tops }: ArchivedCsv,
  date: string,
  snapshot: Snapshot,
  run: Pick<Run, 'id' | 'now'>,
): Edition {
  return {
    _id: editionId(watch.name, date),
    watch: watch.name,
    date,
    generated_at: run.now(),
    run_id: run.id,
    terms: watch.terms,
    top: watch.top,
    source: { datasets: sourceOf(snapshot.datasets), organizations: sourceOf(snapshot.organizations) },
    archive: csv,
    organizations: tops!.organizations(),
    datasets: tops!.datasets(),
  }
}

function sourceOf({ url, sha1, bytes, records, last_modified }: ExportFacts): SourceFacts {
  return { url, sha1, bytes, records, last_modified }
}

async function assertFitsMongo(edition: Edition): Promise<void> {
  // BSON is about as long as JSON, so load the library that measures it only for very large documents.
  if (JSON.stringify(edition).length < MAX_DOCUMENT_BYTES / 4) return
  const { calculateObjectSize } = await import('bson')
  const size = calculateObjectSize(edition)
  if (size <= MAX_DOCUMENT_BYTES) return
  const count = formatCount(edition.datasets.length)
  const what = `${edition._id}: its ${count} datasets would take ${formatBytes(size)}`
  const limit = `MongoDB allows ${formatBytes(MAX_DOCUMENT_BYTES)}; nothing was published`
  throw new Failure(
    'usage',
    `cannot publish ${what}; ${limit}. Give the watch narrower terms, or a smaller top (now ${edition.top})`,
  )
}

/** Stores each edition's document, unless the stored one has the same content. */
export async function publishEditions(
  editions: readonly Edition[],
  run: Pick<Run, 'checkLeases' | 'warn'>,
  { documents }: Context,
  isAcceptable: RunRequest['isAcceptable'] = async () => true,
): Promise<StepResult<EditionFacts>> {
  let changed = false
  let replaced = false
  for (const edition of editions) {
    const { _id: id, date, watch } = edition
    const { document: earlier, edition: stored, damage } = await readStoredEdition(documents, watch, date)
    if (damage !== undefined) run.warn(`${damage}. This run replaces it`)
    // The stored document was read under the lease. If another run has published since, this check or the swap fails.
    await run.checkLeases(date, id)
    if (stored !== undefined && hasSameContent(edition, stored) && (await isAcceptable(stored))) continue
    if (!(await documents.compareAndSwap('tops', id, earlier, edition))) throw leaseLostFailure(id)
    await restoreIfLeaseLost(edition, earlier, run, documents)
    changed = true
    replaced ||= earlier !== undefined
  }
  const published = editions.map(({ watch, _id, top, datasets, organizations }) => ({
    watch,
    _id,
    top,
    datasets: datasets.length,
    organizations: organizations.filter((organization) => organization.datasets > 0).length,
  }))
  return { changed, replaced, facts: { published } }
}

/**
 * Checks the lease again after the write. If the lease is lost, restores the earlier edition. A run that paused right before
 * the write may have overwritten an edition that its successor had found correct and left in place.
 */
async function restoreIfLeaseLost(
  edition: Edition,
  earlier: Document | undefined,
  run: Pick<Run, 'checkLeases'>,
  documents: Context['documents'],
): Promise<void> {
  try {
    await run.checkLeases(edition.date, edition._id)
  } catch (error) {
    if (error instanceof Failure && error.kind === 'held')
      await documents.compareAndSwap('tops', edition._id, edition, earlier)
    throw error
  }
}

/** Whether two editions are equal, apart from their run and time. */
function hasSameContent(edition: Edition, earlier: Edition): boolean {
  const { generated_at, run_id } = earlier
  return isDeepStrictEqual({ ...edition, generated_at, run_id }, earlier)
}
