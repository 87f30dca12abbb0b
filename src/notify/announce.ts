import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Watch } from '../config/watch.ts'
import type { World } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { readSoundEdition } from '../editions/read.ts'
import { Failure, runOf } from '../errors.ts'
import { type HeldLeases, holderOf, takeLeases } from '../runs/lease.ts'
import { listRuns, readSoundRun } from '../runs/read.ts'
import { type NotificationRecord, newRunId, type RunRecord } from '../runs/record.ts'
import { waitForAll } from '../waitForAll.ts'
import { deliver, type Surroundings } from './delivery.ts'
import { type FailedNews, failedNews, publishedNews } from './news.ts'
import type { Event, Target } from './target.ts'

/** How many recent run records to search for an earlier notification. */
const RECENT = 200

/**
 * How long to wait for another process that sends notifications for the same date, and how often to look. The slowest
 * target takes three tries of 10 s with two pauses; the lease of a process that died expires after 60 s.
 */
const WAIT_MS = 120_000
const POLL_MS = 250

/** How often to read a run record again that changes while notifications are added to it. */
const SAVE_TRIES = 10

/** An edition, and the record of the run that made it: it lists the targets that have been notified. */
interface Publication {
  readonly edition: Edition
  readonly run: RunRecord | undefined
}

/** Notifies each target once of the editions published for a date. */
export async function announcePublished(
  date: string,
  watches: readonly Watch[],
  world: World,
): Promise<NotificationRecord[]> {
  const targets = targetsOf('published', world)
  if (targets.length === 0) return []
  const leases = await takeTurn(date, world)
  try {
    const publications = await publicationsOf(date, watches, world)
    const sent = (await waitForAll(targets.map((target) => notifyOf(publications, target, date, world)))).flat()
    for (const { edition } of publications) {
      const records = sent.filter(({ editions }) => editions.includes(edition)).map(({ record }) => record)
      await saveNotifications(edition.run_id, records, world)
    }
    return sent.map(({ record }) => record)
  } finally {
    await leases.release()
  }
}

/**
 * Acquires the right to notify of a date. Runs of several watches of one date can end at the same time: each waits for its
 * turn, then sends what the one before has not.
 *
 * @throws Failure `held` when another process is still sending after `WAIT_MS`
 */
async function takeTurn(date: string, { documents, clock, report, signal }: World): Promise<HeldLeases> {
  const holder = holderOf(newRunId(clock()))
  for (let waited = 0; ; waited += POLL_MS) {
    try {
      return await takeLeases(documents, [`notify/${date}`], holder, report.warn)
    } catch (error) {
      if (!(error instanceof Failure && error.kind === 'held')) throw error
      if (waited >= WAIT_MS || signal.aborted) {
        throw new Failure('held', `cannot send them: ${error.message}. Then run "notify --date ${date}"`)
      }
      await sleep(POLL_MS, undefined, { signal }).catch(() => {})
    }
  }
}

async function publicationsOf(date: string, watches: readonly Watch[], world: World): Promise<Publication[]> {
  const { documents, report } = world
  const found: Publication[] = []
  for (const { name } of watches) {
    const edition = await readSoundEdition(documents, name, date, report.warn)
    if (edition !== undefined) found.push({ edition, run: await runRecord(edition.run_id, world) })
  }
  return found
}

/** Sends one message about those editions of which the target has not been notified. */
async function notifyOf(publications: readonly Publication[], target: Target, date: string, world: World) {
  const pending = publications.filter(({ run }) => !wasNotified(run, 'published', target))
  if (pending.length === 0) return []
  const editions = pending.map(({ edition }) => edition)
  const news = await publishedNews(date, editions, world)
  const id = messageId('published', target, ...editions.map(({ run_id }) => run_id))
  return [{ record: await deliver({ target, news, id }, world), editions }]
}

/**
 * Notifies that a date could not be published. A target is notified once of failures of the same kind, until a run of the
 * date succeeds.
 *
 * @param run_id the run that failed, if it had begun
 */
export async function announceFailure(news: FailedNews, run_id: string | undefined, world: Surroundings) {
  const before = await failuresOf(news, world)
  const targets = targetsOf(news.event, world).filter(
    (target) => !before.some((run) => wasNotified(run, news.event, target)),
  )
  const id = run_id ?? `${news.date}-${world.clock().toISOString()}`
  const records = await waitForAll(
    targets.map((target) => deliver({ target, news, id: messageId(news.event, target, id) }, world)),
  )
  if (run_id !== undefined) await saveNotifications(run_id, records, world)
  return records
}

/** Notifies that dates passed without an edition. */
export async function announceMissed(dates: readonly string[], run_id: string | undefined, world: Surroundings) {
  const news = { event: 'missed', dates } as const
  const id = `${dates}-${world.clock().toISOString()}`
  const records = await waitForAll(
    targetsOf('missed', world).map((target) => deliver({ target, news, id: messageId('missed', target, id) }, world)),
  )
  if (run_id !== undefined) await saveNotifications(run_id, records, world)
  return records
}

/** Wraps a run so that it announces its outcome. A failed notification is only a warning and does not change that outcome. */
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

/** Whether a failure is announced. Not a run that was stopped, nor one that lost to another run, which announces its own outcome. */
export function isWorthTelling(error: unknown, { signal }: Pick<World, 'signal'>): boolean {
  return !signal.aborted && !(error instanceof Failure && error.kind === 'held')
}

/** Runs `body`. An error becomes a warning. */
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

/** Returns the runs of a date that failed in the same way, back to the last one that succeeded. */
async function failuresOf({ date, kind }: FailedNews, { documents, report }: Surroundings): Promise<RunRecord[]> {
  // Without the store, a repeated message is better than none.
  const recent =
    documents && (await listRuns(documents, { descending: true, limit: RECENT }, report.warn).catch(() => []))
  const runs = (recent ?? []).filter((run) => run.date === date)
  const success = runs.findIndex(({ status }) => status === 'published' || status === 'unchanged')
  return runs.slice(0, success === -1 ? runs.length : success).filter(({ error }) => error?.kind === kind)
}

async function runRecord(id: string, { documents, report }: Surroundings): Promise<RunRecord | undefined> {
  return documents && readSoundRun(documents, id, report.warn)
}

function wasNotified(run: RunRecord | undefined, event: Event, target: Target): boolean {
  return (run?.notifications ?? []).some(
    (one) => one.event === event && one.target === target.name && one.status === 'sent',
  )
}

/** Adds notifications to the record of a run. They have been sent, so trouble with the store is only a warning. */
async function saveNotifications(
  id: string,
  records: readonly NotificationRecord[],
  world: Surroundings,
): Promise<void> {
  if (records.length === 0) return
  await orWarn(world, async () => {
    for (let tries = 0, saved = false; !saved && tries < SAVE_TRIES; tries++) {
      const run = await runRecord(id, world)
      if (run === undefined) return
      const notifications = [...(run.notifications ?? []), ...records]
      // Another process may close the record at this moment: then it has changed, and is read again.
      saved = await world.documents!.swap('runs', id, run, { ...run, notifications } as RunRecord)
    }
  })
}

/** Identifies a message, so that a receiver recognizes one that is sent again. */
function messageId(event: Event, target: Target, ...subjects: readonly string[]): string {
  return createHash('sha256')
    .update([event, target.name, ...subjects].join('\n'))
    .digest('hex')
    .slice(0, 24)
}
