import { expect, onTestFinished, test } from 'vitest'
import { openMongo } from '../../src/stores/mongo/mongo.ts'
import { failureOf } from '../helpers/failure.ts'
import { type Command, cursorOf, startFakeMongo } from '../helpers/fakeMongo.ts'

const EDITION = { _id: 'velo/2026-11-18' }
const SECRET = 'hunter2'

/** Opens a document store at a simulated server. */
async function storeAt(answer: Parameters<typeof startFakeMongo>[0], options = '') {
  const server = await startFakeMongo(answer)
  const documents = await openMongo(server.url + options)
  onTestFinished(() => documents.close())
  return { ...server, documents, writes: () => server.commands.filter((command) => 'update' in command) }
}
const isWrite = (command: Command) => 'update' in command
const refusing = (code: number, codeName: string) => ({ ok: 0, code, codeName, errmsg: `no: ${codeName}` })

test('writes are confirmed by a majority of the members, and can be tried again without being done twice', async () => {
  const { documents, writes } = await storeAt(() => undefined)
  await documents.replace('runs', EDITION)
  expect(writes()).toMatchObject([
    {
      update: 'runs',
      updates: [{ q: EDITION, u: EDITION, upsert: true }],
      writeConcern: { w: 'majority', wtimeout: 10_000 },
      lsid: expect.anything(),
      txnNumber: expect.anything(),
    },
  ])
})

test('retryWrites=false in the address is respected, for servers that know no such writes', async () => {
  const { documents, writes } = await storeAt(() => undefined, '&retryWrites=false')
  await documents.replace('runs', EDITION)
  expect(writes()[0]).not.toHaveProperty('txnNumber')
})

test('a server that cannot create an index gets the editions without it', async () => {
  const { documents, writes } = await storeAt((command) =>
    'createIndexes' in command ? refusing(67, 'CannotCreateIndex') : undefined,
  )
  await documents.replace('tops', EDITION)
  expect(writes()).toHaveLength(1)
})

test('a change of the primary in the middle of a write is not even noticed', async () => {
  let writes = 0
  const answer = (command: Command) =>
    isWrite(command) && ++writes === 1
      ? { ...refusing(10107, 'NotWritablePrimary'), errorLabels: ['RetryableWriteError'] }
      : undefined
  const { documents, writes: sent } = await storeAt(answer)
  await documents.replace('runs', EDITION)
  const [first, second] = sent()
  expect(second!.txnNumber).toEqual(first!.txnNumber)
})

test('of two that add one document at once, the second replaces that of the first', async () => {
  let writes = 0
  const duplicate = { n: 0, writeErrors: [{ index: 0, code: 11000, errmsg: 'E11000 duplicate key error' }] }
  const { documents, writes: sent } = await storeAt((command) =>
    isWrite(command) && ++writes === 1 ? duplicate : undefined,
  )
  await documents.replace('runs', EDITION)
  expect(sent()).toHaveLength(2)
})

test.each([
  [refusing(13, 'Unauthorized'), 'denies permission; give the user the role readWrite on this database'],
  [refusing(14031, 'OutOfDiskSpace'), 'is full; make room and run again'],
  [
    refusing(10334, 'BSONObjectTooLarge'),
    'refuses the document as too large; give the watch narrower terms, or a smaller top',
  ],
  [refusing(11600, 'InterruptedAtShutdown'), 'is changing its primary or shutting down; run again'],
  [
    { n: 0, writeErrors: [{ index: 0, code: 121, errmsg: 'Document failed validation' }] },
    'refuses the document by the schema of "tops"; bring that up to date with "doctor --fix"',
  ],
  [
    {
      n: 1,
      writeConcernError: { code: 64, codeName: 'WriteConcernFailed', errmsg: 'waiting for replication timed out' },
    },
    'cannot confirm a write by a majority of its members; check that they are up and run again',
  ],
  [
    refusing(8000, 'AtlasError'),
    'refuses the user or the password; check both, and add ?authSource=admin if the user was created there',
  ],
  [refusing(96, 'OperationFailed'), 'answers OperationFailed: "no: OperationFailed"'],
])('reports a server that answers %j to a write, with the remedy', async (refusal, message) => {
  const { documents, host } = await storeAt((command) => (isWrite(command) ? refusal : undefined))
  expect(await failureOf(documents.replace('runs', EDITION))).toMatchObject({
    kind: 'store',
    message: `the document store mongodb://${host}/datagouv ${message}`,
  })
})

test('a wrong password is reported, and never repeated', async () => {
  const { host, url } = await startFakeMongo((command) =>
    'saslStart' in command ? refusing(18, 'AuthenticationFailed') : undefined,
  )
  const failure = await failureOf(openMongo(url.replace('//', `//somebody:${SECRET}@`)))
  expect(failure).toMatchObject({
    kind: 'store',
    message: `the document store mongodb://${host}/datagouv refuses the user or the password; check both, and add ?authSource=admin if the user was created there`,
  })
  expect(failure.message).not.toContain(SECRET)
})

test('a server without users, addressed with a user, is reported with the remedy', async () => {
  const unknown = { ok: 0, code: 59, codeName: 'CommandNotFound', errmsg: "no such command: 'saslStart'" }
  const { host, url } = await startFakeMongo((command) => ('saslStart' in command ? unknown : undefined))
  const failure = await failureOf(openMongo(url.replace('//', `//ada:${SECRET}@`)))
  expect(failure).toMatchObject({
    kind: 'store',
    message: `the document store mongodb://${host}/datagouv has no users, but its address names one; leave the user and the password out of the address`,
  })
})

test('a server that is too old is reported with its version and the version needed', async () => {
  const { url, host } = await startFakeMongo((command) =>
    'ismaster' in command || 'hello' in command ? { ismaster: true, maxWireVersion: 6, minWireVersion: 0 } : undefined,
  )
  const failure = await failureOf(openMongo(`${url.split('?')[0]}?serverSelectionTimeoutMS=500`))
  expect(failure.message).toContain(
    `the document store mongodb://${host}/datagouv cannot be used by this program ("Server at ${host} reports maximum wire version 6`,
  )
})

test('a replica set without a primary is reported', async () => {
  const { url, host } = await startFakeMongo((command) =>
    'ismaster' in command || 'hello' in command
      ? {
          helloOk: true,
          setName: 'rs',
          hosts: [host],
          me: host,
          secondary: true,
          minWireVersion: 0,
          maxWireVersion: 25,
        }
      : undefined,
  )
  expect(await failureOf(openMongo(`${url}&serverSelectionTimeoutMS=500`))).toMatchObject({
    kind: 'store',
    message: `the document store mongodb://${host}/datagouv has no primary at the moment; check that a majority of its members is up and run again`,
  })
})

test('a user who may create neither collections nor indexes can still publish', async () => {
  const { documents, writes } = await storeAt((command) =>
    'create' in command || 'createIndexes' in command ? refusing(13, 'Unauthorized') : undefined,
  )
  await documents.replace('tops', EDITION)
  expect(writes()).toHaveLength(1)
})

test('the server is asked to check editions before the first is published, and once', async () => {
  const { documents, commands } = await storeAt(() => undefined)
  await documents.replace('tops', EDITION)
  await documents.replace('tops', EDITION)
  const created = commands.filter((command) => 'create' in command)
  expect(created).toMatchObject([{ create: 'tops', validationAction: 'error', validator: { $jsonSchema: {} } }])
  const indexes = commands.flatMap((command) => ('createIndexes' in command ? [command.indexes] : []))
  expect(indexes).toMatchObject([
    [{ key: { watch: 1, date: -1 } }],
    [{ key: { 'organizations.id': 1, date: -1 } }],
    [{ key: { 'datasets.dataset_id': 1, date: -1 } }],
  ])
})

test('only the indexes that are missing are created', async () => {
  const there = [{ _id: 1 }, { watch: 1, date: -1 }, { 'datasets.dataset_id': 1, date: -1 }]
  const { documents, commands } = await storeAt((command) =>
    'listIndexes' in command ? cursorOf(...there.map((key, i) => ({ v: 2, key, name: String(i) }))) : undefined,
  )
  await documents.replace('tops', EDITION)
  expect(commands.filter((command) => 'createIndexes' in command)).toMatchObject([
    { indexes: [{ key: { 'organizations.id': 1, date: -1 } }] },
  ])
})

test.each([
  ['FerretDB 1', refusing(238, 'NotImplemented')],
  ['Amazon DocumentDB', refusing(303, 'UnsupportedFeature')],
  ['a server that does not know the option', refusing(72, 'InvalidOptions')],
])('a server without validators, as %s, gets tops without its schema, with one warning', async (_, refusal) => {
  const warnings: string[] = []
  const server = await startFakeMongo((command) => {
    if ('create' in command && 'validator' in command) return refusal
    return 'collMod' in command ? refusal : undefined
  })
  const documents = await openMongo(server.url, { info: () => {}, warn: (line) => warnings.push(line) })
  onTestFinished(() => documents.close())
  await documents.replace('tops', EDITION)
  await documents.replace('tops', EDITION)
  expect(server.commands.flatMap((command) => ('create' in command ? ['validator' in command] : []))).toEqual([
    true,
    false,
  ])
  expect(warnings).toEqual([
    `mongodb://${server.host}/datagouv does not check documents: the server has no validators, so "tops" was created without its schema; nothing to do, unless it should be MongoDB`,
  ])
})

/** A server that is not MongoDB may answer "ok" and nothing else to every command but the handshake. */
const isHandshake = (command: Command) => 'hello' in command || 'ismaster' in command
const HOLDER = { run: 'r1', host: 'here', pid: 1 }
const LEASE = { _id: 'a', ...HOLDER, since: '2026-11-18T16:00:00.000Z', expires: '2026-11-18T16:01:00.000Z' }
type Call = 'find' | 'list' | 'replace' | 'swap' | 'add' | 'remove' | 'acquire' | 'renew' | 'release' | 'facts'

test.each([
  ['find', 'a query'],
  ['find', 'a query with a cursor without documents', { find: { cursor: {} } }],
  ['find', 'a query with another document', { find: cursorOf({ _id: 'b' }) }],
  ['list', 'a query with documents that were not asked for', { find: cursorOf({ _id: 1 }) }],
  ['replace', 'a question for its collections', { listCollections: {} }],
  ['replace', 'a replacement', {}],
  ['replace', 'a replacement of nothing', { update: { n: 0, nModified: 0 } }],
  ['swap', 'a conditional replacement', {}],
  ['add', 'an addition', {}],
  ['add', 'an addition of nothing', { insert: { n: 0 } }],
  ['remove', 'a removal', {}],
  ['acquire', 'a question for the time', { find: cursorOf() }],
  ['acquire', 'a new lease', { find: cursorOf(), isMaster: { localTime: new Date() } }],
  ['acquire', 'a lease in the place of an old one', { find: cursorOf(LEASE), isMaster: { localTime: new Date() } }],
  ['acquire', 'a lease of another id', { find: cursorOf({ ...LEASE, _id: 'b' }), isMaster: { localTime: new Date() } }],
  ['renew', 'a renewal', { isMaster: { localTime: new Date() } }],
  ['release', 'a release', {}],
  ['facts', 'a question for its version', {}],
] as readonly [Call, string, Readonly<Record<string, object>>?][])(
  '%s: a server that answers ok and nothing else to %s is no MongoDB',
  async (call, _, answers = {}) => {
    const answer = (command: Command) => {
      if (isHandshake(command)) return undefined
      const name = Object.keys(command)[0]!
      const collections = cursorOf(...['tops', 'runs', 'leases'].map((name) => ({ name, type: 'collection' })))
      const prepared = name === 'listCollections' ? collections : {}
      return { n: undefined, nModified: undefined, ...(answers[name] ?? prepared) }
    }
    const { documents, host } = await storeAt(answer)
    const calls: Record<Call, () => Promise<unknown>> = {
      find: () => documents.find('runs', 'a'),
      list: () => documents.list('runs'),
      replace: () => documents.replace('runs', { _id: 'a' }),
      swap: () => documents.compareAndSwap('runs', 'a', { _id: 'a' }, { _id: 'a' }),
      add: () => documents.compareAndSwap('runs', 'a', undefined, { _id: 'a' }),
      remove: () => documents.remove('runs', 'a'),
      acquire: () => documents.acquire('a', HOLDER, 60_000),
      renew: () => documents.renew('a', 'r1', 60_000),
      release: () => documents.release('a', 'r1'),
      facts: () => documents.facts(),
    }
    expect(await failureOf(calls[call]())).toMatchObject({
      kind: 'store',
      message: expect.stringMatching(
        new RegExp(
          `^the document store mongodb://${host}/datagouv does not answer like MongoDB \\(".*"\\); check the setting documents$`,
        ),
      ),
    })
  },
)
