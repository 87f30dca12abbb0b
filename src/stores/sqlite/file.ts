import { statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { pathToFileURL } from 'node:url'
import Database from 'libsql'
import { Failure } from '../../errors.ts'
import { createFolder } from '../createFolder.ts'
import { freeBytes } from '../disk.ts'
import type { StoreFacts } from '../facts.ts'
import type { StoreReport } from '../report.ts'
import { isBusy, reasonOf } from './errors.ts'
import { prepareFile, usesWriteAheadLog } from './schema.ts'
import { inTransaction, select } from './transaction.ts'

/**
 * How long a statement waits for another process that writes. SQLite blocks the thread while it waits, so each of its waits is
 * short: a run must be able to notice a stop signal.
 */
const BUSY_MS = 10_000
const BLOCKING_MS = 50

/** An SQLite file. Reading never creates or changes it. The first write creates it. */
export class DatabaseFile {
  readonly address: string
  private readonly path: string
  /** Undefined as long as the file does not exist. */
  private database: Database.Database | undefined
  private prepared: Promise<Database.Database> | undefined
  private isClosed = false

  constructor(
    path: string,
    private readonly report: StoreReport,
  ) {
    this.address = `sqlite:${path}`
    this.path = resolve(path)
  }

  async open(): Promise<void> {
    try {
      await this.withStoreErrors(() => this.rows('SELECT count(*) FROM sqlite_master'))
    } catch (error) {
      this.database?.close()
      throw error
    }
  }

  async exists(): Promise<boolean> {
    return this.withStoreErrors(() => this.rows("SELECT 1 FROM sqlite_master WHERE name = 'tops'").length > 0)
  }

  async facts(): Promise<StoreFacts> {
    const database = this.connect() ?? new Database(':memory:')
    const [version] = database.prepare('SELECT sqlite_version()').raw().get() as [string]
    if (database !== this.database) database.close()
    return { product: `SQLite ${version}`, driver: 'libsql', free: await freeBytes(dirname(this.path)) }
  }

  async close(): Promise<void> {
    const { database, isClosed } = this
    this.isClosed = true
    if (database === undefined || isClosed) return
    try {
      if (this.prepared !== undefined && usesWriteAheadLog(database)) {
        // A copy of the file alone is then complete. Readers may prevent it; it is not worth waiting for them.
        database.exec('PRAGMA busy_timeout = 0')
        database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
      }
    } catch {
      // Every document is safe in the write-ahead log, which the next process to open the file replays.
    }
    database.close()
  }

  /** Returns the connection for reading. `mode=rw` creates no file, and reads one that this user may not write. */
  private connect(): Database.Database | undefined {
    this.requireOpen()
    if (this.database === undefined && fileExists(this.path))
      this.database = new Database(`${pathToFileURL(this.path)}?mode=rw`, { timeout: BLOCKING_MS })
    return this.database
  }

  /** Throws after `close`: libsql aborts the process when a closed connection is used. */
  private requireOpen(): void {
    if (this.isClosed) throw new Failure('store', `cannot use the document store ${this.address}: it is closed`)
  }

  /** Returns the connection for writing, once the file and its tables exist. */
  private async prepare(): Promise<Database.Database> {
    try {
      await createFolder(dirname(this.path))
      const database = this.connect() ?? new Database(this.path, { timeout: BLOCKING_MS })
      this.database = database
      const isNew = await this.retryWhileBusy(() => prepareFile(database))
      if (isNew) this.report.info(`created the database ${this.address}`)
      return database
    } catch (error) {
      this.prepared = undefined
      throw asStoreFailure(this.address, this.path, error)
    }
  }

  /** Changes rows. Call it within `write`. */
  run(sql: string, ...parameters: readonly unknown[]): void {
    this.database!.prepare(sql).run(...parameters)
  }

  /** Reads rows. Returns none if the file or its tables do not exist yet. */
  rows<Row>(sql: string, ...parameters: readonly unknown[]): Row[] {
    const database = this.connect()
    if (database === undefined) return []
    try {
      return select(database, sql, ...parameters)
    } catch (error) {
      if (/^no such table/.test((error as Error).message)) return []
      throw error
    }
  }

  /**
   * Reads and writes with no other writer in between. Every write goes through here. If a write outside a transaction fails
   * as busy, libsql leaves an invisible transaction open, and loses all later writes of this connection.
   */
  async write<T>(body: () => T): Promise<T> {
    this.prepared ??= this.prepare()
    const database = await this.prepared
    return this.withStoreErrors(() => inTransaction(database, body))
  }

  /** Runs statements and turns their errors into failures of this store. */
  async withStoreErrors<T>(body: () => T): Promise<T> {
    try {
      return await this.retryWhileBusy(body)
    } catch (error) {
      throw asStoreFailure(this.address, this.path, error)
    }
  }

  /** Retries while another process has locked the file. A statement that was refused as busy has changed nothing. */
  private async retryWhileBusy<T>(body: () => T): Promise<T> {
    for (const until = Date.now() + BUSY_MS; ; await sleep(10 + Math.random() * 40)) {
      this.requireOpen()
      try {
        return body()
      } catch (error) {
        if (!isBusy(error) || Date.now() > until) throw error
      }
    }
  }
}

function fileExists(path: string): boolean {
  try {
    statSync(path)
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false
    throw error
  }
}

function asStoreFailure(address: string, file: string, error: unknown): unknown {
  const reason = reasonOf(error, file)
  if (reason === undefined) return error
  return new Failure('store', `cannot use the document store ${address}: ${reason}`, { cause: error })
}
