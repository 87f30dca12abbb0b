import { post } from '../network/post.ts'
import type { ProxySettings } from '../network/proxy.ts'
import { VERSION } from '../version.ts'
import { type Delivery, DeliveryError } from './channel.ts'
import { messageOf } from './message.ts'

/** Time limit for the response of a webhook. */
const TIMEOUT_MS = 10_000

/** How a message reaches its target. */
export interface Connection {
  readonly proxies: ProxySettings
  readonly signal: AbortSignal
}

/** Sends the news as JSON, together with the message for people. */
export function postJson({ target, news, wording, id }: Delivery, connection: Connection): Promise<void> {
  const { subject, lines } = messageOf(news, { ...wording, literal: (text) => text })
  return send(target.url, { ...news, id, version: VERSION, subject, text: lines.join('\n') }, connection)
}

/** Sends the message in the format of Slack, which Mattermost and the bridges of Matrix (Tchap) accept as well. */
export function postSlack({ target, news, wording }: Delivery, connection: Connection): Promise<void> {
  const { subject, lines } = messageOf(news, { ...wording, literal: code })
  return send(target.url, { text: [`*${subject}*`, ...lines].join('\n') }, connection)
}

/**
 * Returns text from outside as inline code, where mentions, links and formatting have no effect. Slack interprets `<…>` even there,
 * and other services do not decode Slack's escapes, so the brackets are replaced.
 */
function code(text: string): string {
  return `\`${text.replaceAll('`', '’').replaceAll('<', '‹').replaceAll('>', '›')}\``
}

async function send(url: string, body: object, { proxies, signal }: Connection): Promise<void> {
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)])
  const { ok, status, reply } = await post(url, body, { proxies, signal: timeout }).catch((error: Error) => {
    throw new DeliveryError(error.message, true)
  })
  if (ok) return
  throw new DeliveryError(reply, status === 408 || status === 429 || status >= 500)
}
