import { findWatches } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { dueTime, lastScheduledDates, nextFiringOnLaterDate } from '../editions/calendar.ts'
import { dateIn, weekdayOf } from '../editions/date.ts'
import type { RunRequest } from '../pipeline/request.ts'
import {
  type CsvFacts,
  describePruned,
  type EditionFacts,
  type PruneFacts,
  type SnapshotFacts,
} from '../pipeline/result.ts'
import { findSnapshot, requireSnapshot } from '../pipeline/snapshot.ts'
import { checkSources } from '../portal/open.ts'
import type { Outcome } from '../runs/run.ts'
import { pluralize } from '../text/format.ts'
import { dateToMake, givenDate } from './dates.ts'
import { reportDroppedWatches } from './droppedWatches.ts'
import { type CommandInput, print, printJson, withContext } from './io.ts'
import { withMetricsFile } from './unrecordedRun.ts'

type Result = Outcome & { readonly replaced?: true } & Partial<SnapshotFacts & CsvFacts & EditionFacts & PruneFacts>

type Step = (request: RunRequest, context: Context) => Promise<Result>

/** Wraps a step that needs a snapshot, so that without one it does not create the document store before it fails. */
export function requiringSnapshot(step: Step): Step {
  return async (request, context) => {
    if (!(await context.documents.exists())) await requireSnapshot(request.date, context)
    return step(request, context)
  }
}

/**
 * Runs a step of the pipeline (or all of them) as the options request it, and prints the result.
 *
 * @param command the name that the run record would have
 */
export function runStep(io: CommandInput, step: Step, command = 'run'): Promise<void> {
  return withMetricsFile(command, io, () => executeStep(io, step))
}

async function executeStep(io: CommandInput, step: Step): Promise<void> {
  await withContext(io, async (context) => {
    const { watch, datasets, organizations, refetch, acceptIncomplete, json, quiet } = io.options
    const request: RunRequest = {
      date: dateToMake(givenDate(io), context),
      watches: findWatches(watch, context.config),
      sources: { datasets, organizations },
      refetch,
      acceptIncomplete,
    }
    await reportDroppedWatches(context)
    await checkSources(request.sources, context)
    const result = await step(request, context)
    context.report.close()
    if (json) await printJson(result)
    else if (!quiet) await print(describe(result, request, context))
  })
}

/** Reports a requested date on which no edition is due, unless it has a snapshot, for example from an import. */
export async function reportUnscheduled(io: CommandInput, date: string, context: Context): Promise<void> {
  const { config, report } = context
  if (givenDate(io) === undefined) return
  if (dueTime(config, date) !== undefined || (await findSnapshot(date, context)) !== undefined) return
  const before = lastScheduledDates(config, new Date(`${date}T00:00:00Z`), 1)
  const next = nextFiringOnLaterDate(config, date, new Date(`${date}T00:00:00Z`))
  const near = [...before, ...(next === undefined ? [] : [dateIn(config.time_zone, next)])]
  const named = near.map((one) => `${one}, a ${weekdayOf(one)}`).join(', and ')
  report.info(`note: no edition is due on ${date}, a ${weekdayOf(date)}; the nearest due dates are ${named}`)
}

function describe(result: Result, { date }: RunRequest, { archive, config, documents }: Context): string {
  const { snapshot, archived = [], published = [], pruned = [] } = result
  const rows: [string, string, string][] = []
  if (snapshot) {
    const { datasets, organizations, key } = snapshot
    const what = `${pluralize(datasets.records, 'dataset')}, ${pluralize(organizations.records, 'organization')}`
    rows.push(['snapshot', what, `${archive.address}/${key}`])
  }
  for (const { key, records } of archived)
    rows.push(['archived', pluralize(records, 'dataset'), `${archive.address}/${key}`])
  for (const { _id, datasets, organizations, top } of published) {
    const what = `${pluralize(datasets, 'dataset')} of ${organizations} of the TOP ${top}`
    rows.push(['published', what, `${documents.address}, tops, ${_id}`])
  }
  if (pruned.length > 0)
    rows.push(['removed', pluralize(pruned.length, 'snapshot'), describePruned(pruned, config.retention)])
  const width = Math.max(...rows.map(([, what]) => what.length))
  const lines = rows.map(([verb, what, where]) => `  ${verb.padEnd(9)}  ${what.padEnd(width)}  ${where}\n`)
  return `${date}${titleSuffix(result)}\n${lines.join('')}`
}

function titleSuffix({ status, replaced, unchanged_since: since }: Result): string {
  if (since !== undefined) return `: skipped, unchanged since ${since} (when_unchanged is skip)`
  if (status === 'unchanged') return ': nothing to do, everything was already published'
  return replaced ? ': replaced the earlier edition' : ''
}
