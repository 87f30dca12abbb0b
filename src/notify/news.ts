import type { Config } from '../config/settings.ts'
import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { type Changes, changesBetween } from '../editions/changes.ts'
import type { Edition, TopDataset } from '../editions/edition.ts'
import { readEditionBefore } from '../editions/find.ts'
import { datasetPage } from '../editions/links.ts'
import { Failure, type FailureKind } from '../errors.ts'
import { readSoundRun } from '../runs/read.ts'

/** What a notification is about. The generic webhook receives this as JSON. */
export type News = PublishedNews | FailedNews | MissedNews | RecoveredNews

export interface PublishedNews {
  readonly event: 'published'
  readonly date: string
  readonly editions: readonly EditionNews[]
  /** The results of the target's searches. */
  readonly searches: readonly SearchNews[]
}

/** How many datasets are on the portal, in the full list and in the tops, and how many organizations own those in the tops. */
export interface FiguresNews {
  readonly portal_datasets: number
  readonly archived_datasets: number
  readonly datasets: number
  readonly organizations: number
}

/** What a watch with the words of a search would have published. */
export interface SearchNews extends Pick<Watch, 'terms' | 'columns' | 'match' | 'top'> {
  /** Null if the snapshot could not be searched. */
  readonly found: FiguresNews | null
  /** Null if there is no earlier snapshot, or if it could not be searched. */
  readonly changes: ChangesNews | null
  /** Why there are no figures or changes; null if nothing went wrong. */
  readonly problem: string | null
}

export interface EditionNews extends FiguresNews {
  readonly watch: string
  readonly terms: readonly string[]
  readonly run_id: string
  /** Where the archived CSV and the document are. */
  readonly csv: string
  readonly sha256: string
  readonly document: string
  readonly top: number
  /** Null for the first edition. */
  readonly changes: ChangesNews | null
  /** The warnings of its run, without those that the run of the edition before also had. */
  readonly warnings: readonly string[]
}

export interface ChangesNews {
  /** The date of the previous edition. */
  readonly from: string
  readonly entered: NamedDatasets
  readonly left: NamedDatasets
  readonly moved: NamedDatasets
}

/** A number of datasets, with the first few of them. */
export interface NamedDatasets {
  readonly count: number
  readonly first: readonly NamedDataset[]
}

interface NamedDataset {
  readonly id: string
  readonly title: string
  readonly organization: string
  readonly url: string
  /** Why it entered or left. Only searches know it. */
  readonly reason?: ChangeReason
}

type Reason<T extends { readonly reason: string | null }> = NonNullable<T['reason']>
export type ChangeReason = Reason<Changes['entered'][number]> | Reason<Changes['left'][number]>

export interface FailedNews {
  /**
   * `refused` means that the completeness gate refused the export; `remote_failed`, that there is an edition, but that it could not
   * be published on a portal.
   */
  readonly event: 'failed' | 'refused' | 'remote_failed'
  readonly date: string
  readonly kind: FailureKind
  readonly exit_code: number
  readonly message: string
  /** When the run is retried; null if it is not; absent if its caller decides. */
  readonly again?: string | null
}

export interface MissedNews {
  readonly event: 'missed'
  readonly dates: readonly string[]
  /** The error of the last attempt, if there was one. */
  readonly message?: string | null
}

/** The end of a failure, for a target that was notified of it and not of the edition. */
export interface RecoveredNews {
  readonly event: 'recovered'
  readonly date: string
  /** The event of which the target was notified last. */
  readonly after: FailureEvent
}

/** The events that `recovered` ends. */
export const FAILURE_EVENTS = ['failed', 'refused', 'missed', 'remote_failed'] as const

export type FailureEvent = (typeof FAILURE_EVENTS)[number]

/** More datasets than this are only counted. */
const MAX_NAMED = 10
/** A warning of a request that was repeated. It is no news once the run has succeeded. */
const RETRY = /; retrying in /

/** Describes editions of one date, and their changes since the previous ones. */
export async function publishedNews(
  date: string,
  editions: readonly Edition[],
  context: Context,
): Promise<PublishedNews> {
  const news: EditionNews[] = []
  for (const edition of editions) news.push(await editionNews(edition, context))
  return { event: 'published', date, editions: news, searches: [] }
}

async function editionNews(edition: Edition, { archive, documents, config, report }: Context): Promise<EditionNews> {
  const { watch, date, run_id, terms, top } = edition
  const earlier = await readEditionBefore(documents, watch, date, report.warn)
  const warningsOf = async (id: string) => (await readSoundRun(documents, id, report.warn))?.warnings ?? []
  // A few datasets without an organization are there every week.
  const known = earlier === undefined ? [] : await warningsOf(earlier.run_id)
  const warnings = (await warningsOf(run_id)).filter((line) => !RETRY.test(line) && !known.includes(line))
  return {
    watch,
    terms,
    run_id,
    csv: `${archive.address}/${edition.archive.key}`,
    sha256: edition.archive.sha256,
    document: `${documents.address}, tops, ${edition._id}`,
    ...figuresOf(edition),
    top,
    changes: earlier ? changesNews(changesBetween(earlier, edition), config) : null,
    warnings,
  }
}

/** Counts the datasets of an edition. */
export function figuresOf({ source, archive, datasets, organizations }: Edition): FiguresNews {
  return {
    portal_datasets: source.datasets.records,
    archived_datasets: archive.records,
    datasets: datasets.length,
    organizations: organizations.filter((organization) => organization.datasets > 0).length,
  }
}

/** Shortens changes to the datasets that a message names. */
export function changesNews({ from, entered, left, moved }: Changes, { portal }: Config): ChangesNews {
  const named = (datasets: readonly (TopDataset & { readonly reason?: ChangeReason | null })[]): NamedDatasets => ({
    count: datasets.length,
    first: datasets.slice(0, MAX_NAMED).map(({ dataset_id: id, dataset_title: title, organization, reason }) => {
      return { id, title, organization, url: datasetPage(portal, id), ...(reason && { reason }) }
    }),
  })
  return { from, entered: named(entered), left: named(left), moved: named(moved) }
}

/** Describes why a date could not be published. @param isRemote whether only its publication on a portal failed */
export function failedNews(date: string, error: unknown, again?: Date | null, isRemote = false): FailedNews {
  const failure = error instanceof Failure ? error : new Failure('bug', `${error}`)
  return {
    event: isRemote ? 'remote_failed' : failure.kind === 'gate' ? 'refused' : 'failed',
    date,
    kind: failure.kind,
    exit_code: failure.exitCode,
    message: failure.message,
    ...(again !== undefined && { again: again?.toISOString() ?? null }),
  }
}
