import type { Config } from '../config/settings.ts'
import type { World } from '../context.ts'
import { changesBetween } from '../editions/changes.ts'
import type { Edition, TopDataset } from '../editions/edition.ts'
import { datesOf } from '../editions/find.ts'
import { editionId } from '../editions/layout.ts'
import { datasetPage } from '../editions/links.ts'
import { Failure, type FailureKind } from '../errors.ts'

/** What there is to tell. The generic webhook gets this as it is. */
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
  /** Datasets of the portal, of the archived CSV, and of the tops; and of how many of the `top` organisations these are. */
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
  readonly entered: Named
  readonly left: Named
  readonly moved: Named
}

/** How many datasets, and the first few of them. */
export interface Named {
  readonly count: number
  readonly first: readonly { readonly id: string; readonly title: string; readonly organization: string; url: string }[]
}

export interface FailedNews {
  /** `refused`: by the completeness gate. */
  readonly event: 'failed' | 'refused'
  readonly date: string
  readonly kind: FailureKind
  readonly exit_code: number
  readonly message: string
  /** When it is tried again; null when it is not, undefined when whoever called decides that. */
  readonly again?: string | null
}

interface MissedNews {
  readonly event: 'missed'
  readonly dates: readonly string[]
}

/** How many datasets are named before the others are only counted. */
const MOST_NAMED = 10

/** What was published with these editions of one date, and what changed since the ones before. */
export async function publishedNews(date: string, editions: readonly Edition[], world: World): Promise<PublishedNews> {
  const told = []
  for (const edition of editions) told.push(await editionNews(edition, world))
  return { event: 'published', date, editions: told }
}

async function editionNews(edition: Edition, { archive, documents, config }: World): Promise<EditionNews> {
  const { watch, date, run_id, terms, top, organizations, datasets } = edition
  const before = (await datesOf(documents, watch)).find((other) => other < date)
  const earlier = before && (await documents.find<Edition>('tops', editionId(watch, before)))
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
  const named = (datasets: readonly TopDataset[]): Named => ({
    count: datasets.length,
    first: datasets.slice(0, MOST_NAMED).map(({ dataset_id: id, dataset_title: title, organization }) => {
      return { id, title, organization, url: datasetPage(portal, id) }
    }),
  })
  return { from: from.date, entered: named(entered), left: named(left), moved: named(moved) }
}

/** What kept a date from being published. */
export function failedNews(date: string, error: unknown, again?: Date | null): FailedNews {
  const failure = error instanceof Failure ? error : new Failure('bug', `${error}`)
  return {
    event: failure.kind === 'gate' ? 'refused' : 'failed',
    date,
    kind: failure.kind,
    exit_code: failure.exitCode,
    message: failure.message,
    ...(again !== undefined && { again: again?.toISOString() ?? null }),
  }
}
