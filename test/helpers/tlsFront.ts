import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { temporaryFolder, writeTestFile } from './exports.ts'

/** A server with TLS in front of another one. Its certificate is for 127.0.0.1, from an authority of its own. */
export interface TlsFront {
  readonly url: string
  /** The file with the certificate of the authority. */
  readonly authority: string
  /** Replaces the certificate by one that has expired, or by the valid one. */
  setExpired(isExpired: boolean): void
}

/** Passes requests on to `target`. Its own address stands in for that of `target`, in redirects and in the catalogue. */
export async function startTlsFront(target: string): Promise<TlsFront> {
  const folder = await temporaryFolder()
  const at = (name: string) => join(folder, name)
  const openssl = (...args: readonly string[]) => execFileSync('openssl', [...args], { stdio: 'pipe' })
  const key = ['-newkey', 'rsa:2048', '-nodes']
  openssl(
    'req',
    '-x509',
    ...key,
    '-keyout',
    at('ca.key'),
    '-out',
    at('ca.pem'),
    '-days',
    '2',
    '-subj',
    '/CN=Test authority',
  )
  openssl('req', ...key, '-keyout', at('key.pem'), '-out', at('request.pem'), '-subj', '/CN=127.0.0.1')
  await writeTestFile(folder, 'names', 'subjectAltName=IP:127.0.0.1')
  const sign = (certificate: string, days: string) =>
    openssl('x509', '-req', '-in', at('request.pem'), '-out', at(certificate), ...authority, '-days', days)
  const authority = ['-CA', at('ca.pem'), '-CAkey', at('ca.key'), '-CAcreateserial', '-extfile', at('names')]
  sign('cert.pem', '2')
  const serverKey = readFileSync(at('key.pem'))
  let url = ''
  const server = createServer({ key: serverKey, cert: readFileSync(at('cert.pem')) }, (from, to) => {
    const sent = request(
      new URL(from.url!, target),
      { method: from.method!, headers: from.headers },
      async (answer) => {
        const { location } = answer.headers
        if (location !== undefined) answer.headers.location = location.replace(target, url)
        if (!from.url!.startsWith('/api/')) {
          to.writeHead(answer.statusCode!, answer.headers)
          return void answer.pipe(to)
        }
        let text = ''
        for await (const chunk of answer) text += chunk
        to.writeHead(answer.statusCode!, { 'content-type': 'application/json' }).end(text.replaceAll(target, url))
      },
    )
    sent.on('error', () => to.destroy())
    from.pipe(sent)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const setExpired = (isExpired: boolean) => {
    // openssl accepts -1: the certificate ended yesterday.
    if (isExpired) sign('expired.pem', '-1')
    server.setSecureContext({ key: serverKey, cert: readFileSync(at(isExpired ? 'expired.pem' : 'cert.pem')) })
    server.closeIdleConnections()
  }
  return { url, authority: at('ca.pem'), setExpired }
}
