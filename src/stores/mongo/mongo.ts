import { setTimeout as sleep } from 'node:timers/promises'
import type { Db, MongoClient, Collection as MongoCollection } from 'mongodb'
import { Failure } from '../../errors.ts'
import { withTimeout } from '../../timeout.ts'
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
import { SILENT, type StoreReport } from '../report.ts'
import { findById, insert, isOne } from './answers.ts'
import { type Client, clientFor } from './client.ts'
import { Dialect } from './dialect.ts'
import { hasCode, NotMongoError, reasonOf } from './errors.ts'
import { collectionsOf, FirstWrites } from './firstWrites.ts'
import { changeSchema, schemaState } from './schema.ts'

/** Time limit for closing the connections gracefully. */
const CLOSE_MS = 2_000

/** How many attempts `acquire` makes while other runs acquire and release the lease in between. */
const LEASE_ATTEMPTS = 50

/**
 * Opens a MongoDB database as a document store: one server, a replica set or a cluster, MongoDB 4.2 or later. Nothing here
 * needs sessions or transactions, so servers that only speak MongoDB's protocol will do.
 *
 * This module loads MongoDB's driver: import it only when an address is `mongodb://` or `mongodb+srv://`.
 *
 * @param address a MongoDB connection string; its path names the database, which the first write creates
 */
export async function openMongo(address: string, report: StoreReport = SILENT): Promise<Documents> {
  const client = clientFor(address)
  const store = new Mongo(client, report)
  try {
    await store.open(client.isDocumentDB)
    return store
  } catch (error) {
    await store.close()
    throw error
  }
}

class Mongo implements Documents {
  readonly address: string
  readonly database: Db
  private readonly client: MongoClient
  private readonly firstWrites: FirstWrites
  private dialect!: Dialect

  constructor({ label, client, database }: Client, report: StoreReport) {
    this.address = label
    this.client = client
    this.database = database
    this.firstWrites = new FirstWrites(database, label, report)
  }

  async open(isDocumentDB: boolean): Promise<void> {
    await this.withStoreErrors(async () => {
      await this.client.connect()
      this.dialect = await Dialect.of(this.database, isDocumentDB, () => this.now())
    })
  }

  async exists(): Promise<boolean> {
    return this.withStoreErrors(async () => (await collectionsOf(this.database))?.length !== 0)
  }

  async find<T extends Document>(collection: Collection, id: string): Promise<T | undefined> {
    const found = await this.withStoreErrors(() => findById(this.collection(collection), id))
    return found === null ? undefined : this.dialect.decode<T>(found)
  }

  async list<T extends Document>(collection: Collection, query?: ListQuery): Promise<T[]> {
    const found = await this.withStoreErrors(() => this.select(collection, query))
    return found.map((document) => this.dialect.decode<T>(document))
  }

  async ids(collection: Collection, query?: ListQuery): Promise<string[]> {
    const found = await this.withStoreErrors(() => this.select(collection, query, { _id: 1 }))
    return found.map(({ _id }) => _id)
  }

  async replace(collection: Collection, document: Document): Promise<void> {
    await this.withStoreErrors(async () => {
      await this.firstWrites.before(collection)
      const documents = this.collection(collection)
      const filter = { _id: document._id }
      const stored = this.dialect.encode(document)
      const upsert = async () => {
        const { matchedCount, upsertedCount } = await documents.replaceOne(filter, stored, { upsert: true })
        if (!isOne(matchedCount + upsertedCount)) throw new NotMongoError('update replaced nothing and added nothing')
      }
      // Another process added the document at the same time, so the second attempt replaces it.
      await upsert().catch((error) => (hasCode(error, 'DuplicateKey') ? upsert() : Promise.reject(error)))
    })
  }

  async compareAndSwap(
    collection: Collection,
    id: string,
    expected: Document | undefined,
    replacement: Document | undefined,
  ): Promise<boolean> {
    return this.withStoreErrors(async () => {
      if (replacement !== undefined) await this.firstWrites.before(collection)
      const documents = this.collection(collection)
      if (expected !== undefined) {
        const filter = { ...plainValues(expected), _id: id }
        return this.dialect.change(collection, id, async () => {
          if (replacement === undefined) return isOne((await documents.deleteOne(filter)).deletedCount)
          return isOne((await documents.replaceOne(filter, this.dialect.encode(replacement))).matchedCount)
        })
      }
      if (replacement === undefined) return (await findById(documents, id)) === null
      return insert(documents, this.dialect.encode(replacement))
    })
  }

  async remove(collection: Collection, id: string): Promise<void> {
    const documents = this.collection(collection)
    await this.withStoreErrors(async () => isOne((await documents.deleteOne({ _id: id })).deletedCount))
  }

  /**
   * Writes a lease only if the stored one is still the one that it read. Reads the server's time first, so no client's clock
   * matters. A slow network makes a lease expire sooner, never later. (An update could use the server's time itself, as
   * `$$NOW`, but servers that only speak the protocol do not know it.)
   */
  async acquire(
    id: string,
    holder: Holder,
    ttl: number,
    deadRun?: string,
  ): Promise<{ granted: boolean; lease: Lease }> {
    return this.withStoreErrors(async () => {
      await this.firstWrites.before('leases')
      for (let attempt = 0; attempt < LEASE_ATTEMPTS; attempt++) {
        const current = await findById(this.leases, id)
        const now = await this.now()
        if (current !== null && Date.parse(current.expires) > now && current.run !== deadRun) {
          return { granted: false, lease: current }
        }
        const lease: Lease = { _id: id, ...holder, since: iso(now), expires: iso(now + ttl) }
        if (await this.replaceLease(lease, current)) return { granted: true, lease }
        await sleep(Math.random() * 20)
      }
      throw new Failure('store', `the lease ${id} in ${this.address} keeps changing hands; run again later`)
    })
  }

  async renew(id: string, run: string, ttl: number): Promise<boolean> {
    return this.changeLease(id, async () => {
      const expires = iso((await this.now()) + ttl)
      return isOne((await this.leases.updateOne({ _id: id, run }, { $set: { expires } })).matchedCount)
    })
  }

  async release(id: string, run: string): Promise<void> {
    // A lock would create its collection, so take none for a lease that is not there.
    if (!this.dialect.isAtomic && (await this.find<Lease>('leases', id))?.run !== run) return
    await this.changeLease(id, async () => isOne((await this.leases.deleteOne({ _id: id, run })).deletedCount))
  }

  async facts(): Promise<StoreFacts> {
    return this.withStoreErrors(async () => {
      const { version, ferretdbVersion } = await this.database.admin().buildInfo()
      if (typeof version !== 'string') throw new NotMongoError('buildInfo has no version')
      const product =
        ferretdbVersion === undefined ? `MongoDB ${version}` : `FerretDB ${ferretdbVersion} as MongoDB ${version}`
      const install = () => this.withStoreErrors(() => changeSchema(this.database))
      return {
        product,
        driver: 'mongodb',
        now: new Date(await this.now()),
        schema: { ...(await schemaState(this.database)), install },
      }
    })
  }

  async close(): Promise<void> {
    // Connections that do not close in time end with the process.
    await withTimeout(CLOSE_MS, this.client.close())
  }

  /** Runs requests to the server and turns their errors into failures of this store. */
  async withStoreErrors<T>(body: () => Promise<T>): Promise<T> {
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
    // The last code point sorts after everything that can follow the prefix.
    const range = { _id: { $gte: prefix, $lt: `${prefix}\u{10ffff}` } }
    const sort = { _id: descending ? -1 : 1 } as const
    const options = { sort, limit: limit ?? 0, ...(projection && { projection }) }
    const found = await this.collection(collection).find(range, options).toArray()
    if (found.some(({ _id }) => typeof _id !== 'string' || !_id.startsWith(prefix)))
      throw new NotMongoError('find returned documents outside the query')
    return found
  }

  private changeLease<T>(id: string, change: () => Promise<T>): Promise<T> {
    return this.withStoreErrors(() => this.dialect.change('leases', id, change))
  }

  /** Replaces the lease that was read. Returns false if another process has changed it since. */
  private async replaceLease(lease: Lease, current: Lease | null): Promise<boolean> {
    if (current !== null) {
      const { _id, run, expires } = current
      return this.changeLease(_id, async () =>
        isOne((await this.leases.replaceOne({ _id, run, expires }, lease)).matchedCount),
      )
    }
    return insert(this.leases, lease)
  }

  /** Returns the primary's clock, in ms. Every server supports `isMaster`, but some do not support its newer name, `hello`. */
  private async now(): Promise<number> {
    const { localTime } = await this.database.admin().command({ isMaster: 1 })
    if (!(localTime instanceof Date)) throw new NotMongoError('isMaster has no time')
    return localTime.getTime()
  }

  private collection(name: Collection): MongoCollection<Document> {
    return this.database.collection<Document>(name)
  }

  private get leases(): MongoCollection<Lease> {
    return this.database.collection<Lease>('leases' satisfies Collection)
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
