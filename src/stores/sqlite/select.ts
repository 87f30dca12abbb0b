import type { Database } from 'libsql'

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
