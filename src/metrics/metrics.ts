import type { Context } from '../context.ts'
import { nextFiringOnLaterDate } from '../editions/calendar.ts'
import { type Edition, EXPORT_NAMES } from '../editions/edition.ts'
import { datesOf } from '../editions/find.ts'
import { readSoundEdition } from '../editions/read.ts'
import { listRuns } from '../runs/read.ts'
import type { RunRecord } from '../runs/record.ts'

/** How many recent run records to search for the last run of each command. */
const RECENT = 200

/**
 * Renders metrics of the last edition of each watch and the last run of each command, in Prometheus's text format. They depend
 * only on the stores, so the metrics file and the server show the same values.
 */
export async function renderMetrics(context: Pick<Context, 'config' | 'documents' | 'report'>): Promise<string> {
  // Load prom-client only when metrics are wanted.
  const { Gauge, Registry } = await import('prom-client')
  const registry = new Registry()
  const gauge: CreateGauge = (name, help, ...labelNames) =>
    new Gauge({ name: `datagouv_tops_${name}`, help, labelNames, registers: [registry] })
  await addEditions(gauge, context)
  await addRuns(gauge, context)
  return registry.metrics()
}

type CreateGauge = (
  name: string,
  help: string,
  ...labelNames: string[]
) => { set(labels: Readonly<Record<string, string>>, value: number): void }

async function addEditions(
  gauge: CreateGauge,
  context: Pick<Context, 'config' | 'documents' | 'report'>,
): Promise<void> {
  const generated = gauge('edition_generated_timestamp_seconds', 'When the last edition was generated.', 'watch')
  const due = gauge('edition_next_due_timestamp_seconds', 'When the edition after the last one is due.', 'watch')
  const datasets = gauge('edition_datasets', 'Datasets in the tops of the last edition.', 'watch')
  const archived = gauge('edition_archived_datasets', 'Datasets in the archived CSV of the last edition.', 'watch')
  const followers = gauge('edition_followers', 'Followers of the TOP organizations, by edition.', 'watch', 'edition')
  const records = gauge('edition_export_records', 'Records of the exports of the last edition.', 'watch', 'export')
  for (const { name: watch } of context.config.watches) {
    const [last, before] = await lastEditions(watch, context)
    if (last === undefined) continue
    generated.set({ watch }, toSeconds(last.generated_at))
    const next = nextFiringOnLaterDate(context.config, last.date, new Date(`${last.date}T00:00:00Z`))
    if (next !== undefined) due.set({ watch }, next.getTime() / 1000)
    datasets.set({ watch }, last.datasets.length)
    archived.set({ watch }, last.archive.records)
    for (const name of EXPORT_NAMES) {
      records.set({ watch, export: name }, last.source[name].records)
    }
    followers.set({ watch, edition: 'last' }, sumFollowers(last))
    if (before !== undefined) followers.set({ watch, edition: 'before' }, sumFollowers(before))
  }
}

async function addRuns(gauge: CreateGauge, context: Pick<Context, 'documents' | 'report'>): Promise<void> {
  const ended = gauge('last_run_ended_timestamp_seconds', 'When the last run of a command ended.', 'command')
  const duration = gauge('last_run_duration_seconds', 'Duration of the last run of a command.', 'command')
  const exit = gauge('last_run_exit_code', 'Exit code of the last run of a command (6: the gate refused).', 'command')
  for (const { command, started_at, ended_at, error } of await lastRuns(context)) {
    ended.set({ command }, toSeconds(ended_at!))
    duration.set({ command }, toSeconds(ended_at!) - toSeconds(started_at))
    exit.set({ command }, error?.exit_code ?? 0)
  }
}

const toSeconds = (iso: string) => Date.parse(iso) / 1000
const sumFollowers = ({ organizations }: Edition) => organizations.reduce((sum, { followers }) => sum + followers, 0)

/** Returns the last two sound editions, latest first. */
async function lastEditions(watch: string, { documents, report }: Pick<Context, 'documents' | 'report'>) {
  const found: Edition[] = []
  for (const date of await datesOf(documents, watch)) {
    const edition = await readSoundEdition(documents, watch, date, report.warn)
    if (edition !== undefined) found.push(edition)
    if (found.length === 2) break
  }
  return found
}

async function lastRuns({ documents, report }: Pick<Context, 'documents' | 'report'>): Promise<RunRecord[]> {
  const recent = await listRuns(documents, { descending: true, limit: RECENT }, report.warn)
  const ended = recent.filter(({ ended_at }) => ended_at !== null)
  return ended.filter(({ command }, index) => ended.findIndex((run) => run.command === command) === index)
}
