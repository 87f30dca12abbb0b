import type { Context } from '../context.ts'
import type { Edition, Snapshot } from '../editions/edition.ts'
import { editionId, editionKey, snapshotKey } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import { run } from '../pipeline/pipeline.ts'
import { Ranking } from '../pipeline/rank.ts'
import { completeCsvs, WatchFilter } from '../pipeline/watchFilter.ts'
import { findHolder } from '../runs/lease.ts'
import { warnOnce } from '../terminal/report.ts'
import { compareValues, type Difference } from './difference.ts'
import { makerDifference, readDocument, type StoredDocument } from './document.ts'
import { type CandidateWatch, candidatesOf, compareCsvWithDocument, compareEdition, planComparison } from './edition.ts'
import { checkExport, readSnapshot } from './snapshot.ts'
import { type Stored, storedDates } from './stored.ts'

/** The outcome for one snapshot, or for one edition. */
export interface Verdict {
  readonly date: string
  /** null for the snapshot itself. */
  readonly watch: string | null
  readonly status: VerdictStatus
  /** What is missing for the comparison, how it was compared, or which run is writing it; otherwise empty. */
  readonly note: string
  readonly differences: readonly Difference[]
}

/** `partly`: no difference, but not everything could be compared. `held`: it differs because a run is writing it. */
type VerdictStatus = 'same' | 'partly' | 'different' | 'held' | 'repaired'

export interface Verification {
  /** The dates to verify; all stored dates if empty. */
  readonly dates: readonly string[]
  readonly repair: boolean
}

/** Rebuilds everything from the stored snapshots and compares every byte and value. Writes only to repair. */
export async function* verify({ dates, repair }: Verification, context: Context): AsyncIterable<Verdict> {
  // A date may be compared twice, but each warning should appear once.
  const quietContext = { ...context, report: { ...context.report, warn: warnOnce(context.report.warn) } }
  for (const stored of await storedDates(quietContext)) {
    if (dates.length > 0 && !dates.includes(stored.date)) continue
    quietContext.signal.throwIfAborted()
    const [snapshot, ...editions] = await verifyAgainIfChanged(stored, quietContext)
    yield snapshot!
    const isSound = snapshot!.status === 'same' || stored.unexpectedKeys.length === snapshot!.differences.length
    for (const verdict of editions) yield repair ? await repairEdition(verdict, isSound, quietContext) : verdict
  }
}

/** Verifies a date. If it differs because a run is writing it, names the run, or verifies again if the run has ended. */
async function verifyAgainIfChanged(stored: Stored, context: Context): Promise<Verdict[]> {
  const isDifferent = ({ status }: Verdict) => status === 'different'
  let verdicts = await verifyDate(stored, context)
  for (let tries = 0; tries < 2; tries++) {
    if (!verdicts.some(isDifferent)) return verdicts
    const marked: Verdict[] = []
    for (const verdict of verdicts) marked.push(isDifferent(verdict) ? await markHeld(verdict, context) : verdict)
    if (tries > 0 || marked.some(({ status }) => status === 'held')) return marked
    verdicts = await verifyDate(stored, context)
  }
  return verdicts
}

async function markHeld(verdict: Verdict, { documents }: Context): Promise<Verdict> {
  const { date, watch } = verdict
  const holder = await findHolder(documents, watch === null ? [date] : [date, editionId(watch, date)])
  return holder === undefined ? verdict : { ...verdict, status: 'held', note: holder.message }
}

async function verifyDate(stored: Stored, context: Context): Promise<Verdict[]> {
  const { date } = stored
  const documents = new Map<string, StoredDocument>()
  for (const watch of stored.watches) documents.set(watch, await readDocument(watch, date, context))
  const unexpected = stored.unexpectedKeys.map((where) => ({
    where,
    part: '',
    expected: undefined,
    found: 'an object',
  }))
  const comparison = stored.snapshot ? await compareWithSnapshot(date, documents, context) : undefined
  const differences = [...(comparison?.differences ?? []), ...unexpected]
  const note = stored.snapshot ? '' : 'there is no snapshot'
  const status = differences.length > 0 ? 'different' : stored.snapshot ? 'same' : 'partly'
  const verdicts: Verdict[] = [{ date, watch: null, status, note, differences }]
  for (const [watch, document] of documents) {
    verdicts.push(
      comparison?.editions.get(watch) ?? (await compareWithoutSnapshot(watch, date, document, stored, context)),
    )
  }
  return verdicts
}

/** Compares the CSV and the document with each other, because the snapshot or the watch is missing. */
async function compareWithoutSnapshot(
  watch: string,
  date: string,
  document: StoredDocument,
  stored: Stored,
  context: Context,
) {
  const differences = await compareCsvWithDocument(watch, date, document, context)
  const isWatch = context.config.watches.some(({ name }) => name === watch)
  const why = !stored.snapshot
    ? 'its snapshot is gone'
    : isWatch
      ? 'its snapshot is damaged'
      : 'the watch is not configured any more'
  const note = `${why}: only its CSV and its document were compared with each other`
  return { date, watch, status: differences.length > 0 ? 'different' : 'partly', note, differences } as const
}

/** Rebuilds the editions of a date from its snapshot, and compares them with the stored ones. */
async function compareWithSnapshot(date: string, documents: ReadonlyMap<string, StoredDocument>, context: Context) {
  const { snapshot, differences: inJson } = await readSnapshot(date, context)
  const editions = new Map<string, Verdict>()
  if (snapshot === undefined) return { differences: inJson, editions }
  const ranking = new Ranking()
  const organizations = await checkExport('organizations', snapshot, ranking, context)
  const candidates = [...documents].flatMap(([watch, document]) => candidatesOf(watch, document, context))
  const plans = candidates.map((candidate) => planComparison(candidate, date, ranking, context))
  await using filter = new WatchFilter(plans)
  const datasets = await checkExport('datasets', snapshot, filter, context)
  const inRanking = organizations.facts === undefined ? [] : compareRanking(snapshot, date, ranking)
  const differences = [...inJson, ...organizations.differences, ...datasets.differences, ...inRanking]
  if (organizations.facts && datasets.facts) {
    const actual: Snapshot = { ...snapshot, date, datasets: datasets.facts, organizations: organizations.facts }
    const csvs = await completeCsvs(filter)
    for (const [index, candidate] of candidates.entries()) {
      const found = await compareEdition(csvs[index]!, candidate, actual, context)
      const { name } = candidate.watch
      const verdict = verdictOf(name, date, found, isConfigured(candidate, context))
      const first = editions.get(name)
      // The configured watch comes first. The document's own terms and top count only if they leave no difference.
      if (first === undefined || (found.length === 0 && mayHaveChanged(first))) editions.set(name, verdict)
    }
  }
  return { differences, editions }
}

/** Compares the most followed organizations in snapshot.json with the ranking of the export. Version 0.1 did not record them. */
function compareRanking({ organizations }: Snapshot, date: string, ranking: Ranking): Difference[] {
  const { most_followed } = organizations
  if (!most_followed) return []
  // A damaged snapshot.json may have anything here.
  const { length = 0 } = most_followed
  const expected = ranking.top(length).map(({ id, name, followers }) => ({ id, name, followers }))
  return compareValues(
    snapshotKey(date),
    { organizations: { most_followed: expected } },
    { organizations: { most_followed } },
  )
}

/** Whether other terms or another top may explain the differences. Spelling variants of a term select the same records. */
function mayHaveChanged({ differences, date, watch }: Verdict): boolean {
  return differences.some(({ where, part }) => where === editionKey(watch!, date) || part === 'top')
}

function verdictOf(watch: string, date: string, differences: readonly Difference[], configured: boolean): Verdict {
  const note = configured
    ? ''
    : 'compared by the terms and the top in its document, because the watch has changed since'
  return { date, watch, status: differences.length > 0 ? 'different' : 'same', note, differences }
}

function isConfigured({ watch }: CandidateWatch, { config }: Context): boolean {
  return config.watches.includes(watch)
}

/**
 * Republishes a differing edition from its snapshot, in a normal run. The run compares again under the leases, and replaces only
 * a document that has not changed since it was read.
 */
async function repairEdition(verdict: Verdict, isSound: boolean, context: Context): Promise<Verdict> {
  const { date, watch: name, status } = verdict
  if (status !== 'different' || name === null) return verdict
  const watch = context.config.watches.find((one) => one.name === name)
  if (watch === undefined || !isSound) {
    return { ...verdict, note: [verdict.note, 'so it cannot be repaired'].filter(Boolean).join(', ') }
  }
  const isAcceptable = async (stored: Edition) => (await makerDifference(stored, context)) === undefined
  try {
    await run({ date, watches: [watch], replay: true, isAcceptable }, context)
    return { ...verdict, status: 'repaired' }
  } catch (error) {
    if (!(error instanceof Failure && error.kind === 'held')) throw error
    return { ...verdict, status: 'held', note: error.message }
  }
}
