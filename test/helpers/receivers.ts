import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { SMTPServer } from 'smtp-server'
import { onTestFinished } from 'vitest'

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  // biome-ignore lint/suspicious/noExplicitAny: the tests know its shape
  readonly body: any
}

/** Starts an HTTP server that accepts JSON. `answers` are the first status codes; a pause delays one; the later ones are 200. */
export async function startWebhook(
  ...answers: readonly (number | { pauseMs: number })[]
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    received.push({ path: request.url!, headers: request.headers, body: JSON.parse(text) })
    const status = answers[received.length - 1]
    const pause = answers.find((answer) => typeof answer === 'object')
    if (pause !== undefined) await sleep(pause.pauseMs)
    response.writeHead(typeof status === 'number' ? status : 200, { location: '/elsewhere' }).end('{}')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received }
}

export interface Mail {
  readonly from: string
  readonly to: readonly string[]
  /** The unparsed headers and text. */
  readonly raw: string
}

/** Starts a mail server with one user. `refusals` are the codes for the first messages. */
export async function startMailServer(
  ...refusals: readonly number[]
): Promise<{ url: string; mails: Mail[]; tries: number }> {
  const state = { url: '', mails: [] as Mail[], tries: 0 }
  const server = new SMTPServer({
    // The certificate in the module expires, and these tests are about mails, not TLS.
    disabledCommands: ['STARTTLS'],
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, callback) =>
      username === 'tops' && password === 'p@ss word'
        ? callback(null, { user: username })
        : callback(new Error('wrong password')),
    onData: (stream, session, callback) => {
      let raw = ''
      stream.on('data', (chunk) => (raw += chunk))
      stream.on('end', () => {
        const code = refusals[state.tries++]
        if (code !== undefined) return callback(Object.assign(new Error('not now'), { responseCode: code }))
        const { mailFrom, rcptTo } = session.envelope
        state.mails.push({ from: mailFrom ? mailFrom.address : '', to: rcptTo.map(({ address }) => address), raw })
        callback()
      })
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => new Promise<void>((resolve) => server.close(() => resolve())))
  const { port } = server.server.address() as AddressInfo
  state.url = `smtp://tops:${encodeURIComponent('p@ss word')}@127.0.0.1:${port}`
  return state
}
