import type { Context } from '../context.ts'
import { type ColumnNames, findNames } from '../csv/columns.ts'
import type { Edition, Snapshot } from '../editions/edition.ts'
import { NotFound } from '../errors.ts'
import { archivedNames } from '../pipeline/archivedCsv.ts'
import { type Reader, readOptions, scanCsv } from '../pipeline/read.ts'
import { findSnapshot, readColumns, readHeader, readStoredExport } from '../pipeline/snapshot.ts'

/** The source for dataset look-ups: the snapshot of the edition, or its archived CSV if there is no snapshot. */
export interface DatasetSource {
  readonly key: string
  readonly snapshot: Snapshot | undefined
  /** The columns that identify a dataset: `id`, and `slug` if the export has it. */
  readonly identifiers: readonly string[]
  read(reader: Reader): Promise<void>
}

/** @throws NotFound if the archive has neither the snapshot nor the CSV */
export async function openDatasetSource(edition: Edition, context: Context): Promise<DatasetSource> {
  const { archive, config } = context
  const snapshot = await findSnapshot(edition.date, context)
  if (snapshot === undefined) {
    const { key } = edition.archive
    if ((await archive.stat(key)) === undefined) {
      throw new NotFound(
        `cannot explain the edition of ${edition.date}: the archive has neither its snapshot nor ${key} any more`,
      )
    }
    const options = readOptions('datasets', config, await archivedNames(edition.watch, edition.date, context))
    const read = async (reader: Reader) => void (await scanCsv(archive.read(key), key, reader, options))
    const columns = await readHeader(archive.read(key), key, config)
    return { key, snapshot, identifiers: identifiersIn(columns, options.columnNames), read }
  }
  const columns = await readColumns('datasets', snapshot, context)
  const { columnNames } = readOptions('datasets', config, snapshot.datasets.columns)
  return {
    key: snapshot.datasets.key,
    snapshot,
    identifiers: identifiersIn(columns, columnNames),
    read: (reader) => readStoredExport('datasets', snapshot, reader, context),
  }
}

function identifiersIn(columns: readonly string[], names?: ColumnNames): readonly string[] {
  return 'slug' in findNames(columns, ['slug'], names) ? ['id', 'slug'] : ['id']
}
