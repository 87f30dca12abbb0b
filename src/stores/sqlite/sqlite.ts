import { isDeepStrictEqual } from 'node:util'
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
import { SILENT, type StoreReport } from '../report.ts'
import { DatabaseFile } from './file.ts'

/**
 * Opens an SQLite file as a document store. It has a table per collection, `(_id TEXT PRIMARY KEY, document TEXT)` with JSON
 * text, and a view `datasets`, which `sqlite3` and other programs can read. Reading needs no write permission and creates
 * nothing. The first write creates a missing file.
 *
 * This module loads libsql: import it only when an address is `sqlite:`.
 *
 * @param path as configured
 */
export async function openSqlite(path: string, report: StoreReport = SILENT): Promise<Documents> {
  const file = new DatabaseFile(path, report)
  await file.open()
  return new Sqlite(file)
}

class Sqlite implements Documents {
  readonly address: string

  constructor(private readonly file: DatabaseFile) {
    this.address = file.address
  }

  exists(): Promise<boolean> {
    return this.file.exists()
  }

  async find<T extends Document>(collection: Collection, id: string): Promise<T | undefined> {
    return this.file.withStoreErrors(() => this.findSync<T>(collection, id))
  }

  async list<T extends Document>(collection: Collection, query?: ListQuery): Promise<T[]> {
    return this.file.withStoreErrors(() => {
      const rows = this.select<[string, string]>('_id, document', collection, query)
      return rows.map(([id, text]) => parseDocument(id, text) as T)
    })
  }

  async ids(collection: Collection, query?: ListQuery): Promise<string[]> {
    return this.file.withStoreErrors(() => this.select<[string]>('_id', collection, query).map(([id]) => id))
  }

  async replace(collection: Collection, document: Document): Promise<void> {
    await this.file.write(() => this.replaceSync(collection, document))
  }

  async compareAndSwap(
    collection: Collection,
    id: string,
    expected: Document | undefined,
    replacement: Document | undefined,
  ): Promise<boolean> {
    return this.file.write(() => {
      const stored = this.findSync(collection, id)
      if ((stored === undefined) !== (expected === undefined)) return false
      if (stored && expected && !isDeepStrictEqual(plainValues(stored), plainValues(expected))) return false
      if (replacement === undefined) this.removeSync(collection, id)
      else this.replaceSync(collection, replacement)
      return true
    })
  }

  async remove(collection: Collection, id: string): Promise<void> {
    await this.file.write(() => this.removeSync(collection, id))
  }

  async acquire(
    id: string,
    holder: Holder,
    ttl: number,
    deadRun?: string,
  ): Promise<{ granted: boolean; lease: Lease }> {
    return this.file.write(() => {
      const now = this.now()
      const current = this.findSync<Lease>('leases', id)
      if (current && Date.parse(current.expires) > now && current.run !== deadRun) {
        return { granted: false, lease: current }
      }
      const lease: Lease = { _id: id, ...holder, since: iso(now), expires: iso(now + ttl) }
      this.replaceSync('leases', lease)
      return { granted: true, lease }
    })
  }

  async renew(id: string, run: string, ttl: number): Promise<boolean> {
    return this.file.write(() => {
      const current = this.findSync<Lease>('leases', id)
      if (current?.run !== run) return false
      const lease: Lease = { ...current, expires: iso(this.now() + ttl) }
      this.replaceSync('leases', lease)
      return true
    })
  }

  async release(id: string, run: string): Promise<void> {
    await this.file.write(() => {
      if (this.findSync<Lease>('leases', id)?.run === run) this.removeSync('leases', id)
    })
  }

  facts(): Promise<StoreFacts> {
    return this.file.facts()
  }

  close(): Promise<void> {
    return this.file.close()
  }

  private select<Row>(columns: string, collection: Collection, query: ListQuery = {}): Row[] {
    const { prefix = '', descending = false, limit = -1 } = query
    // UTF-8 never contains the byte FF, so the prefix followed by it sorts after every text that begins with the prefix.
    const sql = `SELECT ${columns} FROM ${collection} WHERE _id >= ? AND _id < ? || CAST(x'FF' AS TEXT)
      ORDER BY _id ${descending ? 'DESC' : 'ASC'} LIMIT ?`
    return this.file.rows(sql, prefix, prefix, limit)
  }

  private findSync<T extends Document>(collection: Collection, id: string): T | undefined {
    const [row] = this.file.rows<[string]>(`SELECT document FROM ${collection} WHERE _id = ?`, id)
    return row && (parseDocument(id, row[0]) as T)
  }

  private replaceSync(collection: Collection, document: Document): void {
    const sql = `INSERT INTO ${collection} (_id, document) VALUES (?, ?)
      ON CONFLICT (_id) DO UPDATE SET document = excluded.document`
    this.file.run(sql, document._id, JSON.stringify(document))
  }

  private removeSync(collection: Collection, id: string): void {
    this.file.run(`DELETE FROM ${collection} WHERE _id = ?`, id)
  }

  /** The store's clock, in ms. */
  private now(): number {
    const [row] = this.file.rows<[string]>("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', 'now')")
    return Date.parse(row![0])
  }
}

function parseDocument(id: string, text: string): Document | UnreadableDocument {
  try {
    const value = JSON.parse(text)
    if (value?._id === id) return value
  } catch {
    // Not JSON: return it as unreadable, below.
  }
  return { _id: id, unreadable: String(text) }
}

function iso(ms: number): string {
  return new Date(ms).toISOString()
}
