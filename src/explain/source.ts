import type { Context } from '../context.ts'
import { type ColumnNames, findNames } from '../csv/columns.ts'
import type { Edition, Snapshot } from '../editions/edition.ts'
import { NotFound } from '../errors.ts'
import { archivedNames } from '../pipeline/archivedCsv.ts'
import { type Reader, type ReadOptions, readHeader, readOptions, scanCsv } from '../pipeline/read.ts'
import { findSnapshot, readColumns, readStoredExport } from '../pipeline/snapshot.ts'
import { missingStores } from '../stores/missing.ts'

/** Opens the source in which datasets are looked up. */
export type OpenSource = (edition: Edition, context: Context) => Promise<DatasetSource>

/** The source for dataset look-ups: the snapshot of the edition, or its archived CSV if there is no snapshot. */
export interface DatasetSource {
  readonly key: string
  readonly snapshot: Snapshot | undefined
  /** The columns that identify a dataset: `id`, and `slug` if the export has it. */
  readonly identifiers: readonly string[]
  /** The column with the name of the organization, if the export has it. */
  readonly organization: readonly string[]
  /** Whether it is read a second time for datasets with similar names. */
  readonly suggests: boolean
  read(reader: Reader): Promise<void>
}

/** @throws NotFound if the archive has neither the snapshot nor the CSV */
export async function openDatasetSource(edition: Edition, context: Context): Promise<DatasetSource> {
  const { archive, config } = context
  const snapshot = await findSnapshot(edition.date, context)
  if (snapshot === undefined) {
    const { key } = edition.archive
    if ((await archive.stat(key)) === undefined) {
      const why = (await missingStores(archive)) ?? `${archive.address} has neither its snapshot nor ${key} any more`
      throw new NotFound(`cannot explain the edition of ${edition.date}: ${why}`)
    }
    return listSource(edition, undefined, context, true)
  }
  const columns = await readColumns('datasets', snapshot, context)
  const { columnNames } = readOptions('datasets', config, snapshot.datasets.columns)
  return {
    key: snapshot.datasets.key,
    snapshot,
    ...namesIn(columns, columnNames),
    suggests: true,
    read: (reader) => readStoredExport('datasets', snapshot, reader, context),
  }
}

interface ListSource extends DatasetSource {
  readonly options: ReadOptions
}

/**
 * Opens the archived CSV of an edition, a tenth of the export. It only has the listed datasets, and cannot show whether the
 * portal has others.
 */
export async function openListSource(edition: Edition, context: Context): Promise<ListSource> {
  return listSource(edition, await findSnapshot(edition.date, context), context, false)
}

async function listSource(
  edition: Edition,
  snapshot: Snapshot | undefined,
  context: Context,
  suggests: boolean,
): Promise<ListSource> {
  const { archive, config } = context
  const { key } = edition.archive
  const options = readOptions('datasets', config, await archivedNames(edition.watch, edition.date, context))
  const columns = await readHeader(archive.read(key), key, config)
  return {
    key,
    snapshot,
    ...namesIn(columns, options.columnNames),
    suggests,
    options,
    read: async (reader) => void (await scanCsv(archive.read(key), key, reader, options)),
  }
}

function namesIn(columns: readonly string[], names?: ColumnNames): Pick<DatasetSource, 'identifiers' | 'organization'> {
  const found = Object.keys(findNames(columns, ['slug', 'organization'], names))
  const only = (column: string) => found.filter((one) => one === column)
  return { identifiers: ['id', ...only('slug')], organization: only('organization') }
}
