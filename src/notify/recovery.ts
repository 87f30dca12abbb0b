import type { NotifyTarget } from '../config/target.ts'
import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { editionId } from '../editions/layout.ts'
import type { NotificationRecord } from '../runs/record.ts'
import { isSuccess, recentRunsOf } from './history.ts'
import { FAILURE_EVENTS, type FailureEvent } from './news.ts'
import { notifyTargets, targetsOf } from './targets.ts'

/**
 * Notifies of a date's edition the targets whose last notification of that date was a failure. A target that has received the
 * `published` news needs no other.
 *
 * @param unsaved notifications that the store could not record
 * @param isRemote whether the edition's publication on a portal has succeeded
 */
export async function announceRecovery(
  { date, watches }: { readonly date: string; readonly watches: readonly Watch[] },
  context: Context,
  { unsaved = [], isRemote = false }: { unsaved?: readonly NotificationRecord[]; isRemote?: boolean } = {},
): Promise<NotificationRecord[]> {
  const targets = targetsOf('recovered', context)
  if (targets.length === 0) return []
  const runs = await recentRunsOf(date, isRemote, context)
  const names = watches.map(({ name }) => name)
  // A run of one watch does not end the failure of another.
  const own = runs.filter((run) => run.watches.every((name) => names.includes(name)))
  const [last] = own
  if (last === undefined || !isSuccess(last)) return []
  const notifications = [...unsaved, ...own.flatMap(({ notifications = [] }) => notifications)]
  const records: NotificationRecord[] = []
  for (const target of targets) {
    const after = lastEvent(notifications, target)
    // A run that was skipped (when_unchanged: skip) leaves no edition.
    if (!isFailureEvent(after) || !(await hasEditions(date, names, context))) continue
    const news = { event: 'recovered', date, after } as const
    records.push(...(await notifyTargets([target], news, last._id, last._id, context)))
  }
  return records
}

async function hasEditions(date: string, watches: readonly string[], { documents }: Context): Promise<boolean> {
  const found = await Promise.all(watches.map((watch) => documents.find('tops', editionId(watch, date))))
  return found.every((edition) => edition !== undefined)
}

/** Returns the event of which a target was notified last. */
function lastEvent(notifications: readonly NotificationRecord[], { name }: NotifyTarget): string | undefined {
  const sent = notifications.filter(({ target, status }) => target === name && status === 'sent')
  return sent.sort((a, b) => a.at.localeCompare(b.at)).at(-1)?.event
}

const isFailureEvent = (event: string | undefined): event is FailureEvent =>
  FAILURE_EVENTS.some((failure) => failure === event)
