import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { createDownloads } from '../../src/server/api/downloads.ts'
import { limitConnections } from '../../src/server/connections.ts'
import { negotiateLanguage } from '../../src/server/pages/translations/language.ts'
import { parseSearch } from '../../src/server/search.ts'
import { sortBy } from '../../src/server/selection.ts'
import type { Archive } from '../../src/stores/archive.ts'
import type { Documents } from '../../src/stores/documents.ts'
import { DATE, openTestContext } from '../helpers/context.ts'
import { serveContext } from '../helpers/serveContext.ts'
import { publishWeeks, watchWithTop } from '../helpers/weeks.ts'

async function published(settings = watchWithTop(1)) {
  const context = await openTestContext(undefined, settings)
  const datasets = [{ id: 'd1', title: 'Transport', organization: 'o1' }]
  await publishWeeks(context, [{ date: DATE, datasets, organizations: [['o1', 'Un', 1]] }])
  return context
}

/** Sends bytes on a connection of their own, and returns all that comes back until it is closed, or silent for a moment. */
async function exchange(url: string, text: string): Promise<{ readonly received: string; readonly isOpen: boolean }> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {})
  let received = ''
  let last = Date.now()
  socket.on('data', (data) => {
    received += data
    last = Date.now()
  })
  socket.write(text)
  while (!socket.closed && Date.now() - last < 1_000) await sleep(20)
  const isOpen = !socket.closed
  socket.destroy()
  return { received, isOpen }
}

const statusesIn = (received: string) =>
  [...received.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => Number(status))

test.each([
  '/%5Cevil.example/',
  '/%5c%5cevil.example/',
  '/%09/evil.example/',
  '//evil.example/',
  '/.//evil.example/',
  '/%2e%2e//evil.example/',
  '/%0aevil.example/',
  '/%00/',
])('a final slash in %s leads nowhere else', async (path) => {
  const url = await serveContext(await published())
  const { received } = await exchange(url, `GET ${path} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`)
  expect(statusesIn(received)).toEqual([301])
  const location = /^location: (.*)\r$/m.exec(received)![1]!
  expect(new URL(location, 'http://a/').origin).toBe('http://a')
})

describe('one request', () => {
  test('cannot keep the server busy with a header full of spaces', () => {
    const header = `a${' '.repeat(15_000)}b`
    const start = performance.now()
    for (let count = 0; count < 50; count++) negotiateLanguage(null, header)
    // Quadratic time took five seconds.
    expect(performance.now() - start).toBeLessThan(500)
    expect(negotiateLanguage(null, 'de, en ; q=0.5,fr;q=0.4').language).toBe('en')
  })

  test('cannot make it sort by a field a thousand times', () => {
    let reads = 0
    const fields = (title: string) => ({
      get title() {
        reads++
        return title
      },
    })
    expect(sortBy(['b', 'c', 'a'], Array(1_000).fill('-title').join(), fields)).toEqual(['c', 'b', 'a'])
    expect(reads).toBe(3)
  })

  test('cannot make it look for a word a hundred times', () => {
    expect(parseSearch('e '.repeat(100)).wanted).toEqual(['e'])
  })

  test('whose body ends elsewhere for a proxy gets no answer to a second request on its connection', async () => {
    const url = await serveContext(await published())
    const second = 'GET /api/watches HTTP/1.1\r\nhost: a\r\n\r\n'
    for (const body of ['content-length: 5\r\n\r\nhello', 'transfer-encoding: chunked\r\n\r\n0\r\n\r\n']) {
      const { received, isOpen } = await exchange(url, `GET /healthz HTTP/1.1\r\nhost: a\r\n${body}${second}`)
      expect([statusesIn(received), isOpen]).toEqual([[200], false])
    }
    const without = await exchange(url, `GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n${second}`)
    expect([statusesIn(without.received), without.isOpen]).toEqual([[200, 200], true])
  })

  test.each([
    'content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    'transfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n',
    'content-length: 3\r\ncontent-length: 5\r\n\r\nabcde',
    'content-length: +5\r\n\r\nabcde',
    'content-length : 5\r\n\r\nabcde',
    'a: b\r\n c\r\n\r\n',
    'a: b\rcontent-length: 5\r\n\r\nabcde',
    `a: ${'b'.repeat(17_000)}\r\n\r\n`,
  ])('whose length is ambiguous is refused, and its connection closed: %j', async (rest) => {
    const url = await serveContext(await published())
    const second = 'GET /api/watches HTTP/1.1\r\nhost: a\r\n\r\n'
    const { received, isOpen } = await exchange(url, `POST / HTTP/1.1\r\nhost: a\r\n${rest}${second}`)
    expect([statusesIn(received), isOpen]).toEqual([[rest.length > 16_000 ? 431 : 400], false])
  })
})

test('responses of the last second take no more memory than they may, however long the requests are', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const url = await serveContext(await published())
  const socket = connect(Number(new URL(url).port), '127.0.0.1')
  onTestFinished(() => void socket.destroy())
  let answers = 0
  socket.on('data', (data) => {
    answers += data.toString('latin1').split('HTTP/1.1 200').length - 1
  })
  collect()
  const before = process.memoryUsage().heapUsed
  for (let count = 0; count < 6_000; count++) {
    socket.write(`GET /healthz HTTP/1.1\r\nhost: a\r\naccept-language: ${count}${'x'.repeat(14_000)}\r\n\r\n`)
    if (count % 4 === 3) await vi.waitFor(() => expect(answers).toBe(count + 1), { interval: 1, timeout: 10_000 })
  }
  collect()
  // Without the keys in the count, they were 84 MB.
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(50 * 2 ** 20)
})

describe('many connections', () => {
  /** Starts a server that never answers, for three connections. */
  async function silentServer() {
    let requests = 0
    const server = createServer(() => void requests++)
    limitConnections(server, 3)
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const open = async (text: string): Promise<Socket> => {
      const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => {})
      socket.resume().write(text)
      await once(socket, 'connect')
      return socket
    }
    return { open, requests: () => requests }
  }
  const REQUEST = 'GET / HTTP/1.1\r\nhost: a\r\n\r\n'

  test('that do not read their responses cannot keep out others: the one with the oldest request is closed', async () => {
    const { open, requests } = await silentServer()
    const sockets: Socket[] = []
    for (let count = 1; count <= 4; count++) {
      sockets.push(await open(REQUEST))
      await vi.waitFor(() => expect(requests()).toBe(count))
    }
    await vi.waitFor(() => expect(sockets.map(({ closed }) => closed)).toEqual([true, false, false, false]))
  })

  test('or one with many requests at a time: it is closed', async () => {
    const { open, requests } = await silentServer()
    const [polite, flood] = [await open(REQUEST.repeat(8)), await open(REQUEST.repeat(50))]
    await vi.waitFor(() => expect(flood.closed).toBe(true))
    expect([polite.closed, requests()]).toEqual([false, 58])
  })
})

describe('downloads', () => {
  test('whose clients do not read give way when all places are taken', () => {
    let now = 0
    const downloads = createDownloads(2, { warn: () => {} }, () => now)
    const closed: string[] = []
    const begin = (name: string) =>
      downloads.begin({ req: { path: name }, env: { outgoing: { destroy: () => closed.push(name) } } } as never)
    begin('a')
    now = 5_000
    begin('b')
    now = 19_000
    expect(() => begin('c')).toThrow('too many downloads at the same time')
    now = 21_000
    begin('c')
    expect(closed).toEqual(['a'])
    expect(() => begin('d')).toThrow('too many downloads at the same time')
  })

  test('keep their place while they are read, and give it back at their end', async () => {
    let now = 0
    const downloads = createDownloads(1, { warn: () => {} }, () => now)
    const closed: string[] = []
    const begin = () => downloads.begin({ env: { outgoing: { destroy: () => closed.push('a') } } } as never)
    async function* chunks() {
      yield new Uint8Array(1)
    }
    const source = chunks()
    const reader = (begin().stream(await source.next(), source) as ReadableStream<Uint8Array>).getReader()
    now = 30_000
    expect((await reader.read()).done).toBe(false)
    expect(begin).toThrow('too many downloads at the same time')
    expect((await reader.read()).done).toBe(true)
    begin()
    expect(closed).toEqual([])
  })

  test('that break off keep the reason for the log', async () => {
    const context = await published()
    const failing = async function* (key: string) {
      yield* key.endsWith('.csv') ? [new Uint8Array(3)] : context.archive.read(key)
      throw new Error('cannot read /secret/place')
    }
    const archive: Archive = Object.create(context.archive, { read: { value: failing } })
    // The library prints the error that ends a stream.
    const printed = vi.spyOn(console, 'error').mockImplementation(() => {})
    onTestFinished(() => printed.mockRestore())
    const url = await serveContext({ ...context, archive })
    const path = `/api/editions/mobilite-transport/${DATE}/archive.csv`
    const { received, isOpen } = await exchange(url, `GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`)
    expect([received.includes('secret'), isOpen]).toEqual([false, false])
    expect(printed.mock.calls.join()).not.toContain('secret')
    expect(context.warnings).toContain(`${path}: the download broke off: cannot read /secret/place`)
  })
})

test('a flood of readiness checks asks the stores once', async () => {
  const context = await published()
  let lists = 0
  const ids = async (...query: Parameters<Documents['ids']>) => {
    lists++
    return context.documents.ids(...query)
  }
  const url = await serveContext({ ...context, documents: Object.create(context.documents, { ids: { value: ids } }) })
  const answers = await Promise.all(Array.from({ length: 100 }, () => fetch(`${url}/readyz`)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(lists).toBeLessThanOrEqual(2)
})

describe('the Host of a request', () => {
  const get = async (url: string, path: string, host: string) => {
    const { received } = await exchange(url, `GET ${path} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n\r\n`)
    return { received, cacheControl: /^cache-control: (.*)\r$/m.exec(received)?.[1] }
  }
  const PATHS = ['/feed.atom', '/feed.json', '/calendar.ics']

  test.each(PATHS)('is in links of %s, which no shared cache may keep then', async (path) => {
    const url = await serveContext(await published())
    const { received, cacheControl } = await get(url, path, 'evil.example')
    expect([received.includes('//evil.example/'), cacheControl]).toEqual([true, 'private, max-age=60'])
    expect((await get(url, path, 'a')).received).not.toContain('evil.example')
  })

  test.each(PATHS)('has no effect on %s if public_url is set', async (path) => {
    const url = await serveContext(await published(`${watchWithTop(1)}\npublic_url: https://tops.example`))
    const { received, cacheControl } = await get(url, path, 'evil.example')
    expect([received.includes('evil.example'), received.includes('https://tops.example/')]).toEqual([false, true])
    expect(cacheControl).toBe('public, max-age=60')
  })

  test.each(['evil/x', 'a@evil', 'a b', '"><script>', 'x:99999'])('is refused if it is %s', async (host) => {
    const url = await serveContext(await published())
    expect(statusesIn((await get(url, '/feed.atom', host)).received)).toEqual([400])
  })

  test('comes from no other header', async () => {
    const url = await serveContext(await published())
    const names = ['x-forwarded-host', 'x-original-url', 'x-rewrite-url', 'x-forwarded-prefix', 'x-forwarded-proto']
    const headers = Object.fromEntries([...names, 'forwarded'].map((name) => [name, 'evil.example']))
    for (const path of [...PATHS, '/api/editions', '/nowhere'])
      expect(await (await fetch(url + path, { headers })).text()).not.toContain('evil.example')
  })
})
