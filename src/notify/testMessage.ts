import { randomUUID } from 'node:crypto'
import type { NotificationRecord } from '../runs/record.ts'
import { waitForAll } from '../waitForAll.ts'
import { deliver, type NotifyContext } from './delivery.ts'

/** Sends a test message to every target, even if its events leave most events out. Records nothing. */
export function sendTest(context: NotifyContext): Promise<NotificationRecord[]> {
  const sent = context.config.notify.map((target) =>
    deliver({ target, news: { event: 'test' }, id: randomUUID() }, context),
  )
  return waitForAll(sent)
}
