import type { Context } from '../context.ts'
import { editionId } from '../editions/layout.ts'
import { Failure, quoted, worstOf } from '../errors.ts'
import { describeForeign } from '../import/describe.ts'
import { type ImportedDate, type ImportResult, importExports } from '../import/import.ts'
import { retentionLimit } from '../pipeline/retention.ts'
import { foldWarnings } from '../terminal/foldWarnings.ts'
import { pluralize } from '../text/format.ts'
import { type CommandInput, print, printJson, withContext } from './io.ts'

/** Imports past exports. Reports each date when it is done, and prints a summary at the end. */
export default async function importCommand(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { tolerance, force = false, json, quiet } = io.options
    if (io.arguments.length === 0)
      throw new Failure('usage', 'cannot import: no place is given. Name files, folders, s3://BUCKET/PREFIX or URLs.')
    const request = { places: io.arguments, tolerance: parseTolerance(tolerance), force }
    const { report } = context
    const folded = foldWarnings(report, context.config)
    const result = await importExports(
      request,
      { ...context, report: folded.report },
      ({ date, status, summary }, position, of) => {
        report.info(`${position} of ${of}  ${date}  ${status}: ${summary}`)
      },
    ).finally(folded.close)
    const advice = await adviceFor(result.dates, context)
    if (result.failed.length > 0) for (const line of [totals(result), ...advice]) report.info(line)
    report.close()
    refuseFailed(result)
    refuseUnpaired(result)
    if (json) await printJson({ dates: result.dates, exports: result.exports, foreign: result.foreign })
    else if (!quiet) await print(describe(result, advice))
  })
}

function parseTolerance(text = '0d'): number {
  const [, days] = /^(\d{1,3}) ?(?:d|days?)?$/.exec(text) ?? []
  if (days !== undefined) return Number(days)
  throw new Failure('usage', `--tolerance must be a number of days such as 3d, not ${quoted(text)}`)
}

function refuseFailed({ failed, exports, dates }: ImportResult): void {
  if (failed.length === 0) return
  const kinds = failed.map(({ error }) => error.kind)
  const worst = failed[kinds.indexOf(worstOf(kinds)!)]!
  const imported = dates.filter(({ status }) => status === 'imported').length
  const others = failed.length === 1 ? '' : ' (the others are above)'
  const what = `cannot import ${failed.length} of ${pluralize(exports, 'past export')}${others}; ${pluralize(imported, 'date')} imported`
  throw new Failure(worst.error.kind, `${what}. ${worst.date}: ${worst.error.message}`)
}

const MAX_TOLERANCE = 999

/** Fails if no date has both exports. Names the nearest pair, and the option that accepts it. */
function refuseUnpaired({ dates, unpaired, exports }: ImportResult): void {
  if (dates.some(({ status }) => status !== 'unpaired')) return
  const what = `cannot import ${pluralize(exports, 'past export')}: no date has both exports, of datasets and of organizations`
  const pairs = unpaired.flatMap(({ date, kind, nearest }) =>
    nearest === undefined ? [] : [{ kind, of: date, ...nearest }],
  )
  const [pair] = pairs.sort((a, b) => a.days - b.days)
  if (pair === undefined || pair.days > MAX_TOLERANCE)
    throw new Failure('usage', `${what}. Add the exports of the other kind.`)
  const [first, second] = pair.kind === 'datasets' ? [pair.of, pair.date] : [pair.date, pair.of]
  const near = `the nearest are datasets of ${first} and organizations of ${second}`
  throw new Failure('usage', `${what}; ${near}. Add --tolerance ${pair.days}d to pair them.`)
}

/** Sums up the outcomes. Each date has been reported before. */
function describe(result: ImportResult, advice: readonly string[]): string {
  return [totals(result), ...advice].map((line) => `${line}\n`).join('')
}

/** `12 dates imported, 3 unchanged; ignored 2 files with other names: readme.txt, notes.txt` */
function totals({ dates, foreignNames }: ImportResult): string {
  const counts = new Map<string, number>()
  for (const { status } of dates) counts.set(status, (counts.get(status) ?? 0) + 1)
  const { size } = counts
  const parts = [...counts].map(
    ([status, count], index) => `${index === 0 ? pluralize(count, 'date') : count} ${status}`,
  )
  const ignored = foreignNames.length === 0 ? '' : `; ignored ${describeForeign(foreignNames)}`
  return `${size === 0 ? 'no date' : parts.join(', ')}${ignored}`
}

async function adviceFor(dates: readonly ImportedDate[], context: Context): Promise<string[]> {
  const spanOf = (list: readonly string[]) => `--from ${list[0]} --to ${list.at(-1)}`
  const advice: string[] = []
  const ids = new Set(await context.documents.ids('tops'))
  const editionsOf = (date: string) =>
    context.config.watches.filter(({ name }) => ids.has(editionId(name, date))).length
  // An earlier import of these places may have stored most of the dates, and failed for one of them.
  const stored = dates.filter(({ status }) => status !== 'failed' && status !== 'unpaired')
  const unpublished = stored.flatMap(({ date }) => (editionsOf(date) < context.config.watches.length ? [date] : []))
  if (unpublished.length > 0) advice.push(`run "backfill ${spanOf(unpublished)}" to publish their editions`)
  const imported = stored.filter(({ status }) => status === 'imported')
  const outdated = imported.flatMap(({ date, replaced }) => (replaced && editionsOf(date) > 0 ? [date] : []))
  if (outdated.length > 0) {
    const what = `${pluralize(outdated.length, 'date')} still ${outdated.length === 1 ? 'has' : 'have'} editions of the replaced snapshot`
    advice.push(`${what}: run "backfill ${spanOf(outdated)} --force" to renew them`)
  }
  const unretained = unretainedDates(dates, context)
  if (unretained.length > 0) {
    const what = `the setting retention keeps ${unretained.length === imported.length ? 'none' : 'not all'} of these snapshots`
    advice.push(`${what}: run backfill before the next run deletes them, or set retention to all`)
  }
  return advice
}

/** Returns the imported dates whose snapshots the next run would delete (setting `retention`). */
function unretainedDates(dates: readonly ImportedDate[], context: Context): string[] {
  const limit = retentionLimit(context)
  if (limit === undefined) return []
  return dates.flatMap(({ date, status }) => (status === 'imported' && date < limit ? [date] : []))
}
