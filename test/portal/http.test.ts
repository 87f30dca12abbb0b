import { createServer, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import { NO_PROXIES } from '../../src/network/proxy.ts'
import { HttpClient } from '../../src/portal/http.ts'

const SETTINGS = {
  ...NO_PROXIES,
  connect_timeout: 300,
  headers_timeout: 300,
  stall_timeout: 300,
  min_rate: 1_000,
  retries: 0,
  retry_pause: 1,
  max_export_size: 2 ** 30,
}
/** Far more bytes than the client buffers ahead of its reader. */
const BODY = Buffer.alloc(4 * 2 ** 20, 'a')

/** Starts a client, and a server that sends this head and BODY as fast as it can and then closes the connection. */
async function startClosingServer(head: string): Promise<{ readonly http: HttpClient; readonly url: string }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket.on('error', () => {}))
    socket.once('data', () => socket.end(Buffer.concat([Buffer.from(`${head}\r\n\r\n`), BODY])))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const http = await HttpClient.open(SETTINGS, new AbortController().signal, () => {})
  onTestFinished(async () => {
    http.close()
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { http, url: `http://127.0.0.1:${(server.address() as { port: number }).port}/` }
}

/** Counts the bytes of a body, pausing for longer than the stall time-out. */
async function lengthOf(body: AsyncIterable<Uint8Array>): Promise<number> {
  let length = 0
  for await (const chunk of body) {
    if (length === 0) await sleep(SETTINGS.stall_timeout + 100)
    await sleep(1)
    length += chunk.length
  }
  return length
}

test.each([
  ['of HTTP/1.0', `HTTP/1.0 200 OK\r\nContent-Length: ${BODY.length}`],
  ['of HTTP/1.1', `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${BODY.length}`],
  ['that sends no length', 'HTTP/1.1 200 OK\r\nConnection: close'],
])('a response of a server %s that closes early is read to its end', async (_, head) => {
  const { http, url } = await startClosingServer(head)
  expect(await lengthOf((await http.get(url)).body)).toBe(BODY.length)
})

test('a response that ends before its length is a retryable failure, even if it is read slowly', async () => {
  const { http, url } = await startClosingServer(
    `HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: ${BODY.length + 1}`,
  )
  const read = http.withRetries({ failed: 0 }, async () => lengthOf((await http.get(url)).body))
  await expect(read).rejects.toMatchObject({ kind: 'portal', retryable: true })
})
