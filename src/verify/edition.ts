import { text } from 'node:stream/consumers'
import { isDeepStrictEqual } from 'node:util'
import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import type { Edition, Snapshot } from '../editions/edition.ts'
import { descriptionKey, editionKey } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import { foldTerm } from '../matching/fold.ts'
import { archivedNames, readArchivedCsv } from '../pipeline/archivedCsv.ts'
import { describeCsv, descriptionTop } from '../pipeline/description.ts'
import { buildEditions } from '../pipeline/publish.ts'
import type { Ranking } from '../pipeline/rank.ts'
import type { CsvPlan, StagedCsv } from '../pipeline/watchFilter.ts'
import { compareValues, type Difference } from './difference.ts'
import { compareDocument, type StoredDocument } from './document.ts'
import { refuseUnlessDamaged, StoredCsv } from './storedCsv.ts'

/** A watch that may have produced a stored edition. */
export interface CandidateWatch {
  readonly watch: Watch
  readonly document: StoredDocument
}

/**
 * Returns the watches that may have produced a stored edition. The first is the configured watch. If the document has other
 * terms or another top, a second one has these, because the watch may have changed since.
 */
export function candidatesOf(name: string, document: StoredDocument, { config }: Context): CandidateWatch[] {
  const configured = config.watches.find((watch) => watch.name === name)
  if (configured === undefined) return []
  const { terms, top } = document.edition ?? configured
  const isTerm = (term: unknown) => typeof term === 'string' && foldTerm(term) !== ''
  const isSound =
    Array.isArray(terms) && terms.length > 0 && terms.every(isTerm) && Number.isSafeInteger(top) && top > 0
  const watches = [configured, ...(isSound ? [{ ...configured, terms, top }] : [])]
  const different = watches.filter(
    (watch, index) => !watches.slice(0, index).some((one) => isDeepStrictEqual(one, watch)),
  )
  return different.map((watch) => ({ watch, document }))
}

/** Plans a CSV that is compared with the stored one while it is built. */
export function planComparison(
  { watch }: CandidateWatch,
  date: string,
  ranking: Ranking,
  { archive }: Context,
): CsvPlan {
  const key = editionKey(watch.name, date)
  return { watch, key, create: async () => new StoredCsv(archive, key), top: ranking.top(watch.top) }
}

/** Compares the CSV and the document of an edition with the expected ones. */
export async function compareEdition(
  staged: StagedCsv,
  { document }: CandidateWatch,
  snapshot: Snapshot,
  context: Context,
): Promise<Difference[]> {
  const { edition, differences } = document
  const inCsv = await (staged.object as StoredCsv).difference()
  const generator = { id: edition?.run_id ?? '', now: () => edition?.generated_at ?? '' }
  const [expected] = await buildEditions([staged], snapshot.date, snapshot, generator)
  const inDocument = edition === undefined ? differences : await compareDocument(expected!, edition, context)
  const inDescription = await compareDescription(staged, snapshot, context)
  return [...(inCsv === undefined ? [] : [inCsv]), ...inDescription, ...inDocument]
}

/** Compares the description of a CSV. Ignores its `top`, which may be from an earlier run. */
async function compareDescription(
  { watch, csv, header }: StagedCsv,
  snapshot: Snapshot,
  { archive, config }: Context,
): Promise<Difference[]> {
  const where = descriptionKey(watch.name, snapshot.date)
  const object = await archive.stat(where)
  if (object === undefined) {
    // Version 0.1 wrote no description.
    const isExpected = snapshot.datasets.stored_bytes !== undefined
    return isExpected ? [{ where, part: '', expected: 'the description of the CSV', found: undefined }] : []
  }
  const singleDifference = (expected: string, found: string) => [{ where, part: '', expected, found }]
  const stored = await text(archive.read(where)).catch(async (error) => {
    await refuseUnlessDamaged(archive, where, object.bytes, error)
    return error as Failure
  })
  if (stored instanceof Failure) return singleDifference('the description of the CSV', stored.message)
  const describedTop = descriptionTop(stored) ?? watch.top
  const expected = describeCsv(
    { ...watch, top: describedTop },
    snapshot.date,
    csv,
    header,
    snapshot,
    config.columns.datasets,
  )
  if (stored === expected) return []
  try {
    const differences = compareValues(where, JSON.parse(expected), JSON.parse(stored))
    if (differences.length > 0) return differences
    return singleDifference('JSON as this program writes it', 'the same values in different bytes')
  } catch (error) {
    return singleDifference('JSON', (error as Error).message)
  }
}

/**
 * Compares the CSV and the document with each other, when there is no sound snapshot. The CSV must have the checksum, size and
 * record count that the document records. The document's datasets and counts must follow from the CSV and the document's own
 * organizations.
 */
export async function compareCsvWithDocument(name: string, date: string, document: StoredDocument, context: Context) {
  const { edition, differences } = document
  const key = editionKey(name, date)
  if ((await context.archive.stat(key)) === undefined) {
    return [...differences, { where: key, part: '', expected: 'the CSV of the edition', found: undefined }]
  }
  if (edition === undefined) return [...differences]
  const organizations = [edition.organizations].flat().filter((one) => typeof one?.id === 'string')
  const top = organizations.map(({ datasets: _, ...organization }) => organization)
  try {
    const { csv: archive, tops } = await readArchivedCsv(key, top, context, await archivedNames(name, date, context))
    const expected: Edition = { ...edition, archive, organizations: tops.organizations(), datasets: tops.datasets() }
    return [...differences, ...(await compareDocument(expected, edition, context))]
  } catch (error) {
    if (!(error instanceof Failure && error.kind === 'contract')) throw error
    return [{ where: key, part: '', expected: 'the CSV of the edition', found: error.message }]
  }
}
