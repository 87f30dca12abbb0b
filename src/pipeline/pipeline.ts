import type { Context } from '../context.ts'
import { executeRun } from '../runs/run.ts'
import { archiveCsvs } from './archive.ts'
import { readArchivedCsvs } from './archivedCsv.ts'
import { openSnapshot } from './openSnapshot.ts'
import { pruneSnapshots } from './prune.ts'
import { buildEditions, publishEditions } from './publish.ts'
import { Ranking } from './rank.ts'
import { planRun, type RunRequest } from './request.ts'
import {
  type ArchiveResult,
  type FetchResult,
  type PublishResult,
  type RunResult,
  skippedResult,
  summarize,
  withPruned,
} from './result.ts'
import { requireSnapshot } from './snapshot.ts'
import { storedSnapshot } from './snapshotSource.ts'
import { columnCheck, completeCsvs, WatchFilter } from './watchFilter.ts'

/**
 * Runs the whole pipeline in one process. Reads the datasets once for all watches, and publishes nothing until every edition
 * is ready. `fetch`, `archive` and `publish` do the same work in three commands, which can run on different machines.
 */
export function run(request: RunRequest, context: Context): Promise<RunResult> {
  return executeRun(planRun('run', request), context, async (run) => {
    const ranking = new Ranking()
    await using source = await openSnapshot(request, run, recordWarnings(context, run))
    await run.step('read organizations', () => source.read('organizations', ranking))

    await using filter = WatchFilter.of(request, context, ranking)
    await run.step('read datasets', () => source.read('datasets', filter))

    const snapshot = await source.check(ranking)
    const unchangedSince = source.unchangedSince()
    if (unchangedSince !== undefined && context.config.when_unchanged === 'skip')
      return skippedResult(request, unchangedSince)
    const csvs = await completeCsvs(filter, run)
    const editions = await buildEditions(csvs, request.date, snapshot, run)

    await run.checkLeases()
    const snapshotResult = await run.step('keep snapshot', () => source.commit())
    const archived = await run.step('archive', () => archiveCsvs(csvs, request.date, snapshot, run, context))
    const published = await run.step('publish', () => publishEditions(editions, run, context, request.isAcceptable))
    // Do not prune during a backfill: it still needs the snapshots of the dates to come.
    const pruned = request.replay ? [] : await pruneSnapshots(run, context)
    return withPruned(summarize(request, snapshotResult, archived, published), pruned, context.config)
  })
}

/** Step 1. Stores both exports unchanged as the snapshot of the date. */
export function fetch(request: RunRequest, context: Context): Promise<FetchResult> {
  return executeRun(planRun('fetch', request), context, async (run) => {
    const ranking = new Ranking()
    await using source = await openSnapshot(request, run, recordWarnings(context, run))
    await run.step('read organizations', () => source.read('organizations', ranking))
    await run.step('read datasets', () => source.read('datasets', columnCheck(request)))
    await source.check(ranking)

    await run.checkLeases()
    return summarize(request, await run.step('keep snapshot', () => source.commit()))
  })
}

/** Steps 2 and 3. Filters the snapshot's datasets by the terms of each watch and archives the result as CSV. */
export function archive(request: RunRequest, context: Context): Promise<ArchiveResult> {
  return executeRun(planRun('archive', request), context, async (run) => {
    const snapshot = await requireSnapshot(request.date, recordWarnings(context, run))
    await using filter = WatchFilter.of(request, context)
    await run.step('read datasets', () => storedSnapshot(snapshot, context).read('datasets', filter))
    const csvs = await completeCsvs(filter, run)

    await run.checkLeases()
    const archived = await run.step('archive', () => archiveCsvs(csvs, request.date, snapshot, run, context))
    return summarize(request, archived)
  })
}

/** Steps 4 to 6. Selects the datasets of the most followed organizations from each CSV and publishes each watch's document. */
export function publish(request: RunRequest, context: Context): Promise<PublishResult> {
  return executeRun(planRun('publish', request), context, async (run) => {
    const snapshot = await requireSnapshot(request.date, recordWarnings(context, run))
    const ranking = new Ranking()
    await run.step('read organizations', () => storedSnapshot(snapshot, context).read('organizations', ranking))
    const csvs = await readArchivedCsvs(request, snapshot, ranking, context)
    const editions = await buildEditions(csvs, request.date, snapshot, run)

    await run.checkLeases()
    return summarize(request, await run.step('publish', () => publishEditions(editions, run, context)))
  })
}

/** Returns a context whose warnings are also kept in the run record. */
function recordWarnings(context: Context, { warn }: { warn(line: string): void }): Context {
  return { ...context, report: { ...context.report, warn } }
}
