import type { Config } from '../config/settings.ts'
import type { Context } from '../context.ts'
import { nextFiring, nextFiringOnLaterDate } from '../editions/calendar.ts'
import { addDays, dateIn } from '../editions/date.ts'
import { type Edition, EXPORT_NAMES } from '../editions/edition.ts'
import { datesOf } from '../editions/find.ts'
import { readSoundEdition } from '../editions/read.ts'
import { listRuns } from '../runs/read.ts'
import { isSkipped, type RunRecord } from '../runs/record.ts'

/** How many recent run records to search for the last run of each command. */
const RECENT = 200

/** The exit code of a run that died: what a shell returns for a process that SIGKILL ended. */
const KILLED = 137

export type MetricsContext = Pick<Context, 'config' | 'documents' | 'report' | 'clock'>

/**
 * Renders metrics of the last edition of each watch and the last run of each command, in Prometheus's text format. Once there are runs,
 * they depend only on the stores, so the metrics file and the server show the same values.
 */
export async function renderMetrics(context: MetricsContext): Promise<string> {
  // Load prom-client only when metrics are wanted.
  const { Gauge, Registry } = await import('prom-client')
  const registry = new Registry()
  const gauge: CreateGauge = (name, help, ...labelNames) =>
    new Gauge({ name: `datagouv_tops_${name}`, help, labelNames, registers: [registry] })
  const recent = await listRuns(context.documents, { descending: true, limit: RECENT }, context.report.warn)
  await addEditions(gauge, recent, context)
  addRuns(gauge, recent)
  return registry.metrics()
}

type CreateGauge = (
  name: string,
  help: string,
  ...labelNames: string[]
) => { set(labels: Readonly<Record<string, string>>, value: number): void }

async function addEditions(gauge: CreateGauge, recent: readonly RunRecord[], context: MetricsContext): Promise<void> {
  const generated = gauge('edition_generated_timestamp_seconds', 'When the last edition was generated.', 'watch')
  const due = gauge(
    'edition_next_due_timestamp_seconds',
    'When the next edition is due; in the past if it is late.',
    'watch',
  )
  const datasets = gauge('edition_datasets', 'Datasets in the tops of the last edition.', 'watch')
  const archived = gauge('edition_archived_datasets', 'Datasets in the archived CSV of the last edition.', 'watch')
  const followers = gauge('edition_followers', 'Followers of the TOP organizations, by edition.', 'watch', 'edition')
  const records = gauge('edition_export_records', 'Records of the exports of the last edition.', 'watch', 'export')
  const upcoming = nextFiring(context.config, context.clock())
  for (const { name: watch } of context.config.watches) {
    const editions = await lastEditions(watch, upcoming, context)
    const [last, before] = editions
    const runs = recent.filter(({ watches }) => watches.includes(watch))
    const next = nextDue(editions, runs, upcoming, context.config)
    if (next !== undefined) due.set({ watch }, next.getTime() / 1000)
    if (last === undefined) continue
    generated.set({ watch }, toSeconds(last.generated_at))
    datasets.set({ watch }, last.datasets.length)
    archived.set({ watch }, last.archive.records)
    for (const name of EXPORT_NAMES) {
      records.set({ watch, export: name }, last.source[name].records)
    }
    followers.set({ watch, edition: 'last' }, sumFollowers(last))
    if (before !== undefined) followers.set({ watch, edition: 'before' }, sumFollowers(before))
  }
}

/**
 * Returns when the edition after the last one is due, or undefined if there is none. A date that a run skipped needs no edition.
 * Before the first edition, the first run of the watch shows what is due. Dates after the next scheduled one do not count, so an
 * edition of next year does not hide that this week's is late.
 *
 * @param upcoming the next time in the schedule
 */
function nextDue(
  editions: readonly Edition[],
  runs: readonly RunRecord[],
  upcoming: Date | undefined,
  config: Config,
): Date | undefined {
  const counts = isDueBy(upcoming, config)
  const runDates = runs.map(({ date }) => date).filter(counts)
  const skipped = runDates.filter((date) => isSkipped(date, runs))
  const published = editions.map(({ date }) => date).filter(counts)
  const done = [...skipped, ...published].sort().at(-1)
  if (done !== undefined) return nextFiringOnLaterDate(config, done, new Date(`${done}T00:00:00Z`))
  const [first] = runDates.sort()
  if (first === undefined) return upcoming
  return nextFiringOnLaterDate(config, addDays(first, -1), new Date(0))
}

/** Returns a check whether a date is not after that of an instant. Without an instant, every date passes. */
function isDueBy(instant: Date | undefined, { time_zone }: Config): (date: string) => boolean {
  const last = instant && dateIn(time_zone, instant)
  return (date) => last === undefined || date <= last
}

function addRuns(gauge: CreateGauge, recent: readonly RunRecord[]): void {
  const ended = gauge('last_run_ended_timestamp_seconds', 'When the last run of a command ended.', 'command')
  const duration = gauge('last_run_duration_seconds', 'Duration of the last run of a command.', 'command')
  const exit = gauge(
    'last_run_exit_code',
    'Exit code of the last run of a command (6: the gate refused; 137: it was killed).',
    'command',
  )
  for (const { command, started_at, ended_at, status, error } of lastRuns(recent)) {
    ended.set({ command }, toSeconds(ended_at!))
    duration.set({ command }, toSeconds(ended_at!) - toSeconds(started_at))
    exit.set({ command }, error?.exit_code ?? (status === 'stopped' ? KILLED : 0))
  }
}

const toSeconds = (iso: string) => Date.parse(iso) / 1000
const sumFollowers = ({ organizations }: Edition) => organizations.reduce((sum, { followers }) => sum + followers, 0)

/** Returns the last sound editions, latest first: two, and more if these are of dates after the next scheduled one. */
async function lastEditions(watch: string, upcoming: Date | undefined, { config, documents, report }: MetricsContext) {
  const found: Edition[] = []
  const counts = isDueBy(upcoming, config)
  for (const date of await datesOf(documents, watch)) {
    const edition = await readSoundEdition(documents, watch, date, report.warn)
    if (edition !== undefined) found.push(edition)
    if (found.length >= 2 && found.some((one) => counts(one.date))) break
  }
  return found
}

function lastRuns(recent: readonly RunRecord[]): RunRecord[] {
  const ended = recent.filter(({ ended_at }) => ended_at !== null)
  return ended.filter(({ command }, index) => ended.findIndex((run) => run.command === command) === index)
}
