import type { World } from '../context.ts'
import { recorded } from '../runs/run.ts'
import { archiveLists } from './archive.ts'
import { closeLists, readLists, Selection } from './lists.ts'
import { openSnapshot } from './openSnapshot.ts'
import { missionOf, type Order } from './order.ts'
import { PROJECTED_COLUMNS } from './project.ts'
import { pruneSnapshots } from './prune.ts'
import { draftEditions, publishEditions } from './publish.ts'
import { Ranking } from './rank.ts'
import type { Reader } from './read.ts'
import {
  type ArchiveResult,
  type FetchResult,
  type PublishResult,
  type RunResult,
  skipped,
  summarised,
} from './result.ts'
import { needSnapshot } from './snapshot.ts'
import { storedSnapshot } from './snapshotSource.ts'

/**
 * The whole pipeline in one process: the datasets are read once for all watches, and nothing becomes visible before
 * everything is known. The three steps below do the same one by one, on as many machines as you like.
 */
export function run(request: Order, world: World): Promise<RunResult> {
  return recorded(missionOf('run', request), world, async (run) => {
    const ranking = new Ranking()
    await using source = await openSnapshot(request, run, withWarnings(world, run))
    await run.step('read organizations', () => source.read('organizations', ranking))

    await using selection = Selection.of(request, world, ranking)
    await run.step('read datasets', () => source.read('datasets', selection))

    const snapshot = await source.accept(ranking)
    const since = source.unchangedSince()
    if (since !== undefined && world.config.when_unchanged === 'skip') return skipped(request, since)
    const lists = await closeLists(selection, run)
    const editions = await draftEditions(lists, request.date, snapshot, run)

    await run.mayPublish()
    const kept = await run.step('keep snapshot', () => source.commit())
    const archived = await run.step('archive', () => archiveLists(lists, request.date, snapshot, run, world))
    const published = await run.step('publish', () => publishEditions(editions, run, world, request.mayStay))
    // A backfill still needs the old snapshots of later dates.
    if (!request.replay) await pruneSnapshots(run, world)
    return summarised(request, kept, archived, published)
  })
}

/** Step 1: both exports, as they come, become the snapshot of the date. */
export function fetch(request: Order, world: World): Promise<FetchResult> {
  return recorded(missionOf('fetch', request), world, async (run) => {
    const ranking = new Ranking()
    await using source = await openSnapshot(request, run, withWarnings(world, run))
    await run.step('read organizations', () => source.read('organizations', ranking))
    await run.step('read datasets', () => source.read('datasets', neededColumns(request)))
    await source.accept(ranking)

    await run.mayPublish()
    return summarised(request, await run.step('keep snapshot', () => source.commit()))
  })
}

/** Steps 2 and 3: the snapshot's datasets in which a term is present become the CSV of each watch. */
export function archive(request: Order, world: World): Promise<ArchiveResult> {
  return recorded(missionOf('archive', request), world, async (run) => {
    const snapshot = await needSnapshot(request.date, withWarnings(world, run))
    await using selection = Selection.of(request, world)
    await run.step('read datasets', () => storedSnapshot(snapshot, world).read('datasets', selection))
    const lists = await closeLists(selection, run)

    await run.mayPublish()
    const archived = await run.step('archive', () => archiveLists(lists, request.date, snapshot, run, world))
    return summarised(request, archived)
  })
}

/** Steps 4 to 6: of each CSV, the datasets of the most followed organizations become the watch's document. */
export function publish(request: Order, world: World): Promise<PublishResult> {
  return recorded(missionOf('publish', request), world, async (run) => {
    const snapshot = await needSnapshot(request.date, withWarnings(world, run))
    const ranking = new Ranking()
    await run.step('read organizations', () => storedSnapshot(snapshot, world).read('organizations', ranking))
    const lists = await readLists(request, snapshot, ranking, world)
    const editions = await draftEditions(lists, request.date, snapshot, run)

    await run.mayPublish()
    return summarised(request, await run.step('publish', () => publishEditions(editions, run, world)))
  })
}

/** Checks that an export has the columns that its watches need, and reads none of them. */
export function neededColumns({ watches }: Pick<Order, 'watches'>): Reader {
  const columns = new Set([...watches.flatMap((watch) => watch.columns), ...PROJECTED_COLUMNS])
  return { columns: [...columns], take: () => {} }
}

/** A context whose warnings are kept in the run record. */
function withWarnings(world: World, { warn }: { warn(line: string): void }): World {
  return { ...world, report: { ...world.report, warn } }
}
