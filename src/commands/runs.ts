import { Failure, NotFound, quoted } from '../errors.ts'
import { listRuns, readRun } from '../runs/read.ts'
import { type RunRecord, STATUS_WORDS, type StepRecord } from '../runs/record.ts'
import { withDeadStopped } from '../runs/recovery.ts'
import { missingStores } from '../stores/missing.ts'
import { showInPager } from '../terminal/pager.ts'
import { formatTable } from '../terminal/table.ts'
import { wrap } from '../terminal/wrap.ts'
import { formatBytes, formatDuration, pluralize } from '../text/format.ts'
import { type CommandInput, print, printJson, warnOfMissing, withContext } from './io.ts'

/** `20261118T160002123Z-3f9a1c` */
const RUN_ID = /^\d{8}T\d{9}Z-[0-9a-f]{6}$/

/** Lists the run records, latest first, or prints one of them in full. */
export default async function runs(io: CommandInput): Promise<void> {
  await withContext(io, async ({ documents, report }) => {
    // `runs ID` is short for `runs show ID`.
    const isId = io.arguments.length === 1 && RUN_ID.test(io.arguments[0]!)
    const [verb, id] = isId ? ['show', ...io.arguments] : io.arguments
    if (verb === 'show' && id === undefined)
      throw new Failure('usage', 'cannot show a run: no ID is given. "runs" lists the runs with their IDs.')
    if (verb !== undefined && verb !== 'show') {
      const next = /^\d{1,4}$/.test(verb) ? `did you mean --limit ${verb}?` : 'write "runs", or "runs show ID"'
      throw new Failure('usage', `runs: unexpected argument ${quoted(verb)}; ${next}`)
    }
    if (id !== undefined) {
      const run = await readRun(documents, id)
      if (run === undefined) {
        const next = (await missingStores(documents)) ?? '"runs" lists them'
        throw new NotFound(`there is no run ${quoted(id)}; ${next}`)
      }
      const [shown] = await withDeadStopped([run], documents)
      return io.options.json ? printJson(shown) : showInPager(describe(shown!), io.options.pager)
    }
    const found = await listRuns(documents, { descending: true, limit: io.options.limit ?? 20 }, report.warn)
    const records = await withDeadStopped(found, documents)
    if (records.length === 0) await warnOfMissing(report, documents)
    if (io.options.json) return printJson(records)
    if (records.length > 0) return showInPager(tableOf(records), io.options.pager)
    const [any] = await documents.ids('runs', { limit: 1 })
    if (any === undefined) await print('no run yet: "run" makes the first one\n')
  })
}

function tableOf(records: readonly RunRecord[]): string {
  const columns = [
    { title: 'run' },
    { title: 'command' },
    { title: 'date' },
    { title: 'status' },
    { title: 'took', align: 'right' },
    { title: 'outcome', share: 1, below: true },
  ] as const
  const rows = records.map((run) => [run._id, run.command, run.date, run.status, took(run), run.summary])
  return formatTable(columns, rows)
}

function took({ started_at, ended_at }: { started_at: string; ended_at: string | null }): string {
  return ended_at === null ? '' : formatDuration(Date.parse(ended_at) - Date.parse(started_at))
}

/** Lists how much a step read, and how fast, if it read an export. */
function rates({ started_at, ended_at, facts }: StepRecord): string[] {
  const { bytes: size, records } = facts as { bytes?: number; records?: number }
  if (size === undefined || records === undefined) return []
  const seconds = Math.max(1, Date.parse(ended_at) - Date.parse(started_at)) / 1000
  return [pluralize(records, 'record'), `${formatBytes(size)} (${formatBytes(Math.round(size / seconds))}/s)`]
}

function describe(run: RunRecord): string {
  const lines = [
    `${run._id}: ${run.command} ${run.date} (${run.watches.join(', ')}) ${STATUS_WORDS[run.status]}`,
    run.summary,
    `began ${run.started_at} on ${run.host}, process ${run.pid}, version ${run.version}`,
    ...run.steps.map(
      (step) => `  ${step.name}: ${[took(step), ...rates(step)].join(' · ')}\n    ${JSON.stringify(step.facts)}`,
    ),
    ...run.warnings.map((warning) => `warning: ${warning}`),
    ...(run.notifications ?? []).map(
      ({ target, event, status, at, error }) =>
        `${target}: ${event}, ${status} ${at}${error === null ? '' : ` (${error})`}`,
    ),
  ]
  return `${lines.map(wrap).join('\n')}\n`
}
