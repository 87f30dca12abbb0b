import { createHash, randomUUID } from 'node:crypto'
import type { NotifyEvent, NotifyTarget } from '../config/target.ts'
import type { NotificationRecord } from '../runs/record.ts'
import { waitForAll } from '../waitForAll.ts'
import { deliver, type NotifyContext } from './delivery.ts'
import { saveNotifications } from './history.ts'
import type { FailedNews, MissedNews, RecoveredNews } from './news.ts'

/** Returns the targets that want an event. */
export function targetsOf(event: NotifyEvent, { config }: NotifyContext): readonly NotifyTarget[] {
  return config.notify.filter(({ events }) => events.includes(event))
}

/** Sends news to targets, and adds the notifications to the record of the run, if one had begun. */
export async function notifyTargets(
  targets: readonly NotifyTarget[],
  news: FailedNews | MissedNews | RecoveredNews,
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

/** Sends a test message to every target, even if its events leave most events out. Records nothing. */
export function sendTest(context: NotifyContext): Promise<NotificationRecord[]> {
  const news = { event: 'test' } as const
  return waitForAll(context.config.notify.map((target) => deliver({ target, news, id: randomUUID() }, context)))
}

/** Identifies a message, so that a receiver recognizes one that is sent again. */
export function messageId(event: NotifyEvent, target: NotifyTarget, ...subjects: readonly string[]): string {
  return createHash('sha256')
    .update([event, target.name, ...subjects].join('\n'))
    .digest('hex')
    .slice(0, 24)
}
