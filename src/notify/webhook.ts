import { post } from '../post.ts'
import { VERSION } from '../version.ts'
import { type Delivery, Undelivered } from './delivery.ts'
import { messageOf } from './message.ts'

/** How long a webhook may take to answer. */
const PATIENCE_MS = 10_000

/** The news as JSON, with the message in words beside them. */
export function postJson({ target, news, wording, id }: Delivery, signal: AbortSignal): Promise<void> {
  const { subject, lines } = messageOf(news, { ...wording, literal: (text) => text })
  return bring(target.url, { ...news, id, version: VERSION, subject, text: lines.join('\n') }, signal)
}

/** A message in the shape that Slack, Mattermost and the bridges of Matrix (Tchap) take. */
export function postSlack({ target, news, wording }: Delivery, signal: AbortSignal): Promise<void> {
  const { subject, lines } = messageOf(news, { ...wording, literal: code })
  return bring(target.url, { text: [`*${subject}*`, ...lines].join('\n') }, signal)
}

/**
 * Text from outside as inline code: there neither mentions nor links nor formatting work. Slack alone reads `<…>` in code
 * too, and only Slack undoes an escape of it.
 */
function code(text: string): string {
  return `\`${text.replaceAll('`', '’').replaceAll('<', '‹').replaceAll('>', '›')}\``
}

async function bring(url: string, body: object, signal: AbortSignal): Promise<void> {
  const patience = AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)])
  const { ok, status } = await post(url, body, patience).catch((error: Error) => {
    throw new Undelivered(error.message, true)
  })
  if (ok) return
  throw new Undelivered(`it answers ${status}`, status === 408 || status === 429 || status >= 500)
}
