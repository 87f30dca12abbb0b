import type { NotifyTarget } from '../config/target.ts'
import type { Context } from '../context.ts'
import { editionId } from '../editions/layout.ts'
import type { NotificationRecord, RunRecord } from '../runs/record.ts'
import { isSuccess, recentRunsOf } from './history.ts'
import { isSentTo } from './identity.ts'
import { FAILURE_EVENTS, type FailureEvent } from './news.ts'
import { notifyTargets, targetsOf } from './targets.ts'

/**
 * Notifies that a date's failure is over: each target whose last notification of that date was a failure. A target that has received
 * the `published` news needs no other. Sends nothing while the last run of a watch is a failure.
 *
 * @param unsaved notifications that the store could not record
 * @param isRemote whether the edition's publication on a portal has succeeded
 */
export async function announceRecovery(
  date: string,
  context: Context,
  { unsaved = [], isRemote = false }: { unsaved?: readonly NotificationRecord[]; isRemote?: boolean } = {},
): Promise<NotificationRecord[]> {
  const targets = targetsOf('recovered', context)
  if (targets.length === 0) return []
  const runs = await recentRunsOf(date, isRemote, context)
  const notifications = [...unsaved, ...runs.flatMap(({ notifications = [] }) => notifications)]
  const [last] = runs
  const records: NotificationRecord[] = []
  for (const target of targets) {
    const after = lastEvent(notifications, target)
    if (last === undefined || !isFailureEvent(after) || !(await isPublished(date, runs, context))) continue
    const news = { event: 'recovered', date, after } as const
    records.push(...(await notifyTargets([target], news, last._id, last._id, context)))
  }
  return records
}

/** Whether the last run of each watch has succeeded, and left an edition (with `when_unchanged: skip`, it may have left none). */
async function isPublished(date: string, runs: readonly RunRecord[], { documents }: Context): Promise<boolean> {
  const watches = [...new Set(runs.flatMap((run) => run.watches))]
  if (!watches.every((watch) => isSuccess(runs.find((run) => run.watches.includes(watch))!))) return false
  const editions = await Promise.all(watches.map((watch) => documents.find('tops', editionId(watch, date))))
  return editions.every((edition) => edition !== undefined)
}

function lastEvent(notifications: readonly NotificationRecord[], target: NotifyTarget): string | undefined {
  const sent = notifications.filter((one) => isSentTo(target, one) && one.status === 'sent')
  return sent.sort((a, b) => a.at.localeCompare(b.at)).at(-1)?.event
}

const isFailureEvent = (event: string | undefined): event is FailureEvent =>
  FAILURE_EVENTS.some((failure) => failure === event)
