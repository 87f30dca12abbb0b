import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { openTestContext } from '../helpers/context.ts'
import { serveContext } from '../helpers/serveContext.ts'

/** Sends bytes on a connection of their own. Returns all that comes back until the server closes it. */
async function exchange(text: string): Promise<string> {
  const url = await serveContext(await openTestContext())
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
  let received = ''
  socket.on('data', (data) => (received += data))
  socket.write(text)
  await once(socket, 'close')
  return received
}

const headOf = (received: string) => received.slice(0, received.indexOf('\r\n\r\n')).split('\r\n')
const bodyOf = (received: string) => received.slice(received.indexOf('\r\n\r\n') + 4)
const request = (target: string, rest = '') => `GET ${target} HTTP/1.1\r\nhost: a\r\n${rest}\r\n`

test('says how to write an address with accents, in plain text, and closes the connection', async () => {
  const received = await exchange(request('/api/explore/latest.csv?words=vélo&match=word'))
  const body = bodyOf(received)
  expect(headOf(received)).toEqual([
    'HTTP/1.1 400 Bad Request',
    'Content-Type: text/plain; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Content-Type-Options: nosniff',
    'Cache-Control: no-store',
    'Access-Control-Allow-Origin: *',
    'Connection: close',
  ])
  expect(body).toBe(
    [
      '400 Bad Request: the address has characters that must be percent-encoded. Use /api/explore/latest.csv?words=v%C3%A9lo&match=word',
      "With curl, pass each parameter with --data-urlencode 'NAME=VALUE', and add -G.",
      '',
    ].join('\n'),
  )
})

test('the address that it recommends is the one that browsers send', async () => {
  const [, address] = /Use (\S+)/.exec(await exchange(request('/?q=œuvre d’art'.replace(' ', '+'))))!
  expect(address).toBe('/?q=%C5%93uvre+d%E2%80%99art')
})

test('does not repeat a very long address', async () => {
  const body = bodyOf(await exchange(request(`/?q=${'é'.repeat(500)}`)))
  expect(body).toContain('Write v%C3%A9lo for vélo\n')
})

test.each([
  ['hello\r\n\r\n', '400 Bad Request: this is not a valid HTTP request.'],
  [request('/', 'content-length: 3\r\ncontent-length: 5\r\n'), '400 Bad Request: this is not a valid HTTP request.'],
  [
    request('/', `a: ${'b'.repeat(17_000)}\r\n`),
    '431 Request Header Fields Too Large: the address and the headers of the request have more than 16 kB. Send less.',
  ],
])('answers %j in words', async (text, body) => {
  expect(bodyOf(await exchange(text))).toBe(`${body}\n`)
})

test('answers nothing to a bad request that follows one in progress: its client would mistake the answer', async () => {
  const received = await exchange(`${request('/readyz')}${request('/?q=é')}`)
  expect(received).not.toContain('400')
})
