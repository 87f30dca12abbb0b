import { setTimeout as sleep } from 'node:timers/promises'
import {
  type Db,
  type Filter,
  MongoClient,
  type MongoClientOptions,
  type Collection as MongoCollection,
  type OptionalId,
} from 'mongodb'
import { Failure } from '../../errors.ts'
import { atMost } from '../../patience.ts'
import {
  type Collection,
  type Document,
  type Documents,
  type Holder,
  type Lease,
  type ListQuery,
  plainValues,
} from '../documents.ts'
import type { StoreFacts } from '../facts.ts'
import { hasCode, NotMongoError, reasonOf } from './errors.ts'
import { changeSchema, prepareSchema, schemaState } from './schema.ts'

/** Where the address names none. */
const DEFAULT_DATABASE = 'datagouv'

/**
 * A server that is gone is to be told within a minute: 10 s to find one, 10 s without an answer, and both once more where
 * the driver tries again. What the address itself says counts more.
 */
const TIMEOUTS = {
  serverSelectionTimeoutMS: 10_000,
  connectTimeoutMS: 5_000,
  socketTimeoutMS: 10_000,
  waitQueueTimeoutMS: 10_000,
}

/** Not for the address to change: a lease is one only where everybody reads and writes what is decided. */
const RULES: MongoClientOptions = {
  readPreference: 'primary',
  writeConcern: { w: 'majority', wtimeoutMS: 10_000 },
  retryWrites: true,
  retryReads: true,
  // As in JSON, a field without a value is not there.
  ignoreUndefined: true,
  maxPoolSize: 4,
  appName: 'datagouv-tops',
}

/** How long a server may take to say goodbye. */
const CLOSE_MS = 2_000

/** How often a lease is asked for again when others take it and give it up meanwhile. */
const LEASE_TRIES = 50

/**
 * A MongoDB database as document store: one server, a replica set or a cluster, MongoDB 4.2 or later. Nothing here needs
 * sessions or transactions, so that servers which only speak the protocol serve as well.
 *
 * This module loads MongoDB's driver: import it only when an address is `mongodb://` or `mongodb+srv://`.
 *
 * @param address a MongoDB connection string; its path names the database
 */
export async function openMongo(address: string): Promise<Documents> {
  const client = clientFor(address)
  const { hosts, srvHost, dbName } = client.options
  // The driver says "test" for none.
  const database = /^mongodb(\+srv)?:\/\/[^/]*\/[^?]/.test(address) ? dbName : DEFAULT_DATABASE
  // Made of what the driver understood, so that no part of a password can slip through.
  const place = srvHost ? `mongodb+srv://${srvHost}` : `mongodb://${hosts.join(',')}`
  const store = new Mongo(`${place}/${database}`, client, client.db(database))
  try {
    await store.guard(() => client.connect())
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

function clientFor(address: string): MongoClient {
  const said = new URLSearchParams(address.toLowerCase().split('?')[1])
  const timeouts = Object.entries(TIMEOUTS).filter(([name]) => !said.has(name.toLowerCase()))
  try {
    // With a bare @ or / in the password, the driver would take the end of it for the host or the database, and we would
    // print that.
    if (/^[^/]*\/\/([^/?#]*@.*|[^@]*[/?#].*)@/s.test(address)) throw new TypeError('an @ in the wrong place')
    return new MongoClient(address, { ...RULES, ...Object.fromEntries(timeouts) })
  } catch (cause) {
    // Neither the address nor the driver's message, which may hold it, is repeated: there may be a password in it.
    const what =
      'the documents are not the address of a MongoDB database, or it has an option that the driver does not know'
    const how = 'write mongodb://HOST:27017/DATABASE, or mongodb://USER:PASSWORD@HOST:27017/DATABASE'
    throw new Failure('usage', `${what}; ${how} with %40 for @, %3A for : and %2F for / in the password`, { cause })
  }
}

class Mongo implements Documents {
  readonly address: string
  readonly database: Db
  private readonly client: MongoClient
  private prepared: Promise<void> | undefined

  constructor(address: string, client: MongoClient, database: Db) {
    this.address = address
    this.client = client
    this.database = database
  }

  async find<T extends Document>(collection: Collection, id: string): Promise<T | undefined> {
    const found = await this.guard(() => findById(this.in(collection), id))
    return (found as T | null) ?? undefined
  }

  async list<T extends Document>(collection: Collection, query?: ListQuery): Promise<T[]> {
    return (await this.guard(() => this.select(collection, query))) as T[]
  }

  async ids(collection: Collection, query?: ListQuery): Promise<string[]> {
    const found = await this.guard(() => this.select(collection, query, { _id: 1 }))
    return found.map(({ _id }) => _id)
  }

  async replace(collection: Collection, document: Document): Promise<void> {
    await this.guard(async () => {
      if (collection === 'tops') await this.prepare()
      const by = { _id: document._id }
      const put = async () => {
        const { matchedCount, upsertedCount } = await this.in(collection).replaceOne(by, document, { upsert: true })
        if (!isOne(matchedCount + upsertedCount)) throw new NotMongoError('update replaced nothing and added nothing')
      }
      // Two that add one document at once: it is there now, so the second try replaces it.
      await put().catch((error) => (hasCode(error, 'DuplicateKey') ? put() : Promise.reject(error)))
    })
  }

  async swap(
    collection: Collection,
    id: string,
    was: Document | undefined,
    now: Document | undefined,
  ): Promise<boolean> {
    return this.guard(async () => {
      if (collection === 'tops' && now !== undefined) await this.prepare()
      const documents = this.in(collection)
      if (was !== undefined) {
        const same = { ...plainValues(was), _id: id }
        if (now === undefined) return isOne((await documents.deleteOne(same)).deletedCount)
        return isOne((await documents.replaceOne(same, now)).matchedCount)
      }
      if (now === undefined) return (await findById(documents, id)) === null
      return this.insert(documents, now)
    })
  }

  async remove(collection: Collection, id: string): Promise<void> {
    await this.guard(async () => isOne((await this.in(collection).deleteOne({ _id: id })).deletedCount))
  }

  /**
   * By compare and set: a lease is written only where it still is what was read, and the time is the server's, asked for
   * just before. So nobody's clock matters, and what passes on the way makes a lease end a little sooner, never later. (An
   * update could name the server's time itself, as `$$NOW`; servers that only speak the protocol do not know that.)
   */
  async acquire(
    id: string,
    holder: Holder,
    ttl: number,
    succeeds?: string,
  ): Promise<{ granted: boolean; lease: Lease }> {
    return this.guard(async () => {
      for (let tries = 0; tries < LEASE_TRIES; tries++) {
        const current = await findById(this.leases, id)
        const now = await this.now()
        if (current !== null && Date.parse(current.expires) > now && current.run !== succeeds) {
          return { granted: false, lease: current }
        }
        const lease: Lease = { _id: id, ...holder, since: iso(now), expires: iso(now + ttl) }
        if (await this.write(lease, current)) return { granted: true, lease }
        await sleep(Math.random() * 20)
      }
      throw new Failure('store', `the lease ${id} in ${this.address} changes hands all the time; run again later`)
    })
  }

  async renew(id: string, run: string, ttl: number): Promise<boolean> {
    return this.guard(async () => {
      const expires = iso((await this.now()) + ttl)
      return isOne((await this.leases.updateOne({ _id: id, run }, { $set: { expires } })).matchedCount)
    })
  }

  async release(id: string, run: string): Promise<void> {
    await this.guard(async () => isOne((await this.leases.deleteOne({ _id: id, run })).deletedCount))
  }

  async facts(): Promise<StoreFacts> {
    return this.guard(async () => {
      const { version } = await this.database.admin().buildInfo()
      if (typeof version !== 'string') throw new NotMongoError('buildInfo says no version')
      const install = () => this.guard(() => changeSchema(this.database))
      return {
        product: `MongoDB ${version}`,
        driver: 'mongodb',
        now: new Date(await this.now()),
        schema: { state: await schemaState(this.database), install },
      }
    })
  }

  async close(): Promise<void> {
    // What cannot be closed in order, and soon, ends with the process.
    await atMost(CLOSE_MS, this.client.close())
  }

  /** Does something with the store; what goes wrong is told as trouble with it. */
  async guard<T>(body: () => Promise<T>): Promise<T> {
    try {
      return await body()
    } catch (error) {
      const reason = reasonOf(error)
      if (reason === undefined) throw error
      throw new Failure('store', `the document store ${this.address} ${reason}`, { cause: error })
    }
  }

  private async select(collection: Collection, query: ListQuery = {}, projection?: { _id: 1 }): Promise<Document[]> {
    const { prefix = '', descending = false, limit } = query
    if (limit === 0) return []
    // Nothing that begins with the prefix sorts behind it followed by the last code point.
    const range = { _id: { $gte: prefix, $lt: `${prefix}\u{10ffff}` } }
    const options = {
      sort: { _id: descending ? -1 : 1 },
      limit: limit ?? 0,
      ...(projection && { projection }),
    } as const
    const found = await this.in(collection).find(range, options).toArray()
    if (found.some(({ _id }) => typeof _id !== 'string' || !_id.startsWith(prefix)))
      throw new NotMongoError('find gave documents that were not asked for')
    return found
  }

  /** Before the first publication of this process; once is enough. */
  private async prepare(): Promise<void> {
    this.prepared ??= prepareSchema(this.database)
    await this.prepared.catch((error) => {
      this.prepared = undefined
      throw error
    })
  }

  /** Puts a lease in the place of the one that was read; false when another one is there by now. */
  private async write(lease: Lease, current: Lease | null): Promise<boolean> {
    if (current !== null) {
      const { _id, run, expires } = current
      return isOne((await this.leases.replaceOne({ _id, run, expires }, lease)).matchedCount)
    }
    return this.insert(this.leases, lease)
  }

  /** False when there is a document with that id. */
  private async insert<T extends Document>(collection: MongoCollection<T>, document: T): Promise<boolean> {
    try {
      // `insertOne` would not say how many documents the server added.
      const insertOne = { document: document as OptionalId<T> }
      const { insertedCount } = await collection.bulkWrite([{ insertOne }])
      if (!isOne(insertedCount)) throw new NotMongoError('insert added nothing')
      return true
    } catch (error) {
      if (hasCode(error, 'DuplicateKey')) return false
      throw error
    }
  }

  /** The primary's clock, in ms. Every server answers this, to everybody; `hello`, its newer name, not every one. */
  private async now(): Promise<number> {
    const { localTime } = await this.database.admin().command({ isMaster: 1 })
    if (!(localTime instanceof Date)) throw new NotMongoError('isMaster says no time')
    return localTime.getTime()
  }

  private in(collection: Collection): MongoCollection<Document> {
    return this.database.collection<Document>(collection)
  }

  private get leases(): MongoCollection<Lease> {
    return this.database.collection<Lease>('leases' satisfies Collection)
  }
}

/** Finds a document and checks that it is the one: a store is not to be trusted with leases that answers with another. */
async function findById<T extends Document>(collection: MongoCollection<T>, id: string) {
  const found = await collection.findOne({ _id: id } as Filter<T>)
  if (found !== null && found._id !== id) throw new NotMongoError('find gave another document than the one asked for')
  return found
}

/** Whether a write changed the one document that it could. @throws NotMongoError when the answer has no such count */
function isOne(count: number): boolean {
  if (count === 0 || count === 1) return count === 1
  throw new NotMongoError('a write was confirmed without the number of documents')
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
