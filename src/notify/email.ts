import { type Delivery, Undelivered } from './delivery.ts'
import { messageOf } from './message.ts'

/** How long a mail server may take for each of its answers. */
const PATIENCE_MS = 10_000

/** A plain text, over SMTP: TLS from the start with `smtps:`, otherwise as soon as the server offers it. */
export async function sendMail({ target, news, wording, id }: Delivery): Promise<void> {
  const { createTransport } = await import('nodemailer')
  const patience = { connectionTimeout: PATIENCE_MS, greetingTimeout: PATIENCE_MS, socketTimeout: PATIENCE_MS }
  const transport = createTransport({ url: target.url, ...patience })
  const { subject, lines } = messageOf(news, { ...wording, literal: (text) => text })
  try {
    await transport.sendMail({
      from: target.from,
      to: [...target.to!],
      subject: `[datagouv-tops] ${subject}`,
      text: `${lines.join('\n')}\n`,
      // A message that arrives twice, after an answer that was lost, is recognised by this.
      messageId: `<${id}@datagouv-tops>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
    })
  } catch (error) {
    const { responseCode, code, message } = error as Error & { responseCode?: number; code?: string }
    throw new Undelivered(`${code ?? 'SMTP'}: ${message}`, (responseCode ?? 0) < 500 && code !== 'EAUTH')
  } finally {
    transport.close()
  }
}
