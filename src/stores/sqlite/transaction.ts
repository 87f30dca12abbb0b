import type { Database } from 'libsql'
import { isBusy } from './errors.ts'

/** How long a commit waits for running reads. A read of a year's editions takes 100 ms. */
const COMMIT_MS = 1_000

/** Runs statements in a transaction, with no other writer in between. */
export function inTransaction<T>(database: Database, body: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = body()
    commit(database)
    return result
  } catch (error) {
    // Some errors, such as a full disk, have ended the transaction already.
    if (database.inTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/**
 * Commits. Blocks the thread until the current reads have ended; new ones wait meanwhile. It does not roll back and retry,
 * because constant reads of other processes could then prevent every commit.
 */
function commit(database: Database): void {
  for (const until = Date.now() + COMMIT_MS; ; ) {
    try {
      database.exec('COMMIT')
      return
    } catch (error) {
      if (!isBusy(error) || Date.now() > until) throw error
    }
  }
}

/**
 * Reads rows, in the open transaction or in one of its own. A query that is refused as busy stays active in libsql until the
 * next garbage collection, and meanwhile keeps the lock of every later read of its connection, so that no other process can
 * commit. Hence `exec` acquires the lock first: it leaves nothing active, and the query cannot be refused any more.
 */
export function select<Row>(database: Database, sql: string, ...parameters: readonly unknown[]): Row[] {
  const query = () =>
    database
      .prepare(sql)
      .raw()
      .all(...parameters) as Row[]
  if (database.inTransaction) return query()
  database.exec('BEGIN')
  try {
    database.exec('SELECT 1 FROM sqlite_master LIMIT 1')
    return query()
  } finally {
    // Some errors have ended the transaction already.
    if (database.inTransaction) database.exec('ROLLBACK')
  }
}
