import { basename } from 'node:path'
import type { Context } from '../context.ts'
import type { ExportName, Snapshot } from '../editions/edition.ts'
import { Failure } from '../errors.ts'
import { type GateInput, judge } from '../pipeline/gate.ts'
import { Ranking } from '../pipeline/rank.ts'
import { findSnapshot, openStoredExport } from '../pipeline/snapshot.ts'
import {
  baselineFor,
  commitSnapshot,
  draftSnapshot,
  gateInput,
  isSameSnapshot,
  stageDescription,
} from '../pipeline/snapshotDraft.ts'
import { snapshotFacts } from '../pipeline/snapshotSource.ts'
import { fileNameIn, type StagedExport } from '../pipeline/stage.ts'
import { columnCheck } from '../pipeline/watchFilter.ts'
import { executeRun, type Outcome, type Run } from '../runs/run.ts'
import { pluralize } from '../text/format.ts'
import { type Candidate, CandidateStager, type FailedExport } from './candidates.ts'
import { describeUnpaired, nothingFound } from './describe.ts'
import { type NamedExport, parseExportName } from './exportName.ts'
import { findExports, type PastExport } from './places.ts'
import { byFitness, type PlannedDate, planDates, type UnpairedDate } from './plan.ts'

export interface ImportRequest {
  /** Files, folders, `s3://BUCKET/PREFIX`, http(s) URLs. */
  readonly places: readonly string[]
  /** How many days the two exports of a snapshot may be apart. */
  readonly tolerance: number
  /** Also replaces snapshots that came from the portal. */
  readonly force: boolean
}

/** The result for one date. */
export interface ImportedDate {
  readonly date: string
  readonly status: 'imported' | 'unchanged' | 'kept' | 'unpaired' | 'failed'
  /** One sentence. */
  readonly summary: string
  readonly run_id: string | null
  /** Whether it replaced another snapshot of the date. */
  readonly replaced?: true
}

export interface ImportResult {
  /** In ascending order. */
  readonly dates: readonly ImportedDate[]
  readonly failed: readonly FailedExport[]
  /** The number of past exports in the places. */
  readonly exports: number
  /** The number of files with other names. */
  readonly foreign: number
  /** These names. */
  readonly foreignNames: readonly string[]
  /** The dates with exports of only one kind. */
  readonly unpaired: readonly UnpairedDate[]
}

/**
 * Stores past exports as the snapshots of their dates. If an export is damaged, tries the next one of its date. If all are
 * damaged, the date fails, but not the import. Each date is imported completely or not at all, so the next call continues an
 * interrupted import.
 *
 * @param onDate receives the outcome of each date when it is done
 */
export async function importExports(
  request: ImportRequest,
  context: Context,
  onDate: (date: ImportedDate, position: number, of: number) => void,
): Promise<ImportResult> {
  await using found = await findExports(request.places, context)
  const { exports, foreign } = found
  if (exports.length === 0) throw nothingFound(request.places, foreign)
  const { dates: planned, unpaired } = planDates(exports, request.tolerance)
  const dates: ImportedDate[] = unpaired.map((one) => {
    return { date: one.date, status: 'unpaired', summary: describeUnpaired(one, request.tolerance), run_id: null }
  })
  const failed: FailedExport[] = []
  const of = planned.length + dates.length
  for (const [index, date] of dates.entries()) onDate(date, index + 1, of)
  for (const one of planned) {
    context.signal.throwIfAborted()
    const date = await importDate(one, request, context, failed)
    dates.push(date)
    onDate(date, dates.length, of)
  }
  return {
    dates: dates.sort((a, b) => (a.date < b.date ? -1 : 1)),
    failed,
    exports: exports.length,
    foreign: foreign.length,
    foreignNames: foreign,
    unpaired,
  }
}

async function importDate(
  planned: PlannedDate<PastExport>,
  request: ImportRequest,
  context: Context,
  failed: FailedExport[],
): Promise<ImportedDate> {
  const { date } = planned
  const kept = keptDate(planned, await findSnapshot(date, context), request, context)
  if (kept !== undefined) return kept
  try {
    const plan = { command: 'import', date, watches: [], leases: [date] }
    const { status, summary, replaced, run_id } = await executeRun(plan, context, (run) =>
      importUnderLease(planned, request, run, context, failed),
    )
    return {
      date,
      status: status === 'unchanged' ? 'unchanged' : 'imported',
      summary,
      run_id,
      ...(replaced && { replaced }),
    }
  } catch (error) {
    context.signal.throwIfAborted()
    // If the store is down, every date would fail.
    if (!(error instanceof Failure) || error.kind === 'store') throw error
    if (!failed.some((one) => one.error === error)) failed.push({ date, url: '', error })
    return { date, status: 'failed', summary: error.message, run_id: null }
  }
}

/** Returns the result for a date that keeps its snapshot; undefined if there is something to import. */
function keptDate(
  { date, exports }: PlannedDate<PastExport>,
  stored: Snapshot | undefined,
  { force }: ImportRequest,
  { config }: Context,
): ImportedDate | undefined {
  if (stored === undefined || force) return undefined
  const result = { date, run_id: null }
  if (isFromPortal(stored)) {
    return { ...result, status: 'kept', summary: 'its snapshot came from the portal; --force replaces it' }
  }
  const isImported = (kind: ExportName) => {
    const [first] = exports[kind]
    const { url, bytes, stored_bytes } = stored[kind]
    return url === first!.url && (first!.bytes === undefined || [bytes, stored_bytes].includes(first!.bytes))
  }
  if (isImported('datasets') && isImported('organizations'))
    return { ...result, status: 'unchanged', summary: 'already imported' }
  const isBetter = (kind: ExportName) =>
    betterStored(kind, stored, exports[kind][0]!, date, config.time_zone) !== undefined
  if (!isBetter('datasets') || !isBetter('organizations')) return undefined
  return { ...result, status: 'kept', summary: 'its snapshot has later exports of that day' }
}

/** Version 0.1 did not record the origin. */
function isFromPortal({ datasets, organizations }: Snapshot): boolean {
  return [datasets, organizations].some(
    ({ origin, url }) => (origin ?? (url.startsWith('file:') ? 'file' : 'portal')) === 'portal',
  )
}

/** Returns the facts in a stored export's file name if it fits the date better than `other`. */
function betterStored(
  kind: ExportName,
  stored: Snapshot,
  other: PastExport,
  date: string,
  timeZone: string,
): NamedExport | undefined {
  const named = parseExportName(fileNameIn(stored[kind].url), timeZone)
  const isBetter = named !== undefined && stored[kind].url !== other.url && byFitness(date)(named, other) < 0
  return isBetter ? named : undefined
}

interface ImportOutcome extends Outcome {
  readonly replaced?: true
}

async function importUnderLease(
  planned: PlannedDate<PastExport>,
  request: ImportRequest,
  run: Run,
  context: Context,
  failed: FailedExport[],
): Promise<ImportOutcome> {
  const { date } = planned
  const stored = await findSnapshot(date, context)
  // Another run may have stored a snapshot before this one got the lease.
  const kept = keptDate(planned, stored, request, context)
  if (kept !== undefined) return { status: 'unchanged', summary: kept.summary }

  const candidates = (kind: ExportName) => candidatesOf(kind, planned, stored, request, context)
  await using stager = new CandidateStager(date, candidates, failed, run, context)
  const ranking = new Ranking()
  const organizations = await stager.read('organizations', ranking)
  const datasets = await stager.read('datasets', columnCheck(context.config), organizations.counts)
  const snapshot = draftSnapshot(date, { datasets, organizations }, ranking, context)
  if (stored !== undefined && isSameSnapshot(stored, snapshot))
    return { status: 'unchanged', summary: 'the same exports were already stored' }

  const counts = { datasets: datasets.counts, organizations: organizations.counts }
  await warnOfGate(gateInput(snapshot, counts, ranking, []), run, context)
  await storeSnapshot(snapshot, stager.staged, run, context)
  const { datasets: d, organizations: o } = snapshot
  const summary = `${pluralize(d.records, 'dataset')} of ${basename(d.url)}, ${pluralize(o.records, 'organization')} of ${basename(o.url)}`
  const replaced = stored !== undefined && ({ replaced: true } as const)
  return { status: 'published', summary, ...replaced }
}

/** Returns the exports to try for a date, in order: the past exports, after the stored one if that fits the date better. */
function candidatesOf(
  kind: ExportName,
  { date, exports }: PlannedDate<PastExport>,
  stored: Snapshot | undefined,
  { force }: ImportRequest,
  context: Context,
): readonly Candidate[] {
  const past = exports[kind]
  const better = stored && !force && betterStored(kind, stored, past[0]!, date, context.config.time_zone)
  if (!better) return past
  const { url, origin = 'file' } = stored[kind]
  return [{ url, origin, time: better.time, open: () => openStoredExport(kind, stored, context) }, ...past]
}

/** Runs the completeness gate, which only warns about past exports. */
async function warnOfGate(input: GateInput, run: Run, context: Context): Promise<void> {
  const { date } = input.snapshot
  const { violations, warnings } = judge(input, await baselineFor(date, context), context.config)
  for (const { reason } of violations) run.warn(`${date}: imported although it seems incomplete: ${reason}`)
  for (const warning of warnings) run.warn(`${date}: ${warning}`)
}

async function storeSnapshot(snapshot: Snapshot, staged: readonly StagedExport[], run: Run, context: Context) {
  const description = await stageDescription(snapshot, context)
  try {
    await run.checkLeases()
    await run.step('keep snapshot', async () => {
      await commitSnapshot(snapshot, staged, description, run, context)
      return { facts: snapshotFacts(snapshot) }
    })
  } finally {
    await description.abort()
  }
}
