import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { MongoClient } from 'mongodb'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Lease } from '../../src/stores/documents.ts'
import { openMongo } from '../../src/stores/mongo/mongo.ts'
import { documentsContract } from '../contracts/documents.ts'
import { testDatabase } from '../helpers/database.ts'
import { failureOf } from '../helpers/failure.ts'
import { isInstalled, serviceOrSkip, startOwnServer } from '../helpers/services.ts'
import { run, start } from './children.ts'

const HOLDER = { run: 'r1', host: 'here', pid: 1 }

/** Servers that speak MongoDB's protocol. */
const SERVERS = ['mongodb', 'ferretdb'] as const

const withoutUsers = serviceOrSkip('mongodb', 'a server without users')
test.skipIf(withoutUsers === undefined)(
  'a server without users refuses an address with a user, with the remedy',
  async () => {
    const address = withoutUsers!.DATAGOUV_TOPS_DOCUMENTS!.replace('//', '//ada:hunter2@')
    expect((await failureOf(openMongo(address))).message).toMatch(
      / has no users, but its address names one; leave the user and the password out of the address$/,
    )
  },
)

for (const service of SERVERS) {
  const variables = serviceOrSkip(service, `the documents in ${service}`)
  if (variables === undefined) continue
  const server = variables.DATAGOUV_TOPS_DOCUMENTS!
  documentsContract(service, async () => {
    const { url, database, close } = await testDatabase(server)
    // The contract stores documents of any shape. The server does not check a collection that already exists.
    await database.createCollection('tops')
    return { documents: await openMongo(url), another: () => openMongo(url), close }
  })

  describe(`a database of ${service}`, () => {
    const opened = async () => {
      const place = await testDatabase(server)
      const documents = await openMongo(place.url)
      onTestFinished(async () => {
        await documents.close()
        await place.close()
      })
      return { ...place, documents }
    }
    const names = async ({ database }: Awaited<ReturnType<typeof testDatabase>>) =>
      (await database.listCollections().toArray()).map(({ name }) => name).sort()

    test('gets its collections by the first write, and no sooner', async () => {
      const place = await opened()
      expect(await place.documents.find('tops', 'a')).toBeUndefined()
      expect(await place.documents.list('runs')).toEqual([])
      await place.documents.release('a', 'r1')
      expect(await names(place)).toEqual([])
      await place.documents.replace('runs', { _id: 'a' })
      await place.documents.acquire('a', HOLDER, 1_000)
      expect(await names(place)).toEqual(['leases', 'runs'])
    })

    test.each(['the first publication', 'doctor --fix'])('gets its indexes by %s', async (by) => {
      const { database, documents } = await opened()
      const install = async () => (await documents.facts()).schema!.install()
      const { state, canValidate } = (await documents.facts()).schema!
      expect(state).toBe('later')
      const checked = await install()
      expect(checked).toBe(canValidate)
      if (by === 'the first publication') {
        await database.dropCollection('tops')
        // A server that checks editions refuses these. Other tests store real editions.
        await documents.replace('tops', { _id: 'a' }).catch((error) => expect(checked, error.message).toBe(true))
      }
      const indexes = await database.collection('tops').listIndexes().toArray()
      expect(indexes.map(({ key }) => key)).toEqual(
        expect.arrayContaining([
          { _id: 1 },
          { watch: 1, date: -1 },
          { 'organizations.id': 1, date: -1 },
          { 'datasets.dataset_id': 1, date: -1 },
        ]),
      )
      // A second publication finds everything there.
      expect((await documents.facts()).schema!).toMatchObject({ state: 'installed', canValidate: checked, lacks: [] })
      expect(await install()).toBe(checked)
    })

    test('reports a document that is too large', async () => {
      const { documents } = await opened()
      const large = { _id: 'a', text: 'x'.repeat(17 << 20) }
      const writes = [
        () => documents.replace('runs', large),
        () => documents.compareAndSwap('runs', 'a', undefined, large),
      ]
      for (const write of writes) {
        expect(await failureOf(write())).toMatchObject({
          kind: 'store',
          message: `the document store ${documents.address} refuses the document as too large; give the watch narrower terms, or a smaller top`,
        })
      }
      expect(await documents.find('runs', 'a')).toBeUndefined()
    })

    test('reports once what its first writes create', async () => {
      const { url, database, close } = await testDatabase(server)
      onTestFinished(close)
      const lines: string[] = []
      const warnings: string[] = []
      const report = { info: (line: string) => lines.push(line), warn: (line: string) => warnings.push(line) }
      const write = async () => {
        const documents = await openMongo(url, report)
        await documents.acquire('a', HOLDER, 1_000)
        await documents.replace('runs', { _id: 'a' })
        await documents.replace('tops', { _id: 'a' }).catch(() => {})
        await documents.close()
      }
      await write()
      await write()
      expect(lines).toEqual([`created the database ${url}`])
      await database.dropCollection('runs')
      await write()
      expect(lines.slice(1)).toEqual([`created the collection runs in ${url}`])
      expect(warnings.length).toBeLessThanOrEqual(1)
      for (const warning of warnings) expect(warning).toMatch(/ does not check documents: the server has no validators/)
    })

    test('is one that the address names; without a name, datagouv', async () => {
      const { url, documents } = await opened()
      expect(documents.address).toBe(url)
      const { host } = new URL(url)
      for (const address of [`mongodb://${host}`, `mongodb://${host}/`, `mongodb://${host}/?retryWrites=true`]) {
        const unnamed = await openMongo(address)
        expect(unnamed.address).toBe(`mongodb://${host}/datagouv`)
        await unnamed.close()
      }
    })

    test('grants a lease to one process at a time, whatever their clocks say', async () => {
      const { url } = await opened()
      const begun = Date.now()
      const clocks = [-7_200_000, 0, 7_200_000, 300]
      const said = await Promise.all(clocks.map((skew) => run('takeLeases', [url, String(skew), '4'])))
      const ended = Date.now()
      const turns = said.flatMap((lines) => lines.split('\n').map((line) => JSON.parse(line)))
      turns.sort((a, b) => a.from - b.from)
      expect(turns).toHaveLength(4 * clocks.length)
      for (const [i, turn] of turns.entries()) {
        const next = turns[i + 1]
        const since = Date.parse(turn.since)
        expect(since).toBeGreaterThanOrEqual(begun - 1)
        expect(since).toBeLessThanOrEqual(ended + 1)
        if (next === undefined) continue
        // On a busy machine, a lease can expire before its holder is done, and another gets it.
        const hasExpired = next.since >= turn.expires
        if (!hasExpired) expect(next.from, `${next.run} while ${turn.run} had it`).toBeGreaterThanOrEqual(turn.to)
        if (turn.died) expect(hasExpired, `${next.run} before ${turn.run} had run out`).toBe(true)
      }
    })
  })
}

describe.each(SERVERS.filter(isInstalled))('a %s of its own', (service) => {
  const opened = async (options = '') => {
    const server = await startOwnServer(service)
    onTestFinished(() => server.remove())
    const url = server.variables.DATAGOUV_TOPS_DOCUMENTS! + options
    const documents = await openMongo(url)
    onTestFinished(() => documents.close())
    return { server, url, documents }
  }

  test('that is killed is reported, and works as before after a restart', async () => {
    const { server, url, documents } = await opened('?serverSelectionTimeoutMS=2000')
    await documents.replace('runs', { _id: 'a', text: 'old' } as never)
    const { lease } = await documents.acquire('a', HOLDER, 600_000)
    await server.kill()
    const first = await failureOf(documents.find('runs', 'a'))
    expect(first).toMatchObject({ kind: 'store' })
    expect(first.message).toMatch(/ broke off the connection; check that it is up| cannot be reached \(.*ECONNREFUSED/)
    const gone = {
      kind: 'store',
      message: expect.stringMatching(/ cannot be reached \(.*ECONNREFUSED.*\); start it, or/),
    }
    const calls = [
      documents.list('runs'),
      documents.replace('runs', { _id: 'b' }),
      documents.acquire('b', HOLDER, 1_000),
      documents.renew('a', 'r1', 1_000),
      openMongo(url),
    ]
    for (const failure of await Promise.all(calls.map(failureOf))) expect(failure).toMatchObject(gone)

    await server.start()
    expect(await documents.find('runs', 'a')).toEqual({ _id: 'a', text: 'old' })
    expect(await documents.list<Lease>('leases')).toEqual([lease])
    expect(await documents.renew('a', 'r1', 1_000)).toBe(true)
  })

  test('that is killed in the middle of writes has lost nothing that it had confirmed', async () => {
    const { server, url, documents } = await opened()
    const child = start('replaceDocuments', [url])
    let said = ''
    child.stdout!.on('data', (data) => (said += data))
    while (!said.includes('20\n')) await sleep(5)
    const ended = once(child, 'close')
    await server.kill()
    await ended
    await server.start()
    const last = Number(said.trim().split('\n').at(-1))
    const found = await documents.find<{ _id: string; i: number }>('tops', 'a')
    expect(found!.i).toBeGreaterThanOrEqual(last)
    expect((await documents.ids('runs')).length).toBeGreaterThanOrEqual(last)
  })

  test('that stops answering is reported within a minute, by every call', async () => {
    const { server, url, documents } = await opened()
    await documents.replace('runs', { _id: 'a' })
    server.pause()
    onTestFinished(() => server.resume())
    const begun = performance.now()
    const calls = [
      documents.find('runs', 'a'),
      documents.list('runs'),
      documents.replace('tops', { _id: 'a' }),
      documents.acquire('a', HOLDER, 1_000),
      openMongo(url),
    ]
    for (const failure of await Promise.all(calls.map(failureOf))) {
      expect(failure).toMatchObject({
        kind: 'store',
        message: expect.stringMatching(/does not answer|cannot be reached/),
      })
    }
    expect(performance.now() - begun).toBeLessThan(50_000)
    server.resume()
    expect(await documents.find('runs', 'a')).toEqual({ _id: 'a' })
  })
})

describe.runIf(isInstalled('ferretdb'))('a FerretDB of its own', () => {
  test('goes on after a process that died while it held a lock', async () => {
    const server = await startOwnServer('ferretdb')
    onTestFinished(() => server.remove())
    const url = server.variables.DATAGOUV_TOPS_DOCUMENTS!
    const documents = await openMongo(url)
    await documents.replace('runs', { _id: 'a' })
    const client = await new MongoClient(url).connect()
    const locks = client.db().collection<{ _id: string; since: Date }>('locks')
    await locks.insertOne({ _id: 'runs/a', since: new Date(Date.now() - 4_500) })
    const begun = Date.now()
    expect(await documents.compareAndSwap('runs', 'a', { _id: 'a' }, { _id: 'a', b: 1 } as never)).toBe(true)
    expect(Date.now() - begun).toBeGreaterThan(300)
    expect(await locks.find().toArray()).toEqual([])
    await client.close()
    await documents.close()
  })
})

describe('where there is no MongoDB', () => {
  const listening = async (server: Server) => {
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    return `127.0.0.1:${(server.address() as AddressInfo).port}`
  }
  /** The error for an address with a user and a password, which must not repeat the password. */
  const failureAt = async (host: string, options = '') => {
    const failure = await failureOf(
      openMongo(`mongodb://user:hunter2@${host}/datagouv?serverSelectionTimeoutMS=500${options}`),
    )
    expect(failure.message).not.toMatch(/hunter2|\n/)
    expect(failure).toMatchObject({ kind: 'store' })
    return failure.message
  }

  test('a port without a listener is reported', async () => {
    expect(await failureAt('127.0.0.1:1')).toBe(
      'the document store mongodb://127.0.0.1:1/datagouv cannot be reached ("connect ECONNREFUSED 127.0.0.1:1"); start it, or check the setting documents',
    )
  })

  test('an unknown host is reported', async () => {
    expect(await failureAt('nowhere.invalid')).toMatch(
      /^the document store mongodb:\/\/nowhere.invalid:27017\/datagouv cannot be reached \("getaddrinfo E\w+ nowhere.invalid"\); start it, or check the setting documents$/,
    )
  })

  test('a web server is reported', async () => {
    const host = await listening(createServer((_, response) => void response.end('Hello')))
    expect(await failureAt(host)).toMatch(/ cannot be reached \(.*\); start it, or check the setting documents$/)
  })

  test('a server that never answers is reported', async () => {
    const host = await listening(createTcpServer(() => {}))
    expect(await failureAt(host)).toMatch(
      / cannot be reached \(.*timed out.*\); start it, or check the setting documents$/,
    )
  })

  test('TLS with a server that has none is reported', async () => {
    const host = await listening(createTcpServer((socket) => void socket.end('no')))
    expect(await failureAt(host, '&tls=true')).toMatch(/ refuses TLS, or its certificate is refused| cannot be reached/)
  })

  test.each([
    'mongodb://',
    'mongodb://user:hunter2@',
    'mongodb://user:hunt@er2@127.0.0.1/datagouv',
    'mongodb://user:12?hunter2@127.0.0.1/datagouv',
    'mongodb://user:hunter2@127.0.0.1:99999/datagouv',
    'mongodb+srv://user:hunter2@host:27017/datagouv',
  ])('the address %s is refused', async (address) => {
    const failure = await failureOf(openMongo(address))
    expect(failure).toMatchObject({ kind: 'usage', message: expect.stringMatching(/; write mongodb:\/\/HOST:27017/) })
    expect(failure.message).not.toMatch(/hunter2|er2/)
  })

  test.each([
    ['no=such', 'has options that the MongoDB driver refuses: "no" (it is unknown); correct or remove them'],
    [
      'tls=True&w=1&retryWrites=False&maxPoolSize=hunter2',
      'has options that the MongoDB driver refuses: "tls" (it must be true or false, in lower case), "retryWrites" (it must be true or false, in lower case), "maxPoolSize" (its value is not allowed); correct or remove them',
    ],
    ['tls=true&tls=false', 'has options that contradict each other, or one of them twice; correct or remove them'],
  ])('the error for the options %s names those at fault', async (options, problem) => {
    const failure = await failureOf(openMongo(`mongodb://user:hunter2@127.0.0.1/datagouv?${options}`))
    expect(failure).toMatchObject({ kind: 'usage', message: `the address of the documents ${problem}` })
  })
})
