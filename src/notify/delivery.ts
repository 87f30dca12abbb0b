import { unescape as decode } from 'node:querystring'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import type { NotificationRecord } from '../runs/record.ts'
import { stripControls } from '../text/stripControls.ts'
import { type Delivery, DeliveryError } from './channel.ts'
import { addressHash } from './identity.ts'
import type { Connection } from './webhook.ts'

/** How many times to try to send a message, and the factor by which the pauses grow (the first is `retry_pause`). */
const TRIES = 3
const GROWTH = 4

/** A context whose stores may be unreachable. */
export type NotifyContext = Omit<Context, 'archive' | 'documents' | 'openObservers'> &
  Partial<Pick<Context, 'documents'>>

/** Sends a message to a target, with retries. Never throws: the record says whether it arrived. */
export async function deliver(
  message: Pick<Delivery, 'target' | 'news' | 'id'>,
  { config, clock, report, signal }: NotifyContext,
): Promise<NotificationRecord> {
  const delivery = { ...message, wording: { language: config.language, timeZone: config.time_zone } }
  const { name, url } = delivery.target
  const address_hash = addressHash(delivery.target)
  const record = (status: 'sent' | 'failed', tries: number, error: string | null): NotificationRecord => {
    return { event: delivery.news.event, target: name, address_hash, status, tries, at: clock().toISOString(), error }
  }
  for (let tries = 1; ; tries++) {
    try {
      await send(delivery, { proxies: config, signal })
      report.debug(`notified ${name}`)
      return record('sent', tries, null)
    } catch (error) {
      const reason = withoutSecrets(stripControls((error as Error).message), url)
      const isRetryable = error instanceof DeliveryError && error.retryable
      if (!isRetryable || tries === TRIES || signal.aborted) {
        report.warn(`cannot notify ${name}: ${reason}`)
        return record('failed', tries, reason)
      }
      await sleep(config.retry_pause * GROWTH ** (tries - 1), undefined, { signal }).catch(() => {})
    }
  }
}

async function send(delivery: Delivery, connection: Connection): Promise<void> {
  switch (delivery.target.kind) {
    case 'email':
      return (await import('./email.ts')).sendMail(delivery)
    case 'slack':
      return (await import('./webhook.ts')).postSlack(delivery, connection)
    case 'webhook':
      return (await import('./webhook.ts')).postJson(delivery, connection)
  }
}

/** Removes the secret parts of a target's address: libraries and servers repeat it in their errors. */
function withoutSecrets(text: string, url: string): string {
  const { username, password, pathname, search } = new URL(url)
  const plain = decode(password)
  // A mail server gets the password in base64, alone or after the user.
  const encoded = [plain, `\0${decode(username)}\0${plain}`].map((part) => Buffer.from(part).toString('base64'))
  const parts = [url, password, plain, ...(password === '' ? [] : encoded), pathname, search]
  return parts.filter((part) => part.length > 1).reduce((safe, part) => safe.replaceAll(part, '***'), text)
}
