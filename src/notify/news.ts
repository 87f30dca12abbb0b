import type { Config } from '../config/settings.ts'
import type { Context } from '../context.ts'
import { changesBetween } from '../editions/changes.ts'
import type { Edition, TopDataset } from '../editions/edition.ts'
import { readEditionBefore } from '../editions/find.ts'
import { datasetPage } from '../editions/links.ts'
import { Failure, type FailureKind } from '../errors.ts'

/** What a notification is about. The generic webhook receives this as JSON. */
export type News = PublishedNews | FailedNews | MissedNews

export interface PublishedNews {
  readonly event: 'published'
  readonly date: string
  readonly editions: readonly EditionNews[]
}

export interface EditionNews {
  readonly watch: string
  readonly terms: readonly string[]
  readonly run_id: string
  /** Where the archived CSV and the document are. */
  readonly csv: string
  readonly sha256: string
  readonly document: string
  /** Numbers of datasets: of the portal, in the archived CSV, and in the tops. The latter belong to `organizations` of the `top`. */
  readonly portal_datasets: number
  readonly archived_datasets: number
  readonly datasets: number
  readonly organizations: number
  readonly top: number
  /** Null for the first edition. */
  readonly changes: ChangesNews | null
}

export interface ChangesNews {
  /** The date of the edition before. */
  readonly from: string
  readonly entered: NamedDatasets
  readonly left: NamedDatasets
  readonly moved: NamedDatasets
}

/** A number of datasets, with the first few of them. */
export interface NamedDatasets {
  readonly count: number
  readonly first: readonly { readonly id: string; readonly title: string; readonly organization: string; url: string }[]
}

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
  /** When it is retried; null if it is not; absent if the caller decides that. */
  readonly again?: string | null
}

export interface MissedNews {
  readonly event: 'missed'
  readonly dates: readonly string[]
}

/** More datasets than this are only counted. */
const MAX_NAMED = 10

/** Describes editions of one date, and their changes since the previous ones. */
export async function publishedNews(
  date: string,
  editions: readonly Edition[],
  context: Context,
): Promise<PublishedNews> {
  const news: EditionNews[] = []
  for (const edition of editions) news.push(await editionNews(edition, context))
  return { event: 'published', date, editions: news }
}

async function editionNews(edition: Edition, { archive, documents, config, report }: Context): Promise<EditionNews> {
  const { watch, date, run_id, terms, top, organizations, datasets } = edition
  const earlier = await readEditionBefore(documents, watch, date, report.warn)
  return {
    watch,
    terms,
    run_id,
    csv: `${archive.address}/${edition.archive.key}`,
    sha256: edition.archive.sha256,
    document: `${documents.address}, tops, ${edition._id}`,
    portal_datasets: edition.source.datasets.records,
    archived_datasets: edition.archive.records,
    datasets: datasets.length,
    organizations: organizations.filter((organization) => organization.datasets > 0).length,
    top,
    changes: earlier ? changesNews(earlier, edition, config) : null,
  }
}

function changesNews(from: Edition, to: Edition, { portal }: Config): ChangesNews {
  const { entered, left, moved } = changesBetween(from, to)
  const named = (datasets: readonly TopDataset[]): NamedDatasets => ({
    count: datasets.length,
    first: datasets.slice(0, MAX_NAMED).map(({ dataset_id: id, dataset_title: title, organization }) => {
      return { id, title, organization, url: datasetPage(portal, id) }
    }),
  })
  return { from: from.date, entered: named(entered), left: named(left), moved: named(moved) }
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
