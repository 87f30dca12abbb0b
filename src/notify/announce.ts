import type { NotifyTarget } from '../config/target.ts'
import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { readSoundEdition } from '../editions/read.ts'
import { Failure, runIdOf } from '../errors.ts'
import type { NotificationRecord, RunRecord } from '../runs/record.ts'
import { waitForAll } from '../waitForAll.ts'
import { deliver, type NotifyContext } from './delivery.ts'
import { failuresOf, recentRuns, runRecord, saveNotifications, wasNotified } from './history.ts'
import { isSentTo } from './identity.ts'
import { type FailedNews, failedNews, publishedNews, type SearchNews } from './news.ts'
import { announceRecovery } from './recovery.ts'
import { messageId, notifyTargets, targetsOf } from './targets.ts'
import { takeTurn } from './turn.ts'
import { warnOnError } from './warnOnError.ts'

/** The events after which a date is not retried. */
const NOT_RETRIED = ['missed', 'refused'] as const

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
    // The next run or "notify" of the date sends this message.
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
 * @param sent notifications of this failure that the store could not record
 */
export async function announceFailure(
  news: FailedNews,
  run_id: string | undefined,
  context: NotifyContext,
  sent: readonly NotificationRecord[] = [],
) {
  const before = await failuresOf(news, context)
  const targets = targetsOf(news.event, context).filter(
    (target) =>
      !sent.some((one) => isSentTo(target, one)) && !before.some((run) => wasNotified(run, news.event, target)),
  )
  // A failure that the store cannot record may be announced again: its messages have the same ID.
  const isRecorded = run_id !== undefined && (await runRecord(run_id, context)) !== undefined
  return notifyTargets(targets, news, isRecorded ? run_id : `${news.date}-${news.kind}`, run_id, context)
}

/** Notifies that a date passed without an edition, after the retries have ended. */
export async function announceMissed(date: string, error: Failure, context: NotifyContext) {
  const news = { event: 'missed', dates: [date], message: error.message } as const
  return notifyTargets(targetsOf('missed', context), news, idAt(news.dates, context), runIdOf(error), context)
}

/**
 * Notifies that dates passed without an edition and will not be tried. A target that was notified before that a date is missed or its
 * export refused is not notified again when the scheduler restarts.
 */
export async function announceSkipped(dates: readonly string[], context: NotifyContext) {
  const recent = await recentRuns(context)
  const isKnown = (date: string, target: NotifyTarget) =>
    recent.some((run) => run.date === date && NOT_RETRIED.some((event) => wasNotified(run, event, target)))
  const sent = targetsOf('missed', context).map(async (target) => {
    const pending = dates.filter((date) => !isKnown(date, target))
    if (pending.length === 0) return []
    const news = { event: 'missed', dates: pending, message: null } as const
    return notifyTargets([target], news, idAt(pending, context), undefined, context)
  })
  return (await waitForAll(sent)).flat()
}

const idAt = (dates: readonly string[], { clock }: NotifyContext) => `${dates}-${clock().toISOString()}`

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
    await warnOnError(context, () => announceSuccess(request, context))
    return result
  }
}

/** Notifies of the editions of a run, and of the end of earlier failures. @param unsaved see announceRecovery */
export async function announceSuccess(
  request: { readonly date: string; readonly watches: readonly Watch[] },
  context: Context,
  unsaved: readonly NotificationRecord[] = [],
): Promise<NotificationRecord[]> {
  const published = await announcePublished(request.date, request.watches, context)
  return [...published, ...(await announceRecovery(request.date, context, { unsaved: [...unsaved, ...published] }))]
}

/** Whether a failure is announced. Not a run that was stopped, nor one that lost to another run, which announces its own outcome. */
export function shouldAnnounce(error: unknown, { signal }: Pick<Context, 'signal'>): boolean {
  return !signal.aborted && !(error instanceof Failure && error.kind === 'held')
}
