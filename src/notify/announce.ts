import { createHash } from 'node:crypto'
import type { Watch } from '../config/watch.ts'
import type { World } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { editionId } from '../editions/layout.ts'
import { Failure, runOf } from '../errors.ts'
import { holderOf, takeLeases } from '../runs/lease.ts'
import { type NotificationRecord, newRunId, type RunRecord } from '../runs/record.ts'
import { deliver, type Surroundings } from './delivery.ts'
import { type FailedNews, failedNews, publishedNews } from './news.ts'
import type { Event, Target } from './target.ts'

/** How many run records back it is looked whether somebody was told already. */
const RECENT = 200

/**
 * Tells what was published for a date, each target once: of an edition it knows, by the record of the run that made it, it is
 * not told again.
 */
export async function announcePublished(
  date: string,
  watches: readonly Watch[],
  world: World,
): Promise<NotificationRecord[]> {
  const targets = targetsOf('published', world)
  if (targets.length === 0) return []
  return oneAtATime(date, world, async () => {
    const editions = await editionsOf(date, watches, world)
    const runs = new Map(
      await Promise.all(editions.map(async ({ run_id }) => [run_id, await runRecord(run_id, world)] as const)),
    )
    const told = await Promise.all(
      targets.map(async (target) => {
        const untold = editions.filter(({ run_id }) => !isTold(runs.get(run_id), 'published', target))
        if (untold.length === 0) return []
        const news = await publishedNews(date, untold, world)
        const ids = untold.map(({ run_id }) => run_id)
        const record = await deliver({ target, news, id: idOf('published', target, ...ids) }, world)
        return [{ record, ids }]
      }),
    )
    for (const run_id of runs.keys()) {
      const its = told.flat().filter(({ ids }) => ids.includes(run_id))
      await remember(
        run_id,
        its.map(({ record }) => record),
        world,
      )
    }
    return told.flat().map(({ record }) => record)
  })
}

/**
 * Tells that a date could not be published. Who was told of a failure of the same kind, and of no success since, is not told
 * again.
 *
 * @param run_id the run that failed, when one had begun
 */
export async function announceFailure(news: FailedNews, run_id: string | undefined, world: Surroundings) {
  const before = await failuresOf(news, world)
  const targets = targetsOf(news.event, world).filter(
    (target) => !before.some((run) => isTold(run, news.event, target)),
  )
  const id = run_id ?? `${news.date}-${world.clock().toISOString()}`
  const records = await Promise.all(
    targets.map((target) => deliver({ target, news, id: idOf(news.event, target, id) }, world)),
  )
  if (run_id !== undefined) await remember(run_id, records, world)
  return records
}

/** Tells that dates passed without an edition. */
export async function announceMissed(dates: readonly string[], run_id: string | undefined, world: Surroundings) {
  const news = { event: 'missed', dates } as const
  const id = `${dates}-${world.clock().toISOString()}`
  const records = await Promise.all(
    targetsOf('missed', world).map((target) => deliver({ target, news, id: idOf('missed', target, id) }, world)),
  )
  if (run_id !== undefined) await remember(run_id, records, world)
  return records
}

/** A run that tells its end. That nobody could be told is a warning; the run is what it is. */
export function announced<Order extends { date: string; watches: readonly Watch[] }, Result>(
  run: (order: Order, world: World) => Promise<Result>,
): (order: Order, world: World) => Promise<Result> {
  return async (order, world) => {
    let result: Result
    try {
      result = await run(order, world)
    } catch (error) {
      if (isWorthTelling(error, world)) {
        await orWarn(world, () => announceFailure(failedNews(order.date, error), runOf(error), world))
      }
      throw error
    }
    await orWarn(world, () => announcePublished(order.date, order.watches, world))
    return result
  }
}

/** A run that somebody stopped is no news, nor that another one is at work: that one tells its own end. */
export function isWorthTelling(error: unknown, { signal }: Pick<World, 'signal'>): boolean {
  return !signal.aborted && !(error instanceof Failure && error.kind === 'held')
}

/** Does something that may fail: then it is a warning. */
export async function orWarn({ report }: Pick<World, 'report'>, body: () => Promise<unknown>): Promise<void> {
  try {
    await body()
  } catch (error) {
    report.warn(`notifications: ${(error as Error).message}`)
  }
}

function targetsOf(event: Event, { config }: Surroundings): readonly Target[] {
  return config.notify.filter(({ events }) => events.includes(event))
}

/** Two that would tell the same at the same time: one does. */
async function oneAtATime(
  date: string,
  { documents, clock }: World,
  body: () => Promise<NotificationRecord[]>,
): Promise<NotificationRecord[]> {
  try {
    const leases = await takeLeases(documents, [`notify/${date}`], holderOf(newRunId(clock())))
    return await body().finally(() => leases.release())
  } catch (error) {
    if (error instanceof Failure && error.kind === 'held') return []
    throw error
  }
}

async function editionsOf(date: string, watches: readonly Watch[], { documents }: World): Promise<Edition[]> {
  const found = await Promise.all(watches.map(({ name }) => documents.find<Edition>('tops', editionId(name, date))))
  return found.filter((edition) => edition !== undefined)
}

/** Runs of a date that failed alike, back to the last one that did not fail. */
async function failuresOf({ date, kind }: FailedNews, { documents }: Surroundings): Promise<RunRecord[]> {
  const recent = await documents?.list<RunRecord>('runs', { descending: true, limit: RECENT }).catch(() => [])
  const its = (recent ?? []).filter((run) => run.date === date)
  const success = its.findIndex(({ status }) => status === 'published' || status === 'unchanged')
  return its.slice(0, success === -1 ? its.length : success).filter(({ error }) => error?.kind === kind)
}

async function runRecord(id: string, { documents }: Surroundings): Promise<RunRecord | undefined> {
  return documents?.find<RunRecord>('runs', id)
}

function isTold(run: RunRecord | undefined, event: Event, target: Target): boolean {
  return (run?.notifications ?? []).some(
    (one) => one.event === event && one.target === target.name && one.status === 'sent',
  )
}

/** Keeps in a run's record who was told. What was sent is sent, also when the store is away by now. */
async function remember(id: string, records: readonly NotificationRecord[], world: Surroundings): Promise<void> {
  if (records.length === 0) return
  await orWarn(world, async () => {
    const run = await runRecord(id, world)
    if (run === undefined) return
    const notifications = [...(run.notifications ?? []), ...records]
    await world.documents!.replace('runs', { ...run, notifications } as RunRecord)
  })
}

/** Names a message: the same one when it is sent again. */
function idOf(event: Event, target: Target, ...of: readonly string[]): string {
  return createHash('sha256')
    .update([event, target.name, ...of].join('\n'))
    .digest('hex')
    .slice(0, 24)
}
