import { createHash } from 'node:crypto'
import type { NotifyEvent, NotifyTarget } from '../config/target.ts'
import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { readSoundEdition } from '../editions/read.ts'
import { Failure, runIdOf } from '../errors.ts'
import { listRuns, readSoundRun } from '../runs/read.ts'
import type { NotificationRecord, RunRecord } from '../runs/record.ts'
import { waitForAll } from '../waitForAll.ts'
import { deliver, type NotifyContext } from './delivery.ts'
import { isSentTo } from './identity.ts'
import { type FailedNews, failedNews, type MissedNews, publishedNews, type SearchNews } from './news.ts'
import { takeTurn } from './turn.ts'

/** How many recent run records to search for an earlier notification. */
const RECENT = 200

/** How many times to try to add notifications to a run record that keeps changing. */
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
  context: Context,
): Promise<NotificationRecord[]> {
  const targets = targetsOf('published', context)
  if (targets.length === 0) return []
  const leases = await takeTurn(date, context)
  try {
    const publications = await publicationsOf(date, watches, context)
    const searches = findSearchNews(publications, targets, date, context)
    const sent = (
      await waitForAll(targets.map((target) => notifyOf(publications, target, date, searches, context)))
    ).flat()
    for (const { edition } of publications) {
      const records = sent.filter(({ editions }) => editions.includes(edition)).map(({ record }) => record)
      await saveNotifications(edition.run_id, records, context)
    }
    return sent.map(({ record }) => record)
  } finally {
    await leases.release()
  }
}

async function publicationsOf(date: string, watches: readonly Watch[], context: Context): Promise<Publication[]> {
  const { documents, report } = context
  const found: Publication[] = []
  for (const { name } of watches) {
    const edition = await readSoundEdition(documents, name, date, report.warn)
    if (edition !== undefined) found.push({ edition, run: await runRecord(edition.run_id, context) })
  }
  return found
}

const pendingFor = (publications: readonly Publication[], target: NotifyTarget) =>
  publications.filter(({ run }) => !wasNotified(run, 'published', target))

/** Finds the news of all searches at once, because each snapshot takes seconds to read. */
async function findSearchNews(
  publications: readonly Publication[],
  targets: readonly NotifyTarget[],
  date: string,
  context: Context,
): Promise<ReadonlyMap<Watch, SearchNews>> {
  const searches = targets
    .filter((target) => pendingFor(publications, target).length > 0)
    .flatMap((target) => target.searches ?? [])
  if (searches.length === 0) return new Map()
  // A run without searches loads no index.
  return (await import('./searches.ts')).searchesNews(date, searches, context)
}

/** Sends a target one message about the editions of which it has not been notified. Only a target with searches waits for them. */
async function notifyOf(
  publications: readonly Publication[],
  target: NotifyTarget,
  date: string,
  searches: Promise<ReadonlyMap<Watch, SearchNews>>,
  context: Context,
) {
  const pending = pendingFor(publications, target)
  if (pending.length === 0) return []
  const editions = pending.map(({ edition }) => edition)
  let news = await publishedNews(date, editions, context)
  if (target.searches !== undefined) {
    const found = await searches
    // After a stop, the next run or "notify" for the date sends this message.
    if (context.signal.aborted) return []
    news = { ...news, searches: target.searches.flatMap((search) => found.get(search) ?? []) }
  }
  const id = messageId('published', target, ...editions.map(({ run_id }) => run_id))
  return [{ record: await deliver({ target, news, id }, context), editions }]
}

/**
 * Notifies that a date could not be published. A target is notified once of failures of the same kind, until a run of the
 * date succeeds.
 *
 * @param run_id the run that failed, if it had begun
 */
export async function announceFailure(news: FailedNews, run_id: string | undefined, context: NotifyContext) {
  const before = await failuresOf(news, context)
  const targets = targetsOf(news.event, context).filter(
    (target) => !before.some((run) => wasNotified(run, news.event, target)),
  )
  const id = run_id ?? `${news.date}-${context.clock().toISOString()}`
  return notifyTargets(targets, news, id, run_id, context)
}

/** Notifies that dates passed without an edition. */
export async function announceMissed(dates: readonly string[], run_id: string | undefined, context: NotifyContext) {
  const id = `${dates}-${context.clock().toISOString()}`
  return notifyTargets(targetsOf('missed', context), { event: 'missed', dates }, id, run_id, context)
}

/** Sends news to targets, and adds the notifications to the record of the run, if one had begun. */
async function notifyTargets(
  targets: readonly NotifyTarget[],
  news: FailedNews | MissedNews,
  subject: string,
  run_id: string | undefined,
  context: NotifyContext,
): Promise<NotificationRecord[]> {
  const records = await waitForAll(
    targets.map((target) => deliver({ target, news, id: messageId(news.event, target, subject) }, context)),
  )
  if (run_id !== undefined) await saveNotifications(run_id, records, context)
  return records
}

/** Wraps a run so that it announces its outcome. A failed notification is only a warning and does not change that outcome. */
export function withAnnouncement<Request extends { date: string; watches: readonly Watch[] }, Result>(
  run: (request: Request, context: Context) => Promise<Result>,
): (request: Request, context: Context) => Promise<Result> {
  return async (request, context) => {
    let result: Result
    try {
      result = await run(request, context)
    } catch (error) {
      if (shouldAnnounce(error, context)) {
        await warnOnError(context, () => announceFailure(failedNews(request.date, error), runIdOf(error), context))
      }
      throw error
    }
    await warnOnError(context, () => announcePublished(request.date, request.watches, context))
    return result
  }
}

/** Whether a failure is announced. A stopped run is not, nor one that lost to another run, which announces its own outcome. */
export function shouldAnnounce(error: unknown, { signal }: Pick<Context, 'signal'>): boolean {
  return !signal.aborted && !(error instanceof Failure && error.kind === 'held')
}

/** Runs `body`. An error becomes a warning. */
export async function warnOnError({ report }: Pick<Context, 'report'>, body: () => Promise<unknown>): Promise<void> {
  try {
    await body()
  } catch (error) {
    report.warn(`notifications: ${(error as Error).message}`)
  }
}

function targetsOf(event: NotifyEvent, { config }: NotifyContext): readonly NotifyTarget[] {
  return config.notify.filter(({ events }) => events.includes(event))
}

/** Returns the runs of a date that failed in the same way, back to the last one that succeeded. Publications on portals are apart. */
async function failuresOf(
  { date, event, kind }: FailedNews,
  { documents, report }: NotifyContext,
): Promise<RunRecord[]> {
  // Without the store, a repeated message is better than none.
  const recent =
    documents && (await listRuns(documents, { descending: true, limit: RECENT }, report.warn).catch(() => []))
  const isRemote = event === 'remote_failed'
  const runs = (recent ?? []).filter((run) => run.date === date && (run.command === 'publish-remote') === isRemote)
  const success = runs.findIndex(({ status }) => status === 'published' || status === 'unchanged')
  return runs.slice(0, success === -1 ? runs.length : success).filter(({ error }) => error?.kind === kind)
}

async function runRecord(id: string, { documents, report }: NotifyContext): Promise<RunRecord | undefined> {
  return documents && readSoundRun(documents, id, report.warn)
}

function wasNotified(run: RunRecord | undefined, event: NotifyEvent, target: NotifyTarget): boolean {
  return (run?.notifications ?? []).some((one) => one.event === event && isSentTo(target, one) && one.status === 'sent')
}

/** Adds notifications to the record of a run. They have been sent, so an error of the store is only a warning. */
async function saveNotifications(
  id: string,
  records: readonly NotificationRecord[],
  context: NotifyContext,
): Promise<void> {
  if (records.length === 0) return
  await warnOnError(context, async () => {
    for (let tries = 0, saved = false; !saved && tries < SAVE_TRIES; tries++) {
      const run = await runRecord(id, context)
      if (run === undefined) return
      const notifications = [...(run.notifications ?? []), ...records]
      // Another process may close the record at this moment. In that case, read it again.
      saved = await context.documents!.compareAndSwap('runs', id, run, { ...run, notifications } as RunRecord)
    }
  })
}

/** Identifies a message, so that a receiver recognizes one that is sent again. */
function messageId(event: NotifyEvent, target: NotifyTarget, ...subjects: readonly string[]): string {
  return createHash('sha256')
    .update([event, target.name, ...subjects].join('\n'))
    .digest('hex')
    .slice(0, 24)
}
