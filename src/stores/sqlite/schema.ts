import type { Database } from 'libsql'
import type { Collection } from '../documents.ts'

const COLLECTIONS: readonly Collection[] = ['tops', 'runs', 'leases']

/** Sets the journal mode of a file and creates the tables that it lacks. */
export function prepareFile(database: Database): void {
  database.exec('PRAGMA synchronous = FULL')
  // Changing the journal mode locks the whole file, so it is done only once.
  const [mode] = database.prepare('PRAGMA journal_mode').raw().get() as [string]
  if (mode !== 'wal') database.exec('PRAGMA journal_mode = WAL')
  for (const collection of COLLECTIONS) {
    database.exec(`CREATE TABLE IF NOT EXISTS ${collection} (_id TEXT PRIMARY KEY, document TEXT NOT NULL)`)
  }
}
