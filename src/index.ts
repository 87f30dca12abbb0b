// Defines AsyncDisposable for programs whose own "lib" does not.
/// <reference lib="esnext.disposable" preserve="true" />

import { findWatch, findWatches } from './config/watch.ts'
import type { Context } from './context.ts'
import { resolveDate } from './editions/calendar.ts'
import type { ArchiveFacts, Edition } from './editions/edition.ts'
import { datesOf, findEdition } from './editions/find.ts'
import { Failure } from './errors.ts'
import { closeContext, openContext } from './openContext.ts'
import { run } from './pipeline/pipeline.ts'
import { silentReport } from './terminal/report.ts'

export type { Edition, RankedOrganization, TopDataset } from './editions/edition.ts'
export { Failure, type FailureKind } from './errors.ts'

/** Settings, named as in the configuration file. `datagouv-tops config` lists them all. */
export interface Settings {
  /** `file:FOLDER` or `s3://BUCKET` */
  readonly archive?: string
  /** `sqlite:FILE` or `mongodb://HOST/DATABASE` */
  readonly documents?: string
  readonly portal?: string
  readonly watches?: readonly {
    readonly name: string
    readonly terms: readonly string[]
    readonly columns?: readonly string[]
    readonly match?: 'substring' | 'word'
    readonly top?: number
  }[]
  readonly [setting: string]: unknown
}

export interface OpenOptions {
  /** Receives warnings: problems that do not stop the call. The library never writes to stdout or stderr. */
  readonly warn?: (line: string) => void
  /** Stops a running pipeline cleanly when aborted. */
  readonly signal?: AbortSignal
}

export interface RunOptions {
  /** The edition's date: YYYY-MM-DD, `today`, `yesterday`, or `due` for the last scheduled date. By default, today in the schedule's time zone. */
  readonly date?: string
  /** The names of the watches to run; by default all. */
  readonly watches?: readonly string[]
  /** A path or URL to use instead of the portal's export, plain or gzip. */
  readonly datasets?: string
  readonly organizations?: string
  /** Fetches from the portal again, even if a past date has a snapshot. */
  readonly refetch?: boolean
  /** Publishes an export even if the completeness gate refuses it. */
  readonly acceptIncomplete?: boolean
}

/** The result of a run. */
export interface RunResult {
  readonly run_id: string
  readonly date: string
  /** `unchanged`: the same inputs had been published before. */
  readonly status: 'published' | 'unchanged'
  /** The outcome in one sentence. */
  readonly summary: string
  readonly archived: readonly (ArchiveFacts & { readonly watch: string })[]
  readonly published: readonly {
    readonly watch: string
    readonly _id: string
    readonly datasets: number
    readonly organizations: number
    readonly top: number
  }[]
}

/** The open stores of an installation: `await using tops = await openTops({ archive, documents })`. */
export interface Tops extends AsyncDisposable {
  /** Runs the whole pipeline for a date. @throws Failure, with its kind and whether a retry can help */
  run(options?: RunOptions): Promise<RunResult>
  /**
   * Returns an edition: by default the latest, of the first watch.
   *
   * @param date YYYY-MM-DD, `latest`, or a name that `run` accepts
   * @throws Failure `usage` if there is none, or the date is invalid
   */
  edition(date?: string, watch?: string): Promise<Edition>
  /** Lists the dates that have an edition, latest first. */
  dates(watch?: string): Promise<string[]>
  /** Closes the stores. Every later call of another method throws a Failure `usage`. */
  close(): Promise<void>
}

/**
 * Opens the stores that the settings name. Reads settings that are not given here from `datagouv-tops.yaml` and the environment,
 * as the command line does.
 *
 * @throws Failure `usage` for an invalid setting, `store` if a store is unreachable
 */
export async function openTops(settings: Settings = {}, { warn, signal }: OpenOptions = {}): Promise<Tops> {
  const context = await openContext({
    flags: settings,
    environment: process.env,
    report: warn ? { ...silentReport, warn } : silentReport,
    signal: signal ?? new AbortController().signal,
  })
  let closed: Promise<void> | undefined
  const requireOpen = () => {
    if (closed) throw new Failure('usage', 'cannot use tops: it is closed. Open it again with openTops().')
    return context
  }
  const close = () => {
    closed ??= closeContext(context)
    return closed
  }
  return {
    run: async (options) => runIn(requireOpen(), options),
    edition: async (date, watch) => editionIn(requireOpen(), date, watch),
    dates: async (watch) => datesOf(requireOpen().documents, nameOf(context, watch)),
    close,
    [Symbol.asyncDispose]: close,
  }
}

function editionIn(context: Context, date: string | undefined, watch: string | undefined): Promise<Edition> {
  const { config, clock, documents } = context
  const isLatest = date === undefined || date === 'latest'
  return findEdition(documents, nameOf(context, watch), isLatest ? undefined : resolveDate(date, config, clock()))
}

async function runIn(context: Context, options: RunOptions = {}): Promise<RunResult> {
  const { date, watches, datasets, organizations, refetch, acceptIncomplete } = options
  const { config, clock } = context
  const { status, ...result } = await run(
    {
      date: resolveDate(date, config, clock()),
      watches: findWatches(watches, config),
      sources: { datasets, organizations },
      refetch,
      acceptIncomplete,
    },
    context,
  )
  return { ...result, status: status === 'unchanged' ? status : 'published' }
}

function nameOf({ config }: Context, name = config.watches[0]!.name): string {
  return findWatch(name, config).name
}
