import type { World } from '../context.ts'
import { recorded } from '../runs/run.ts'
import { archiveLists } from './archive.ts'
import { columnsOnly, openExports, replay } from './exports.ts'
import { closeLists, readLists, Selection } from './lists.ts'
import { missionOf, type Order } from './order.ts'
import { pruneSnapshots } from './prune.ts'
import { draftEditions, publishEditions } from './publish.ts'
import { Ranking } from './rank.ts'
import {
  type ArchiveResult,
  type FetchResult,
  type PublishResult,
  type RunResult,
  skipped,
  summarised,
} from './result.ts'
import { needSnapshot } from './snapshot.ts'

/**
 * The mission, in one process: the datasets are read once for all watches, and nothing becomes visible before everything
 * is known. The three steps below do the same one by one, on as many machines as one likes.
 */
export function run(order: Order, world: World): Promise<RunResult> {
  return recorded(missionOf('run', order), world, async (run) => {
    const ranking = new Ranking()
    await using exports = await openExports(order, run, world)
    await run.step('read organizations', () => exports.read('organizations', ranking))

    await using selection = Selection.of(order, world, ranking)
    await run.step('read datasets', () => exports.read('datasets', selection))

    const snapshot = await exports.draft(ranking)
    if (exports.unchangedSince() && world.config.when_unchanged === 'skip')
      return skipped(order, exports.unchangedSince()!)
    const lists = await closeLists(selection)
    const editions = await draftEditions(lists, snapshot, run)

    await run.mayPublish()
    const kept = await run.step('keep snapshot', () => exports.keep())
    const archived = await run.step('archive', () => archiveLists(lists, order.date, run, world))
    const published = await run.step('publish', () => publishEditions(editions, run, world, order.mayStay))
    // A backfill still needs the old snapshots of the dates to come.
    if (!order.replay) await pruneSnapshots(run, world)
    return summarised(order, kept, archived, published)
  })
}

/** Step 1: both exports, as they come, become the snapshot of the date. */
export function fetch(order: Order, world: World): Promise<FetchResult> {
  return recorded(missionOf('fetch', order), world, async (run) => {
    const ranking = new Ranking()
    await using exports = await openExports(order, run, world)
    await run.step('read organizations', () => exports.read('organizations', ranking))
    await run.step('read datasets', () => exports.read('datasets', columnsOnly(order)))
    await exports.draft(ranking)

    await run.mayPublish()
    return summarised(order, await run.step('keep snapshot', () => exports.keep()))
  })
}

/** Steps 2 and 3: the snapshot's datasets in which a term is present become the CSV of each watch. */
export function archive(order: Order, world: World): Promise<ArchiveResult> {
  return recorded(missionOf('archive', order), world, async (run) => {
    const snapshot = await needSnapshot(order.date, world)
    await using selection = Selection.of(order, world)
    await run.step('read datasets', () => replay(snapshot, world).read('datasets', selection))
    const lists = await closeLists(selection)

    await run.mayPublish()
    return summarised(order, await run.step('archive', () => archiveLists(lists, order.date, run, world)))
  })
}

/** Steps 4 to 6: of each CSV, the datasets of the most followed organisations become the watch's document. */
export function publish(order: Order, world: World): Promise<PublishResult> {
  return recorded(missionOf('publish', order), world, async (run) => {
    const snapshot = await needSnapshot(order.date, world)
    const ranking = new Ranking()
    await run.step('read organizations', () => replay(snapshot, world).read('organizations', ranking))
    const lists = await readLists(order, ranking, world)
    const editions = await draftEditions(lists, snapshot, run)

    await run.mayPublish()
    return summarised(order, await run.step('publish', () => publishEditions(editions, run, world)))
  })
}
