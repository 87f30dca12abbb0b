import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import Database from 'libsql'
import { Failure } from '../../errors.ts'
import { createFolder } from '../createFolder.ts'
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
import { isBusy, reasonOf } from './errors.ts'
import { prepareFile } from './schema.ts'

/**
 * How long a statement waits for another process that writes. SQLite itself blocks the thread while it waits, so it waits
 * only briefly at a time: a run has to notice that it should stop.
 */
const BUSY_MS = 10_000
const BLOCKING_MS = 50

/**
 * Opens an SQLite file as document store: a table per collection, `(_id TEXT PRIMARY KEY, document TEXT)` with JSON text, so that
 * `sqlite3` and its JSON functions read it.
 *
 * This module loads libsql: import it only when an address is `sqlite:`.
 *
 * @param path as configured; a missing file or folder is created
 */
export async function openSqlite(path: string): Promise<Documents> {
  const address = `sqlite:${path}`
  // libsql does not take some names (`https://…`, `:memory:`) for files; an absolute path is always one.
  const file = resolve(path)
  try {
    await createFolder(dirname(file))
    const store = new Sqlite(address, new Database(file, { timeout: BLOCKING_MS }))
    await store.open()
    return store
  } catch (error) {
    throw asStoreFailure(address, file, error)
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
    await this.retryWhileBusy(() => prepareFile(this.database)).catch((error) => {
      this.database.close()
      throw error
    })
  }

  async find<T extends Document>(collection: Collection, id: string): Promise<T | undefined> {
    return this.withStoreErrors(() => this.findSync<T>(collection, id))
  }

  async list<T extends Document>(collection: Collection, query?: ListQuery): Promise<T[]> {
    return this.withStoreErrors(() => {
      const rows = this.select<[string, string]>('_id, document', collection, query)
      return rows.map(([id, text]) => parseDocument(id, text) as T)
    })
  }

  async ids(collection: Collection, query?: ListQuery): Promise<string[]> {
    return this.withStoreErrors(() => this.select<[string]>('_id', collection, query).map(([id]) => id))
  }

  async replace(collection: Collection, document: Document): Promise<void> {
    await this.inTransaction(() => this.replaceSync(collection, document))
  }

  async compareAndSwap(
    collection: Collection,
    id: string,
    was: Document | undefined,
    now: Document | undefined,
  ): Promise<boolean> {
    return this.inTransaction(() => {
      const there = this.findSync(collection, id)
      if ((there === undefined) !== (was === undefined)) return false
      if (there && was && !isDeepStrictEqual(plainValues(there), plainValues(was))) return false
      if (now === undefined) this.removeSync(collection, id)
      else this.replaceSync(collection, now)
      return true
    })
  }

  async remove(collection: Collection, id: string): Promise<void> {
    await this.inTransaction(() => this.removeSync(collection, id))
  }

  async acquire(
    id: string,
    holder: Holder,
    ttl: number,
    succeeds?: string,
  ): Promise<{ granted: boolean; lease: Lease }> {
    return this.inTransaction(() => {
      const now = this.now()
      const current = this.findSync<Lease>('leases', id)
      if (current && Date.parse(current.expires) > now && current.run !== succeeds) {
        return { granted: false, lease: current }
      }
      const lease: Lease = { _id: id, ...holder, since: iso(now), expires: iso(now + ttl) }
      this.replaceSync('leases', lease)
      return { granted: true, lease }
    })
  }

  async renew(id: string, run: string, ttl: number): Promise<boolean> {
    return this.inTransaction(() => {
      const current = this.findSync<Lease>('leases', id)
      if (current?.run !== run) return false
      const lease: Lease = { ...current, expires: iso(this.now() + ttl) }
      this.replaceSync('leases', lease)
      return true
    })
  }

  async release(id: string, run: string): Promise<void> {
    await this.inTransaction(() => {
      if (this.findSync<Lease>('leases', id)?.run === run) this.removeSync('leases', id)
    })
  }

  async facts(): Promise<StoreFacts> {
    const [version] = await this.withStoreErrors(
      () => this.database.prepare('SELECT sqlite_version()').raw().get() as [string],
    )
    return { product: `SQLite ${version}`, driver: 'libsql', free: await freeBytes(dirname(this.database.name)) }
  }

  async close(): Promise<void> {
    try {
      // A copy of the file alone is then complete. Readers may prevent it; it is not worth waiting for them.
      this.database.exec('PRAGMA busy_timeout = 0')
      this.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
    } catch {
      // Every document is safe in the write-ahead log, which the next process to open the file replays.
    }
    this.database.close()
  }

  private select<Row>(columns: string, collection: Collection, query: ListQuery = {}): Row[] {
    const { prefix = '', descending = false, limit = -1 } = query
    // UTF-8 never contains the byte FF, so the prefix followed by it sorts after every text that begins with the prefix.
    const sql = `SELECT ${columns} FROM ${collection} WHERE _id >= ? AND _id < ? || CAST(x'FF' AS TEXT)
      ORDER BY _id ${descending ? 'DESC' : 'ASC'} LIMIT ?`
    return this.database.prepare(sql).raw().all(prefix, prefix, limit) as Row[]
  }

  private findSync<T extends Document>(collection: Collection, id: string): T | undefined {
    const statement = this.database.prepare(`SELECT document FROM ${collection} WHERE _id = ?`).raw()
    const row = statement.get(id) as [string] | undefined
    return row && (parseDocument(id, row[0]) as T)
  }

  private replaceSync(collection: Collection, document: Document): void {
    const sql = `INSERT INTO ${collection} (_id, document) VALUES (?, ?)
      ON CONFLICT (_id) DO UPDATE SET document = excluded.document`
    this.database.prepare(sql).run(document._id, JSON.stringify(document))
  }

  private removeSync(collection: Collection, id: string): void {
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
  private inTransaction<T>(body: () => T): Promise<T> {
    return this.withStoreErrors(() => {
      this.database.exec('BEGIN IMMEDIATE')
      try {
        const result = body()
        this.database.exec('COMMIT')
        return result
      } catch (error) {
        // Some errors, such as a full disk, have ended the transaction already.
        if (this.database.inTransaction) this.database.exec('ROLLBACK')
        throw error
      }
    })
  }

  /** Runs statements and turns their errors into failures of this store. */
  private async withStoreErrors<T>(body: () => T): Promise<T> {
    try {
      return await this.retryWhileBusy(body)
    } catch (error) {
      throw asStoreFailure(this.address, this.database.name, error)
    }
  }

  /** Retries while another process has locked the file. A statement that was refused as busy has changed nothing. */
  private async retryWhileBusy<T>(body: () => T): Promise<T> {
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

function asStoreFailure(address: string, file: string, error: unknown): unknown {
  const reason = reasonOf(error, file)
  if (reason === undefined) return error
  return new Failure('store', `the document store ${address} refuses: ${reason}`, { cause: error })
}
