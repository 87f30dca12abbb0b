import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import Database from 'libsql'
import { Failure } from '../../errors.ts'
import {
  type Collection,
  type Document,
  type Documents,
  type Holder,
  type Lease,
  type ListQuery,
  plainValues,
  type UnreadableDocument,
} from '../documents.ts'
import type { StoreFacts } from '../facts.ts'
import { freeBytes } from '../freeBytes.ts'
import { makeFolder } from '../makeFolder.ts'
import { isBusy, reasonOf } from './reasons.ts'

/**
 * How long a statement waits for another process that writes. SQLite itself waits with everything at a standstill, so it
 * does that for moments only: a run that is told to stop has to hear it.
 */
const BUSY_MS = 10_000
const STANDSTILL_MS = 50

const COLLECTIONS: readonly Collection[] = ['tops', 'runs', 'leases']

/**
 * An SQLite file as document store: a table per collection, `(_id TEXT PRIMARY KEY, document TEXT)` with JSON text, so that
 * `sqlite3` and its JSON functions read it.
 *
 * This module loads libsql: import it only when an address is `sqlite:`.
 *
 * @param path as configured; file and folder are made when missing
 */
export async function openSqlite(path: string): Promise<Documents> {
  const address = `sqlite:${path}`
  // libsql takes some names (`https://…`, `:memory:`) for something else than a file; an absolute path is always one.
  const file = resolve(path)
  try {
    await makeFolder(dirname(file))
    const store = new Sqlite(address, new Database(file, { timeout: STANDSTILL_MS }))
    await store.open()
    return store
  } catch (error) {
    throw trouble(address, error)
  }
}

class Sqlite implements Documents {
  readonly address: string
  private readonly database: Database.Database

  constructor(address: string, database: Database.Database) {
    this.address = address
    this.database = database
  }

  async open(): Promise<void> {
    await this.patiently(() => this.prepare()).catch((error) => {
      this.database.close()
      throw error
    })
  }

  async find<T extends Document>(collection: Collection, id: string): Promise<T | undefined> {
    return this.guard(() => this.findNow<T>(collection, id))
  }

  async list<T extends Document>(collection: Collection, query?: ListQuery): Promise<T[]> {
    return this.guard(() => {
      const rows = this.select<[string, string]>('_id, document', collection, query)
      return rows.map(([id, text]) => parseDocument(id, text) as T)
    })
  }

  async ids(collection: Collection, query?: ListQuery): Promise<string[]> {
    return this.guard(() => this.select<[string]>('_id', collection, query).map(([id]) => id))
  }

  async replace(collection: Collection, document: Document): Promise<void> {
    await this.exclusively(() => this.replaceNow(collection, document))
  }

  async swap(
    collection: Collection,
    id: string,
    was: Document | undefined,
    now: Document | undefined,
  ): Promise<boolean> {
    return this.exclusively(() => {
      const there = this.findNow(collection, id)
      if ((there === undefined) !== (was === undefined)) return false
      if (there && was && !isDeepStrictEqual(plainValues(there), plainValues(was))) return false
      if (now === undefined) this.removeNow(collection, id)
      else this.replaceNow(collection, now)
      return true
    })
  }

  async remove(collection: Collection, id: string): Promise<void> {
    await this.exclusively(() => this.removeNow(collection, id))
  }

  async acquire(
    id: string,
    holder: Holder,
    ttl: number,
    succeeds?: string,
  ): Promise<{ granted: boolean; lease: Lease }> {
    return this.exclusively(() => {
      const now = this.now()
      const current = this.findNow<Lease>('leases', id)
      if (current && Date.parse(current.expires) > now && current.run !== succeeds) {
        return { granted: false, lease: current }
      }
      const lease: Lease = { _id: id, ...holder, since: iso(now), expires: iso(now + ttl) }
      this.replaceNow('leases', lease)
      return { granted: true, lease }
    })
  }

  async renew(id: string, run: string, ttl: number): Promise<boolean> {
    return this.exclusively(() => {
      const current = this.findNow<Lease>('leases', id)
      if (current?.run !== run) return false
      const lease: Lease = { ...current, expires: iso(this.now() + ttl) }
      this.replaceNow('leases', lease)
      return true
    })
  }

  async release(id: string, run: string): Promise<void> {
    await this.exclusively(() => {
      if (this.findNow<Lease>('leases', id)?.run === run) this.removeNow('leases', id)
    })
  }

  async facts(): Promise<StoreFacts> {
    const [version] = await this.guard(() => this.database.prepare('SELECT sqlite_version()').raw().get() as [string])
    return { product: `SQLite ${version}`, driver: 'libsql', free: await freeBytes(dirname(this.database.name)) }
  }

  async close(): Promise<void> {
    try {
      // Whoever copies the file alone then has everything in it. Not at the price of waiting for those who read.
      this.database.exec('PRAGMA busy_timeout = 0')
      this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // Every document is safe in the write-ahead log; the next process that opens the file goes on from there.
    }
    this.database.close()
  }

  private prepare(): void {
    const { database } = this
    database.exec('PRAGMA synchronous = FULL')
    // Changing the journal mode takes the whole file, so it is done only where it is not yet so.
    const [mode] = database.prepare('PRAGMA journal_mode').raw().get() as [string]
    if (mode !== 'wal') database.exec('PRAGMA journal_mode = WAL')
    for (const collection of COLLECTIONS) {
      database.exec(`CREATE TABLE IF NOT EXISTS ${collection} (_id TEXT PRIMARY KEY, document TEXT NOT NULL)`)
    }
  }

  private select<Row>(columns: string, collection: Collection, query: ListQuery = {}): Row[] {
    const { prefix = '', descending = false, limit = -1 } = query
    // No text in UTF-8 has the byte FF, so whatever begins with the prefix sorts before the prefix followed by it.
    const sql = `SELECT ${columns} FROM ${collection} WHERE _id >= ? AND _id < ? || CAST(x'FF' AS TEXT)
      ORDER BY _id ${descending ? 'DESC' : 'ASC'} LIMIT ?`
    return this.database.prepare(sql).raw().all(prefix, prefix, limit) as Row[]
  }

  private findNow<T extends Document>(collection: Collection, id: string): T | undefined {
    const statement = this.database.prepare(`SELECT document FROM ${collection} WHERE _id = ?`).raw()
    const row = statement.get(id) as [string] | undefined
    return row && (parseDocument(id, row[0]) as T)
  }

  private replaceNow(collection: Collection, document: Document): void {
    const sql = `INSERT INTO ${collection} (_id, document) VALUES (?, ?)
      ON CONFLICT (_id) DO UPDATE SET document = excluded.document`
    this.database.prepare(sql).run(document._id, JSON.stringify(document))
  }

  private removeNow(collection: Collection, id: string): void {
    this.database.prepare(`DELETE FROM ${collection} WHERE _id = ?`).run(id)
  }

  /** The store's clock, in ms. */
  private now(): number {
    const [now] = this.database.prepare("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')").raw().get() as [string]
    return Date.parse(now)
  }

  /**
   * Reads and writes with no other writer in between. Every write goes through here: after one on its own that was refused
   * as busy, libsql leaves a transaction open that nobody sees, and whatever this connection writes then is lost.
   */
  private exclusively<T>(body: () => T): Promise<T> {
    return this.guard(() => {
      this.database.exec('BEGIN IMMEDIATE')
      try {
        const result = body()
        this.database.exec('COMMIT')
        return result
      } catch (error) {
        // A full disk, for one, has ended the transaction already.
        if (this.database.inTransaction) this.database.exec('ROLLBACK')
        throw error
      }
    })
  }

  /** Does something with the file; what goes wrong is told as trouble with this store. */
  private async guard<T>(body: () => T): Promise<T> {
    try {
      return await this.patiently(body)
    } catch (error) {
      throw trouble(this.address, error)
    }
  }

  /** Does it again while another process has the file; what is refused as busy has changed nothing. */
  private async patiently<T>(body: () => T): Promise<T> {
    for (const until = Date.now() + BUSY_MS; ; await sleep(10 + Math.random() * 40)) {
      try {
        return body()
      } catch (error) {
        if (!isBusy(error) || Date.now() > until) throw error
      }
    }
  }
}

function parseDocument(id: string, text: string): Document | UnreadableDocument {
  try {
    const value = JSON.parse(text)
    if (value?._id === id) return value
  } catch {
    // It is returned as unreadable.
  }
  return { _id: id, unreadable: String(text) }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

function trouble(address: string, error: unknown): unknown {
  const reason = reasonOf(error)
  if (reason === undefined) return error
  return new Failure('store', `the document store ${address} refuses: ${reason}`, { cause: error })
}
