import type { Database } from 'libsql'
import type { Collection } from '../documents.ts'
import { isBusy } from './errors.ts'
import { inTransaction, select } from './transaction.ts'

const COLLECTIONS: readonly Collection[] = ['tops', 'runs', 'leases']

/**
 * One row per edition and dataset, for any program that reads SQLite. A document that is not JSON has no rows, instead of
 * failing the whole query. The casts give the columns types. It uses `json_extract`, because a program with an SQLite before
 * 3.38 (RHEL 9 has 3.34) could not even open a file with `->>` in a view.
 */
const DATASETS = `CREATE VIEW datasets AS
SELECT
  CAST(json_extract(edition.document, '$.watch') AS TEXT) AS watch,
  CAST(json_extract(edition.document, '$.date') AS TEXT) AS date,
  CAST(json_extract(dataset.value, '$.dataset_id') AS TEXT) AS dataset_id,
  CAST(json_extract(dataset.value, '$.dataset_title') AS TEXT) AS dataset_title,
  CAST(json_extract(dataset.value, '$.dataset_followers') AS INTEGER) AS dataset_followers,
  CAST(json_extract(dataset.value, '$.organization') AS TEXT) AS organization,
  CAST(json_extract(dataset.value, '$.organization_id') AS TEXT) AS organization_id,
  CAST(json_extract(dataset.value, '$.organization_followers') AS INTEGER) AS organization_followers
FROM (SELECT CASE WHEN json_valid(document) THEN document ELSE '{}' END AS document FROM tops) AS edition,
  json_each(edition.document, '$.datasets') AS dataset`

/**
 * Prepares a file for writing: sets its journal mode, and creates the tables and the view that it lacks.
 *
 * @returns whether it had no tables before
 */
export function prepareFile(database: Database): boolean {
  useRollbackJournal(database)
  // Also syncs the folder when the journal is deleted, so that a commit survives a power loss.
  database.exec('PRAGMA synchronous = EXTRA')
  if (isComplete(database)) return false
  return inTransaction(database, () => {
    const isNew = definitions(database).size === 0
    for (const collection of COLLECTIONS) {
      database.exec(`CREATE TABLE IF NOT EXISTS ${collection} (_id TEXT PRIMARY KEY, document TEXT NOT NULL)`)
    }
    database.exec(`DROP VIEW IF EXISTS datasets; ${DATASETS}`)
    return isNew
  })
}

/**
 * Version 0.1 used a write-ahead log, which is a second file, needs write permission even to read, and fails on network file
 * systems. If another process has the file open, the log stays until a later run.
 */
function useRollbackJournal(database: Database): void {
  if (!usesWriteAheadLog(database)) return
  try {
    database.exec('PRAGMA journal_mode = DELETE')
  } catch (error) {
    if (!isBusy(error)) throw error
  }
}

/** Whether the file keeps its last changes in a log beside it. */
export function usesWriteAheadLog(database: Database): boolean {
  const [mode] = database.prepare('PRAGMA journal_mode').raw().get() as [string]
  return mode === 'wal'
}

function isComplete(database: Database): boolean {
  const found = definitions(database)
  return COLLECTIONS.every((collection) => found.has(collection)) && found.get('datasets') === DATASETS
}

/** The tables and views of the file, with their SQL. */
function definitions(database: Database): Map<string, string> {
  return new Map(
    select<[string, string]>(database, "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'view')"),
  )
}
