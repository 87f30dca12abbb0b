import type { Database } from 'libsql'
import type { Collection } from '../documents.ts'
import { isBusy } from './errors.ts'

const COLLECTIONS: readonly Collection[] = ['tops', 'runs', 'leases']

/**
 * One row per edition and dataset, for any program that reads SQLite. A document that is not JSON has no rows, instead of
 * failing the whole query. `json_extract` rather than `->>`, which needs SQLite 3.38.
 */
const DATASETS = `CREATE VIEW datasets AS
SELECT
  json_extract(edition.document, '$.watch') AS watch,
  json_extract(edition.document, '$.date') AS date,
  (SELECT json_extract(o.value, '$.rank') FROM json_each(edition.document, '$.organizations') AS o
    WHERE json_extract(o.value, '$.id') = json_extract(d.value, '$.organization_id')) AS organization_rank,
  json_extract(d.value, '$.dataset_id') AS dataset_id,
  json_extract(d.value, '$.dataset_title') AS dataset_title,
  json_extract(d.value, '$.dataset_followers') AS dataset_followers,
  json_extract(d.value, '$.organization') AS organization,
  json_extract(d.value, '$.organization_id') AS organization_id,
  json_extract(d.value, '$.organization_followers') AS organization_followers
FROM (SELECT CASE WHEN json_valid(document) THEN document ELSE '{}' END AS document FROM tops) AS edition,
  json_each(edition.document, '$.datasets') AS d`

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
  database.exec('BEGIN IMMEDIATE')
  try {
    const isNew = definitions(database).size === 0
    for (const collection of COLLECTIONS) {
      database.exec(`CREATE TABLE IF NOT EXISTS ${collection} (_id TEXT PRIMARY KEY, document TEXT NOT NULL)`)
    }
    database.exec(`DROP VIEW IF EXISTS datasets; ${DATASETS}`)
    database.exec('COMMIT')
    return isNew
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK')
    throw error
  }
}

/**
 * Version 0.1 used a write-ahead log, which lies beside the file, needs write permission also to read, and fails on network
 * file systems. If another process has the file open, the log stays until a later run.
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
    database.prepare("SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'view')").raw().all() as [
      string,
      string,
    ][],
  )
}
