import { isDeepStrictEqual } from 'node:util'
import type { Watch } from '../config/watch.ts'
import type { World } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { editionId, editionKey } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import { scheduledDates } from '../scheduler/calendar.ts'
import { run } from './pipeline.ts'
import { loadSnapshot, snapshotDates } from './snapshot.ts'

export interface Backfill {
  readonly from: string
  readonly to: string
  readonly watches: readonly Watch[]
  /** Also the dates that have every edition. */
  readonly force: boolean
  /** How many dates are worked on side by side. */
  readonly jobs: number
}

/** What came of one date. */
export interface BackfilledDate {
  readonly date: string
  readonly status: 'published' | 'unchanged' | 'there' | 'no snapshot' | 'failed'
  readonly summary: string
  readonly run_id: string | null
  /** Why it failed: a Failure, or a bug. */
  readonly error?: unknown
}

/**
 * Publishes the missing editions of every date in a span from its snapshot, scheduled or imported. A date that fails does not
 * keep the others from being tried; what was done stays done when it is interrupted.
 *
 * @param tell is told of each date as it ends
 * @returns every date of the span that is scheduled or has a snapshot, in order
 */
export async function backfill(
  order: Backfill,
  world: World,
  tell: (one: BackfilledDate, position: number, of: number) => void,
): Promise<BackfilledDate[]> {
  const stored = (await snapshotDates(world)).filter((date) => date >= order.from && date <= order.to)
  const dates = [...new Set([...scheduledDates(world.config, order.from, order.to), ...stored])].sort()
  const results: BackfilledDate[] = []
  let next = 0
  let ended = 0
  const work = async () => {
    for (let index = next++; index < dates.length; index = next++) {
      world.signal.throwIfAborted()
      results[index] = await backfillDate(dates[index]!, order, world)
      tell(results[index]!, ++ended, dates.length)
    }
  }
  await Promise.all(Array.from({ length: order.jobs }, work))
  return results
}

async function backfillDate(date: string, order: Backfill, world: World): Promise<BackfilledDate> {
  try {
    if ((await loadSnapshot(date, world)) === undefined) {
      return { date, status: 'no snapshot', summary: 'there is no snapshot to publish from', run_id: null }
    }
    const watches = order.force ? order.watches : await lacking(date, order.watches, world)
    if (watches.length === 0) {
      const others = await madeOtherwise(date, order.watches, world)
      const why =
        others.length > 0 ? `; ${others.join(', ')} with other terms or another top: --force makes it anew` : ''
      return { date, status: 'there', summary: `has its editions${why}`, run_id: null }
    }
    const { status, summary, run_id } = await run({ date, watches, replay: true }, world)
    return { date, status: status === 'unchanged' ? 'unchanged' : 'published', summary, run_id }
  } catch (error) {
    world.signal.throwIfAborted()
    const summary = error instanceof Failure ? error.message : `a bug: ${(error as Error).message}`
    return { date, status: 'failed', summary, run_id: null, error }
  }
}

/** The watches that have no edition of the date, or half of one. */
async function lacking(date: string, watches: readonly Watch[], { archive, documents }: World): Promise<Watch[]> {
  const lacks: Watch[] = []
  for (const watch of watches) {
    const [id] = await documents.ids('tops', { prefix: editionId(watch.name, date), limit: 1 })
    const isComplete = id !== undefined && (await archive.stat(editionKey(watch.name, date))) !== undefined
    if (!isComplete) lacks.push(watch)
  }
  return lacks
}

/** The names of watches whose editions of the date were made by other rules than today's. */
async function madeOtherwise(date: string, watches: readonly Watch[], { documents }: World): Promise<string[]> {
  const names: string[] = []
  for (const { name, terms, top } of watches) {
    const edition = await documents.find<Edition>('tops', editionId(name, date))
    const isSame = edition === undefined || isDeepStrictEqual([edition.terms, edition.top], [terms, top])
    if (!isSame) names.push(name)
  }
  return names
}
