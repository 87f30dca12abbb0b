import { basename } from 'node:path'
import type { Context } from '../context.ts'
import type { ExportName, ExportOrigin, Snapshot } from '../editions/edition.ts'
import { Failure } from '../errors.ts'
import { CountingReader } from '../pipeline/counts.ts'
import { judge } from '../pipeline/gate.ts'
import { Ranking } from '../pipeline/rank.ts'
import type { Reader } from '../pipeline/read.ts'
import { retentionLimit } from '../pipeline/retention.ts'
import { findSnapshot, openStoredExport } from '../pipeline/snapshot.ts'
import {
  baselineFor,
  commitSnapshot,
  type DraftedExport,
  draftSnapshot,
  gateInput,
  isSameSnapshot,
  stageDescription,
} from '../pipeline/snapshotDraft.ts'
import { readFacts, snapshotFacts } from '../pipeline/snapshotSource.ts'
import { fileNameIn, type StagedExport, stageExport } from '../pipeline/stage.ts'
import { columnCheck } from '../pipeline/watchFilter.ts'
import type { FileChangedError } from '../portal/download.ts'
import type { ExportSource } from '../portal/open.ts'
import { retryReplaced } from '../portal/replaced.ts'
import { executeRun, type Outcome, type Run } from '../runs/run.ts'
import type { PendingObject } from '../stores/archive.ts'
import { joinFirst, pluralize } from '../text/format.ts'
import { stripControls } from '../text/stripControls.ts'
import { type NamedExport, parseExportName } from './exportName.ts'
import { findExports, type PastExport } from './places.ts'
import { byFitness, type PlannedDate, planDates } from './plan.ts'

export interface ImportRequest {
  /** Files, folders, `s3://BUCKET/PREFIX`, http(s) addresses. */
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

/** An export that could not be read, and why. */
interface FailedExport {
  readonly date: string
  readonly url: string
  readonly error: Failure
}

export interface ImportResult {
  /** In ascending order. */
  readonly dates: readonly ImportedDate[]
  readonly failed: readonly FailedExport[]
  /** The number of past exports in the places. */
  readonly exports: number
  /** The number of files with other names. */
  readonly foreign: number
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
  const dates: ImportedDate[] = unpaired.map(({ date, kind }) => {
    const other = kind === 'datasets' ? 'organizations' : 'datasets'
    const near = request.tolerance === 0 ? 'of that day' : `within ${pluralize(request.tolerance, 'day')}`
    return { date, status: 'unpaired', summary: `there is no ${other} export ${near}`, run_id: null }
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
  return { dates: dates.sort((a, b) => (a.date < b.date ? -1 : 1)), failed, exports: exports.length, foreign }
}

function nothingFound(places: readonly string[], foreign: number): Failure {
  const what = `cannot import ${joinFirst(places)}: there is no past export (${pluralize(foreign, 'file')} with other names)`
  const next =
    'Exports are named export-dataset-YYYYMMDD-HHMMSS.csv and export-organization-YYYYMMDD-HHMMSS.csv, also .gz'
  return new Failure('usage', `${what}. ${next}.`)
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
    return { ...result, status: 'unchanged', summary: 'was imported before' }
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

/** Returns the name facts of a stored export if it fits the date better than `other`. */
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

/** An export that may become part of the snapshot. */
interface Candidate {
  readonly url: string
  readonly origin: ExportOrigin
  readonly time: string | null
  open(): Promise<ExportSource>
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

  const candidates = (kind: ExportName): readonly Candidate[] => {
    const past = planned.exports[kind]
    const better = stored && !request.force && betterStored(kind, stored, past[0]!, date, context.config.time_zone)
    if (!better) return past
    const { url, origin = 'file' } = stored[kind]
    return [{ url, origin, time: better.time, open: () => openStoredExport(kind, stored, context) }, ...past]
  }
  const staged: StagedExport[] = []
  const stage = async (kind: ExportName, inner: Reader, organizations?: CountingReader): Promise<DraftedExport> => {
    const first = failed.length
    for (const candidate of candidates(kind)) {
      const counts = new CountingReader(kind, inner, organizations?.ids)
      try {
        const read = async () => {
          const source = { ...(await candidate.open()), url: candidate.url, lastModified: candidate.time }
          return stageExport(kind, date, source, counts, context)
        }
        const warn = (error: FileChangedError) => run.warn(`${error.message}; fetching it again`)
        const one = await retryReplaced(read, false, warn, context)
        staged.push(one)
        return { facts: one.facts, counts, origin: candidate.origin }
      } catch (error) {
        context.signal.throwIfAborted()
        const failure = unreadable(error, candidate.url)
        failed.push({ date, url: candidate.url, error: failure })
        run.warn(failure.message)
      }
    }
    throw failed[first]!.error
  }

  let description: PendingObject | undefined
  try {
    const ranking = new Ranking()
    const organizations = await readStep('organizations', run, () => stage('organizations', ranking))
    const reader = columnCheck(context.config)
    const datasets = await readStep('datasets', run, () => stage('datasets', reader, organizations.counts))
    const snapshot = draftSnapshot(date, { datasets, organizations }, ranking, context)
    if (stored !== undefined && isSameSnapshot(stored, snapshot))
      return { status: 'unchanged', summary: 'the same exports were there before' }

    const baseline = await baselineFor(date, context)
    const counts = { datasets: datasets.counts, organizations: organizations.counts }
    const { violations, warnings } = judge(gateInput(snapshot, counts, ranking, []), baseline, context.config)
    for (const { reason } of violations) run.warn(`${date}: imported although it seems incomplete: ${reason}`)
    for (const warning of warnings) run.warn(`${date}: ${warning}`)
    description = await stageDescription(snapshot, context)

    await run.checkLeases()
    await run.step('keep snapshot', async () => {
      await commitSnapshot(snapshot, staged, description!, run, context)
      return { facts: snapshotFacts(snapshot) }
    })
    const { datasets: d, organizations: o } = snapshot
    const summary = `${pluralize(d.records, 'dataset')} of ${basename(d.url)}, ${pluralize(o.records, 'organization')} of ${basename(o.url)}`
    const replaced = stored !== undefined && ({ replaced: true } as const)
    return { status: 'published', summary, ...replaced }
  } finally {
    for (const one of staged) await one.discard()
    await description?.abort()
  }
}

/** Runs a read step that records the facts for lineage. */
async function readStep(kind: ExportName, run: Run, body: () => Promise<DraftedExport>): Promise<DraftedExport> {
  const { drafted } = await run.step(`read ${kind}`, async () => {
    const drafted = await body()
    return { drafted, facts: readFacts(drafted.facts, 'given') }
  })
  return drafted
}

/** Returns the Failure of one export, with its location. Throws any error that should end the import. */
function unreadable(error: unknown, url: string): Failure {
  if (!(error instanceof Failure) || error.kind === 'store') throw error
  if (error.message.includes(stripControls(basename(url))) || error.message.includes(url)) return error
  return new Failure(error.kind, `cannot import ${url}: ${error.message}`, { cause: error })
}

/** Returns the imported dates whose snapshots the next run would delete (setting `retention`). */
export function unretainedDates(dates: readonly ImportedDate[], context: Context): string[] {
  const limit = retentionLimit(context)
  if (limit === undefined) return []
  return dates.flatMap(({ date, status }) => (status === 'imported' && date < limit ? [date] : []))
}
