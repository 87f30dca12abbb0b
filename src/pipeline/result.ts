import type { Config } from '../config/settings.ts'
import type { ArchiveFacts, ExportFacts } from '../editions/edition.ts'
import type { Outcome } from '../runs/run.ts'
import { pluralize } from '../text/format.ts'
import type { RunRequest } from './request.ts'
import { formatRetention } from './retention.ts'

/** The result of a step: facts for the run record, and whether a store changed. */
export interface StepResult<Facts extends object> {
  readonly facts: Facts
  /** False if the store already had the same content. */
  readonly changed: boolean
  /** Whether it replaced other content. */
  readonly replaced?: boolean
}

export interface SnapshotFacts {
  readonly snapshot: {
    readonly key: string
    readonly datasets: Pick<ExportFacts, 'records' | 'bytes' | 'sha256'>
    readonly organizations: Pick<ExportFacts, 'records' | 'bytes' | 'sha256'>
  }
}

export interface CsvFacts {
  readonly archived: readonly (ArchiveFacts & { readonly watch: string })[]
}

export interface EditionFacts {
  readonly published: readonly {
    readonly watch: string
    readonly _id: string
    readonly datasets: number
    /** How many of the top organizations have at least one dataset. */
    readonly organizations: number
    readonly top: number
  }[]
}

export interface PruneFacts {
  /** The dates whose snapshots the run deleted (setting `retention`), in ascending order; absent if there are none. */
  readonly pruned?: readonly string[]
}

interface Summary extends Outcome {
  readonly date: string
  /** Whether it replaced an earlier edition of the date. */
  readonly replaced?: true
}
type Recorded<T> = T & Summary & { readonly run_id: string }

/** The JSON that the commands print, small enough to pass from one worker to the next. */
export type FetchResult = Recorded<SnapshotFacts>
export type ArchiveResult = Recorded<CsvFacts>
export type PublishResult = Recorded<EditionFacts>
export type RunResult = Recorded<Partial<SnapshotFacts> & CsvFacts & EditionFacts & PruneFacts>

/** Returns the result of a run that publishes nothing, because the portal has published nothing new. */
export function skippedResult(
  { date }: RunRequest,
  since: string,
): Summary & CsvFacts & EditionFacts & Partial<SnapshotFacts> {
  const summary = `skipped, unchanged since ${since} (when_unchanged is skip)`
  return { date, status: 'unchanged', unchanged_since: since, summary, archived: [], published: [] }
}

/** Merges the facts of the steps, and summarizes them in one sentence. */
export function summarize<A extends object>({ date }: RunRequest, a: StepResult<A>): Summary & A
export function summarize<A extends object, B extends object, C extends object>(
  { date }: RunRequest,
  a: StepResult<A>,
  b: StepResult<B>,
  c: StepResult<C>,
): Summary & A & B & C
export function summarize(
  { date }: RunRequest,
  ...results: StepResult<Partial<SnapshotFacts & CsvFacts & EditionFacts>>[]
) {
  const facts = Object.assign({}, ...results.map(({ facts }) => facts)) as (typeof results)[number]['facts']
  const sentences = [
    ...(facts.archived ?? []).map(({ key, records }) => `${pluralize(records, 'dataset')} in ${key}`),
    ...(facts.published ?? []).map(
      ({ _id, datasets, organizations, top }) =>
        `${pluralize(datasets, 'dataset')} of ${organizations} of the ${top} most followed organizations in ${_id}`,
    ),
  ]
  if (sentences.length === 0 && facts.snapshot) {
    const { datasets, organizations } = facts.snapshot
    sentences.push(
      `${pluralize(datasets.records, 'dataset')} and ${pluralize(organizations.records, 'organization')} fetched`,
    )
  }
  const changed = results.some((one) => one.changed)
  const replaced = results.some((one) => one.replaced) && ({ replaced: true } as const)
  const place = changed
    ? replaced
      ? 'replaced the earlier edition: '
      : ''
    : 'nothing to do, everything was already there: '
  const status = changed ? ('published' as const) : ('unchanged' as const)
  return { date, status, ...replaced, summary: place + sentences.join(', '), ...facts }
}

/** Adds the deleted snapshots to a result and to its summary. */
export function withPruned<T extends Summary>(
  result: T,
  pruned: readonly string[],
  { retention }: Pick<Config, 'retention'>,
): T & PruneFacts {
  if (pruned.length === 0) return result
  const what = `removed ${pluralize(pruned.length, 'snapshot')} ${describePruned(pruned, retention)}`
  return { ...result, summary: `${result.summary}; ${what}`, pruned }
}

/** `older than 26w, 2025-05-07 to 2026-04-22` */
export function describePruned(dates: readonly string[], retention: number): string {
  const [first, last] = [dates[0]!, dates.at(-1)!]
  return `older than ${formatRetention(retention)}, ${first === last ? first : `${first} to ${last}`}`
}
