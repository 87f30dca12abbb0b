import { isDeepStrictEqual } from 'node:util'
import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { scheduledDates } from '../editions/calendar.ts'
import { dateIn } from '../editions/date.ts'
import { editionKey } from '../editions/layout.ts'
import { readStoredEdition } from '../editions/read.ts'
import { Failure } from '../errors.ts'
import { waitForAll } from '../waitForAll.ts'
import { run } from './pipeline.ts'
import { findSnapshot, snapshotDates } from './snapshot.ts'

/** The first date that counts as scheduled: data.gov, the first open data portal, opened in 2009. */
const EARLIEST = '2009-01-01'

export interface Backfill {
  readonly from: string
  readonly to: string
  readonly watches: readonly Watch[]
  /** Also republishes dates that already have all editions. */
  readonly force: boolean
  /** How many dates to publish in parallel. */
  readonly jobs: number
}

/** The outcome for one date, or for consecutive scheduled dates without a snapshot. */
export interface BackfilledDate {
  readonly date: string
  /** For several dates without a snapshot: the last of them, and their number. */
  readonly until?: string
  readonly dates?: number
  readonly status: 'published' | 'unchanged' | 'there' | 'no snapshot' | 'failed'
  readonly summary: string
  readonly run_id: string | null
  /** Why it failed: a Failure, or a bug. */
  readonly error?: unknown
}

/**
 * Publishes the missing editions of a date range from their snapshots. A failing date does not stop the others. An
 * interruption stops the dates in progress cleanly, and keeps the editions published so far.
 *
 * @param onDate receives the outcome of each date with a snapshot when it is done
 * @returns these outcomes and the gaps between them, by date
 */
export async function backfill(
  request: Backfill,
  context: Context,
  onDate: (outcome: BackfilledDate, position: number, of: number) => void,
): Promise<BackfilledDate[]> {
  const dates = (await snapshotDates(context)).filter((date) => date >= request.from && date <= request.to)
  const outcomes: BackfilledDate[] = []
  let next = 0
  let failed = false
  const work = async () => {
    while (next < dates.length && !failed) {
      context.signal.throwIfAborted()
      const outcome = await backfillDate(dates[next++]!, request, context)
      outcomes.push(outcome)
      onDate(outcome, outcomes.length, dates.length)
    }
  }
  const stopOthers = (error: unknown) => {
    failed = true
    throw error
  }
  await waitForAll(Array.from({ length: request.jobs }, () => work().catch(stopOthers)))
  const present = outcomes.filter(({ status }) => status !== 'no snapshot')
  const gaps = gapsBetween(new Set(present.map(({ date }) => date)), request, context)
  return [...present, ...gaps].sort((a, b) => (a.date < b.date ? -1 : 1))
}

async function backfillDate(date: string, request: Backfill, context: Context): Promise<BackfilledDate> {
  try {
    if ((await findSnapshot(date, context)) === undefined) return gapOf([date])
    const { lacking, outdated } = request.force
      ? { lacking: request.watches, outdated: [] }
      : await examineEditions(date, request.watches, context)
    if (lacking.length === 0) {
      const why =
        outdated.length > 0
          ? `; ${outdated.join(', ')} made with other terms or another top: --force republishes it`
          : ''
      return { date, status: 'there', summary: `has its editions${why}`, run_id: null }
    }
    const { status, summary, run_id } = await run({ date, watches: lacking, replay: true }, context)
    return { date, status: status === 'unchanged' ? 'unchanged' : 'published', summary, run_id }
  } catch (error) {
    context.signal.throwIfAborted()
    const summary = error instanceof Failure ? error.message : `a bug: ${(error as Error).message}`
    return { date, status: 'failed', summary, run_id: null, error }
  }
}

/**
 * Finds the watches whose edition is missing, incomplete or damaged, and the names of watches whose terms or top have changed
 * since. Does not warn of a damaged edition, because the run that republishes it does.
 */
async function examineEditions(date: string, watches: readonly Watch[], { archive, documents }: Context) {
  const lacking: Watch[] = []
  const outdated: string[] = []
  for (const watch of watches) {
    const { name, terms, top } = watch
    const hasCsv = (await archive.stat(editionKey(name, date))) !== undefined
    const edition = hasCsv ? (await readStoredEdition(documents, name, date)).edition : undefined
    if (edition === undefined) lacking.push(watch)
    else if (!isDeepStrictEqual([edition.terms, edition.top], [terms, top])) outdated.push(name)
  }
  return { lacking, outdated }
}

/** Summarizes the scheduled dates without a snapshot: one entry for each series of consecutive dates. */
function gapsBetween(
  present: ReadonlySet<string>,
  { from, to }: Backfill,
  { config, clock }: Context,
): BackfilledDate[] {
  const today = dateIn(config.time_zone, clock())
  const [first, last] = [from > EARLIEST ? from : EARLIEST, to < today ? to : today]
  const scheduled = first > last ? [] : scheduledDates(config, first, last)
  const gaps: string[][] = [[]]
  for (const date of [...new Set([...scheduled, ...present])].sort()) {
    if (present.has(date)) gaps.push([])
    else gaps.at(-1)!.push(date)
  }
  return gaps.filter((dates) => dates.length > 0).map(gapOf)
}

function gapOf(dates: readonly string[]): BackfilledDate {
  const [date] = dates
  if (dates.length === 1) {
    return { date: date!, status: 'no snapshot', summary: 'there is no snapshot to publish from', run_id: null }
  }
  const until = dates.at(-1)!
  const summary = `${dates.length} scheduled dates up to ${until} have no snapshot to publish from`
  return { date: date!, until, dates: dates.length, status: 'no snapshot', summary, run_id: null }
}
