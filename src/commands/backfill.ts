import { watchesNamed } from '../config/watch.ts'
import { dateIn, parseDate } from '../editions/date.ts'
import { Failure, type FailureKind } from '../errors.ts'
import { type BackfilledDate, backfill } from '../pipeline/backfill.ts'
import { counted } from '../terminal/format.ts'
import { table } from '../terminal/table.ts'
import { type Io, inWorld, print, printJson } from './io.ts'

/** Publishes what scheduled dates lack. Each date is told as it ends; the sum comes last. */
export default async function backfillCommand(io: Io): Promise<void> {
  await inWorld(io, async (world) => {
    const { config, clock, report } = world
    const { from, to, watch, force = false, jobs = 1, json, quiet } = io.options
    if (from === undefined) throw new Failure('usage', 'backfill needs --from DATE; its last date is --to, or today')
    const span = { from: parseDate(from), to: to === undefined ? dateIn(config.time_zone, clock()) : parseDate(to) }
    if (span.from > span.to) throw new Failure('usage', `--from ${span.from} is later than --to ${span.to}`)
    const order = { ...span, watches: watchesNamed(watch, config), force, jobs }
    const dates = await backfill(order, world, ({ date, status, summary }, position, of) => {
      report.info(`${position} of ${of}  ${date}  ${status}: ${summary}`)
    })
    report.close()
    refuseFailed(dates)
    if (json) await printJson(dates)
    else if (!quiet) await print(describe(dates, span))
  })
}

/** Which kind of failure to tell of when dates failed in several ways: first what trying again does not mend. */
const ORDER: readonly FailureKind[] = ['usage', 'contract', 'gate', 'store', 'portal', 'held']

function refuseFailed(dates: readonly BackfilledDate[]): void {
  const failed = dates.filter(({ status }) => status === 'failed')
  if (failed.length === 0) return
  const bug = failed.find(({ error }) => !(error instanceof Failure))
  if (bug !== undefined) throw bug.error
  const kinds = failed.map(({ error }) => (error as Failure).kind)
  const worst = failed[kinds.indexOf(ORDER.find((kind) => kinds.includes(kind))!)]!
  const { kind, message } = worst.error as Failure
  const others = failed.length > 1 ? `; so did ${failed.length - 1} more` : ''
  throw new Failure(
    kind,
    `${failed.length} of ${counted(dates.length, 'date')} failed: ${worst.date}: ${message}${others}`,
  )
}

function describe(dates: readonly BackfilledDate[], { from, to }: { from: string; to: string }): string {
  if (dates.length === 0) return `the schedule has no date from ${from} to ${to}\n`
  const columns = [{ title: 'date' }, { title: 'status' }, { title: 'what came of it', share: 1 }]
  return table(
    columns,
    dates.map(({ date, status, summary }) => [date, status, summary]),
  )
}
