import { VERSION } from '../version.ts'
import { type Delivery, Undelivered } from './delivery.ts'
import { messageOf } from './message.ts'

/** How long a webhook may take to answer. */
const PATIENCE_MS = 10_000

/** The news as JSON, with the message in words beside them. */
export function postJson({ target, news, wording, id }: Delivery, signal: AbortSignal): Promise<void> {
  const { subject, lines } = messageOf(news, { ...wording, literal: (text) => text })
  return post(target.url, { ...news, id, version: VERSION, subject, text: lines.join('\n') }, signal)
}

/** A message in the shape that Slack, Mattermost and the bridges of Matrix (Tchap) take. */
export function postSlack({ target, news, wording }: Delivery, signal: AbortSignal): Promise<void> {
  const { subject, lines } = messageOf(news, { ...wording, literal: code })
  return post(target.url, { text: [`*${subject}*`, ...lines].join('\n') }, signal)
}

/**
 * Text from outside as inline code: there neither mentions nor links nor formatting work. Slack alone reads `<…>` in code
 * too, and only Slack undoes an escape of it.
 */
function code(text: string): string {
  return `\`${text.replaceAll('`', '’').replaceAll('<', '‹').replaceAll('>', '›')}\``
}

async function post(url: string, body: object, signal: AbortSignal): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'user-agent': `datagouv-tops/${VERSION}` },
    body: JSON.stringify(body),
    // A redirect would carry the message, and often the secret, to somebody else.
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
  }).catch((error: Error & { cause?: NodeJS.ErrnoException }) => {
    throw new Undelivered(error.cause?.code ?? error.cause?.message ?? error.message, true)
  })
  await response.body?.cancel()
  if (response.ok) return
  const passing = response.status === 408 || response.status === 429 || response.status >= 500
  throw new Undelivered(`it answers ${response.status}`, passing)
}
