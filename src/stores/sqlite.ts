import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import Database from 'libsql'
import { Failure } from '../errors.ts'
import type { Collection, Document, Documents, Holder, Lease, ListQuery } from './documents.ts'

/** How long a statement waits for another process that writes. */
const BUSY_MS = 10_000

const COLLECTIONS: readonly Collection[] = ['tops', 'runs', 'leases']

/**
 * An SQLite file as document store: a table per collection, `(_id TEXT PRIMARY KEY, document TEXT)` with JSON text, so that
 * `sqlite3` and its JSON functions read it.
 *
 * @param path as configured; file and folder are made when missing
 */
export async function openSqlite(path: string): Promise<Documents> {
  const address = `sqlite:${path}`
  try {
    await mkdir(dirname(path), { recursive: true })
    const database = new Database(path, { timeout: BUSY_MS })
    const store = new Sqlite(address, database)
    store.prepare()
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

  prepare(): void {
    const { database } = this
    database.exec(`PRAGMA busy_timeout = ${BUSY_MS}`)
    // Changing the journal mode takes the whole file, so it is done only where it is not yet so.
    const [mode] = database.prepare('PRAGMA journal_mode').raw().get() as [string]
    if (mode !== 'wal') this.patiently(() => database.exec('PRAGMA journal_mode = WAL'))
    database.exec('PRAGMA synchronous = FULL')
    for (const collection of COLLECTIONS) {
      this.patiently(() =>
        database.exec(`CREATE TABLE IF NOT EXISTS ${collection} (_id TEXT PRIMARY KEY, document TEXT NOT NULL)`),
      )
    }
  }

  async find<T extends Document>(collection: Collection, id: string): Promise<T | undefined> {
    return this.guard(() => this.findNow<T>(collection, id))
  }

  async list<T extends Document>(collection: Collection, query: ListQuery = {}): Promise<T[]> {
    const { prefix = '', descending = false, limit = -1 } = query
    const order = descending ? 'DESC' : 'ASC'
    // Nothing that begins with the prefix sorts behind it followed by the last code point.
    const sql = `SELECT document FROM ${collection} WHERE _id >= ? AND _id < ? ORDER BY _id ${order} LIMIT ?`
    return this.guard(() => {
      const rows = this.database.prepare(sql).raw().all(prefix, `${prefix}\u{10ffff}`, limit) as [string][]
      return rows.map(([document]) => JSON.parse(document) as T)
    })
  }

  async replace(collection: Collection, document: Document): Promise<void> {
    this.guard(() => this.replaceNow(collection, document))
  }

  async remove(collection: Collection, id: string): Promise<void> {
    this.guard(() => this.database.prepare(`DELETE FROM ${collection} WHERE _id = ?`).run(id))
  }

  async acquire(
    id: string,
    holder: Holder,
    ttl: number,
    succeeds?: string,
  ): Promise<{ granted: boolean; lease: Lease }> {
    return this.exclusively(() => {
      const now = Date.now()
      const current = this.findNow<Lease>('leases', id)
      if (current && Date.parse(current.expires) > now && current.run !== succeeds)
        return { granted: false, lease: current }
      const lease: Lease = { _id: id, ...holder, since: iso(now), expires: iso(now + ttl) }
      this.replaceNow('leases', lease)
      return { granted: true, lease }
    })
  }

  async renew(id: string, run: string, ttl: number): Promise<boolean> {
    return this.exclusively(() => {
      const current = this.findNow<Lease>('leases', id)
      if (current?.run !== run) return false
      this.replaceNow('leases', { ...current, expires: iso(Date.now() + ttl) } as Lease)
      return true
    })
  }

  async release(id: string, run: string): Promise<void> {
    this.exclusively(() => {
      if (this.findNow<Lease>('leases', id)?.run === run) {
        this.database.prepare('DELETE FROM leases WHERE _id = ?').run(id)
      }
    })
  }

  async close(): Promise<void> {
    this.database.close()
  }

  private findNow<T extends Document>(collection: Collection, id: string): T | undefined {
    const statement = this.database.prepare(`SELECT document FROM ${collection} WHERE _id = ?`).raw()
    const row = statement.get(id) as [string] | undefined
    return row && (JSON.parse(row[0]) as T)
  }

  private replaceNow(collection: Collection, document: Document): void {
    const sql = `INSERT INTO ${collection} (_id, document) VALUES (?, ?)
      ON CONFLICT (_id) DO UPDATE SET document = excluded.document`
    this.database.prepare(sql).run(document._id, JSON.stringify(document))
  }

  /** Reads and writes with no other writer in between. */
  private exclusively<T>(body: () => T): T {
    return this.guard(() => {
      this.patiently(() => this.database.exec('BEGIN IMMEDIATE'))
      try {
        const result = body()
        this.database.exec('COMMIT')
        return result
      } catch (error) {
        this.database.exec('ROLLBACK')
        throw error
      }
    })
  }

  /** Some locks (the change to WAL among them) are refused at once, whatever the busy time-out says. */
  private patiently(body: () => void): void {
    const until = Date.now() + BUSY_MS
    for (;;) {
      try {
        body()
        return
      } catch (error) {
        if (!isBusy(error) || Date.now() > until) throw error
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10 + Math.random() * 40)
      }
    }
  }

  private guard<T>(body: () => T): T {
    try {
      return body()
    } catch (error) {
      throw trouble(this.address, error)
    }
  }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}

function isBusy(error: unknown): boolean {
  return /SQLITE_(BUSY|LOCKED)|database is locked/.test(
    `${(error as { code?: string }).code} ${(error as Error).message}`,
  )
}

const REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/SQLITE_BUSY|database is locked/, 'another process has locked it for too long; run again later'],
  [/SQLITE_FULL|ENOSPC|disk is full/, 'the disk is full; make room and run again'],
  [/SQLITE_READONLY|readonly|EROFS/, 'it is read-only; give this user the right to write it, or name another file'],
  [
    /SQLITE_NOTADB|not a database/,
    'the file is not an SQLite database; move it away, or name another with --documents',
  ],
  [/SQLITE_CORRUPT|malformed/, 'the file is damaged; restore it from a backup, or move it away and publish again'],
  [/SQLITE_CANTOPEN|unable to open|EACCES|ENOTDIR|EISDIR/, 'it cannot be opened; check path and permissions'],
]

function trouble(address: string, error: unknown): unknown {
  if (error instanceof Failure || error instanceof SyntaxError || error instanceof TypeError) return error
  const said = `${(error as { code?: string }).code ?? ''} ${(error as Error).message}`
  const remedy = REMEDIES.find(([pattern]) => pattern.test(said))?.[1] ?? said.trim().split('\n')[0]
  return new Failure('store', `the document store ${address} refuses: ${remedy}`, { cause: error })
}
