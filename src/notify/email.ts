import { type Delivery, DeliveryError } from './channel.ts'
import { messageOf } from './message.ts'

/** Time limit for each response of a mail server. */
const TIMEOUT_MS = 10_000

/** Sends plain text over SMTP: with TLS from the start for `smtps:`, otherwise as soon as the server offers it. */
export async function sendMail({ target, news, wording, id }: Delivery): Promise<void> {
  const { createTransport } = await import('nodemailer')
  const timeouts = { connectionTimeout: TIMEOUT_MS, greetingTimeout: TIMEOUT_MS, socketTimeout: TIMEOUT_MS }
  const transport = createTransport({ url: target.url, ...timeouts })
  const { subject, lines } = messageOf(news, { ...wording, literal: (text) => text })
  try {
    await transport.sendMail({
      from: target.from,
      to: [...target.to!],
      subject: `[datagouv-tops] ${subject}`,
      text: `${lines.join('\n')}\n`,
      // If the server's response is lost, the retry arrives as a second message. Mail programs recognize the duplicate by this ID.
      messageId: `<${id}@datagouv-tops>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
  } catch (error) {
    const { responseCode, code, message } = error as Error & { responseCode?: number; code?: string }
    throw new DeliveryError(`${code ?? 'SMTP'}: ${message}`, (responseCode ?? 0) < 500 && code !== 'EAUTH')
  } finally {
    transport.close()
  }
}
