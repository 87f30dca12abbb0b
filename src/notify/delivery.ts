import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from '../context.ts'
import type { NotificationRecord } from '../runs/record.ts'
import { inert } from '../terminal/inert.ts'
import type { Wording } from './message.ts'
import type { News } from './news.ts'
import type { Target } from './target.ts'

/** Some news on the way to somebody. */
export interface Delivery {
  readonly target: Target
  readonly news: News
  readonly wording: Omit<Wording, 'literal'>
  /** Of the message: the same when it is tried again. */
  readonly id: string
}

/** Why a message did not arrive, and whether that can pass. */
export class Undelivered extends Error {
  readonly passing: boolean

  constructor(message: string, passing: boolean) {
    super(message)
    this.passing = passing
  }
}

/** How often a message is tried, and how much longer each pause is than the one before (the first is `retry_pause`). */
const TRIES = 3
const GROWTH = 4

/** A world whose stores may be away. */
export type Surroundings = Omit<World, 'archive' | 'documents'> & Partial<Pick<World, 'documents'>>

/** Brings news to a target. Never fails: what became of it is returned. */
export async function deliver(
  message: Pick<Delivery, 'target' | 'news' | 'id'>,
  { config, clock, report, signal }: Surroundings,
): Promise<NotificationRecord> {
  const delivery = { ...message, wording: { language: config.language, timeZone: config.time_zone } }
  const { name, url } = delivery.target
  const told = (status: 'sent' | 'failed', tries: number, error: string | null): NotificationRecord => {
    return { event: delivery.news.event, target: name, status, tries, at: clock().toISOString(), error }
  }
  for (let tries = 1; ; tries++) {
    try {
      await send(delivery, signal)
      report.detail(`notified ${name}`)
      return told('sent', tries, null)
    } catch (error) {
      const why = withoutSecrets(inert((error as Error).message), url)
      const passing = error instanceof Undelivered && error.passing
      if (!passing || tries === TRIES || signal.aborted) {
        report.warn(`${name} could not be notified: ${why}`)
        return told('failed', tries, why)
      }
      await sleep(config.retry_pause * GROWTH ** (tries - 1), undefined, { signal }).catch(() => {})
    }
  }
}

async function send(delivery: Delivery, signal: AbortSignal): Promise<void> {
  switch (delivery.target.kind) {
    case 'email':
      return (await import('./email.ts')).sendMail(delivery)
    case 'slack':
      return (await import('./webhook.ts')).postSlack(delivery, signal)
    case 'webhook':
      return (await import('./webhook.ts')).postJson(delivery, signal)
  }
}

/** Whatever a library or a server repeats of an address, its secret parts do not get into a record or a log. */
function withoutSecrets(text: string, url: string): string {
  const { password, pathname, search } = new URL(url)
  const parts = [url, password, new URLSearchParams(`p=${password}`).get('p')!, pathname, search]
  return parts.filter((part) => part.length > 1).reduce((safe, part) => safe.replaceAll(part, '***'), text)
}
