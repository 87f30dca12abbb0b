import { findWatches } from '../config/watch.ts'
import { dateIn, parseDate } from '../editions/date.ts'
import { Failure, worstOf } from '../errors.ts'
import { type BackfilledDate, backfill } from '../pipeline/backfill.ts'
import { formatTable } from '../terminal/table.ts'
import { pluralize } from '../text/format.ts'
import { type CommandInput, print, printJson, withContext } from './io.ts'

/** Publishes the missing editions of a span of dates. Each outcome is reported at once, a summary at the end. */
export default async function backfillCommand(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { config, clock, report } = context
    const { from, to, watch, force = false, jobs = 1, json, quiet } = io.options
    if (from === undefined) throw new Failure('usage', 'backfill needs --from DATE; its last date is --to, or today')
    const span = { from: parseDate(from), to: to === undefined ? dateIn(config.time_zone, clock()) : parseDate(to) }
    if (span.from > span.to) throw new Failure('usage', `--from ${span.from} is later than --to ${span.to}`)
    const request = { ...span, watches: findWatches(watch, config), force, jobs }
    const outcomes = await backfill(request, context, ({ date, status, summary }, position, of) => {
      report.info(`${position} of ${of}  ${date}  ${status}: ${summary}`)
    })
    report.close()
    refuseFailed(outcomes)
    if (json) await printJson(outcomes)
    else if (!quiet) await print(describe(outcomes, span))
  })
}

function refuseFailed(outcomes: readonly BackfilledDate[]): void {
  const failed = outcomes.filter(({ status }) => status === 'failed')
  if (failed.length === 0) return
  const bug = failed.find(({ error }) => !(error instanceof Failure))
  if (bug !== undefined) throw bug.error
  const kinds = failed.map(({ error }) => (error as Failure).kind)
  const worst = failed[kinds.indexOf(worstOf(kinds)!)]!
  const { kind, message } = worst.error as Failure
  const others = failed.length > 1 ? `; so did ${failed.length - 1} more` : ''
  const dates = outcomes.filter(({ status }) => status !== 'no snapshot').length
  throw new Failure(kind, `${failed.length} of ${pluralize(dates, 'date')} failed: ${worst.date}: ${message}${others}`)
}

/** A row for each date that has a snapshot, and a line that sums up the others. */
function describe(outcomes: readonly BackfilledDate[], { from, to }: { from: string; to: string }): string {
  if (outcomes.length === 0) return `the schedule has no date from ${from} to ${to}\n`
  const rows = outcomes
    .filter(({ status }) => status !== 'no snapshot')
    .map(({ date, status, summary }) => [date, status, summary])
  const columns = [{ title: 'date' }, { title: 'status' }, { title: 'outcome', share: 1 }]
  return (rows.length > 0 ? formatTable(columns, rows) : '') + describeGaps(outcomes)
}

function describeGaps(outcomes: readonly BackfilledDate[]): string {
  const gaps = outcomes.filter(({ status }) => status === 'no snapshot')
  if (gaps.length === 0) return ''
  const count = gaps.reduce((sum, { dates = 1 }) => sum + dates, 0)
  const [first, last] = [gaps[0]!.date, gaps.at(-1)!.until ?? gaps.at(-1)!.date]
  const span = first === last ? `of ${first}` : `from ${first} to ${last}`
  const [has, date] = count === 1 ? ['has', 'the scheduled date'] : ['have', `${count} scheduled dates`]
  return `${date} ${span} ${has} no snapshot to publish from\n`
}
