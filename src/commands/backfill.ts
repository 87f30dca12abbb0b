import { findWatches } from '../config/watch.ts'
import { Failure, worstOf } from '../errors.ts'
import { type BackfilledDate, backfill } from '../pipeline/backfill.ts'
import { foldWarnings } from '../terminal/foldWarnings.ts'
import { pluralize } from '../text/format.ts'
import { dateToMake, withFlag } from './dates.ts'
import { type CommandInput, print, printJson, warnOfMissing, withContext } from './io.ts'

/** Publishes the missing editions of a range of dates. Reports each date when it is done, and prints a summary at the end. */
export default async function backfillCommand(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { config, report } = context
    const { from, to, watch, force = false, jobs = 1, json, quiet } = io.options
    if (from === undefined)
      throw new Failure(
        'usage',
        'cannot backfill: no first date is given. Add --from DATE; the last date is --to, or today.',
      )
    const span = {
      from: await withFlag('--from', () => dateToMake(from, context)),
      to: await withFlag('--to', () => dateToMake(to, context)),
    }
    refuseReversed(span, to === undefined ? 'today' : '--to')
    const request = { ...span, watches: findWatches(watch, config), force, jobs }
    const folded = foldWarnings(report, context.config)
    const outcomes = await backfill(
      request,
      { ...context, report: folded.report },
      ({ date, status, summary }, position, of) => {
        report.info(`${position} of ${of}  ${date}  ${status}: ${summary}`)
      },
    ).finally(folded.close)
    if (outcomes.every(({ status }) => status === 'no snapshot')) await warnOfMissing(report, context.archive)
    report.close()
    refuseFailed(outcomes)
    if (json) await printJson(outcomes)
    else if (!quiet) await print(describe(outcomes, span))
  })
}

/** @param end the source of the last date: `--to`, or `today` */
function refuseReversed({ from, to }: { readonly from: string; readonly to: string }, end: string): void {
  if (from <= to) return
  throw new Failure('usage', `cannot backfill: --from ${from} is later than ${end} ${to}. Give an earlier --from.`)
}

function refuseFailed(outcomes: readonly BackfilledDate[]): void {
  const failed = outcomes.filter(({ status }) => status === 'failed')
  if (failed.length === 0) return
  const bug = failed.find(({ error }) => !(error instanceof Failure))
  if (bug !== undefined) throw bug.error
  const kinds = failed.map(({ error }) => (error as Failure).kind)
  const worst = failed[kinds.indexOf(worstOf(kinds)!)]!
  const { kind, message } = worst.error as Failure
  const others = failed.length > 1 ? ' (the others are above)' : ''
  const dates = outcomes.filter(({ status }) => status !== 'no snapshot').length
  throw new Failure(
    kind,
    `cannot backfill ${failed.length} of ${pluralize(dates, 'date')}${others}. ${worst.date}: ${message}`,
  )
}

/** Sums up the outcomes. Each date has been reported before. */
function describe(outcomes: readonly BackfilledDate[], { from, to }: { from: string; to: string }): string {
  if (outcomes.length === 0) return `the schedule has no date from ${from} to ${to}\n`
  const made = outcomes.filter(({ status }) => status === 'published').length
  const before = outcomes.filter(({ status }) => status === 'there' || status === 'unchanged').length
  const gaps = outcomes.filter(({ status }) => status === 'no snapshot')
  const missing = gaps.reduce((sum, { dates = 1 }) => sum + dates, 0)
  const counts = [`${made} published`, `${before} already there`, `${missing} without a snapshot`]
  return `${from} to ${to}: ${counts.join(', ')}${describeGaps(gaps)}\n`
}

/** Names the first and the last date without a snapshot. */
function describeGaps(gaps: readonly BackfilledDate[]): string {
  if (gaps.length === 0) return ''
  const [first, last] = [gaps[0]!.date, gaps.at(-1)!.until ?? gaps.at(-1)!.date]
  return first === last ? ` (${first})` : ` (between ${first} and ${last})`
}
