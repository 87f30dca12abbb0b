import type { World } from '../context.ts'
import { findNames } from '../csv/columns.ts'
import type { Edition, Snapshot } from '../editions/edition.ts'
import { Missing } from '../errors.ts'
import { archivedNames } from '../pipeline/lists.ts'
import { type Reader, readCsv, readOptions } from '../pipeline/read.ts'
import { columnsOf, loadSnapshot, replayExport } from '../pipeline/snapshot.ts'

/** Where datasets are looked up: the snapshot of the edition, or its archived CSV if there is no snapshot. */
export interface DatasetSource {
  readonly key: string
  readonly snapshot: Snapshot | undefined
  /** The columns that identify a dataset: `id`, and `slug` if the export has it. */
  readonly identifiers: readonly string[]
  read(reader: Reader): Promise<void>
}

/** @throws Missing if the archive has neither the snapshot nor the CSV */
export async function openDatasetSource(edition: Edition, world: World): Promise<DatasetSource> {
  const { archive, config } = world
  const snapshot = await loadSnapshot(edition.date, world)
  if (snapshot === undefined) {
    const { key } = edition.archive
    if ((await archive.stat(key)) === undefined) {
      throw new Missing(
        `cannot explain the edition of ${edition.date}: the archive has neither its snapshot nor ${key} any more`,
      )
    }
    const options = readOptions('datasets', config, await archivedNames(edition.watch, edition.date, world))
    const read = async (reader: Reader) => void (await readCsv(archive.read(key), key, reader, options))
    return { key, snapshot, identifiers: ['id'], read }
  }
  const columns = await columnsOf('datasets', snapshot, world)
  const { names } = readOptions('datasets', config, snapshot.datasets.columns)
  const hasSlugs = 'slug' in findNames(columns, ['slug'], names)
  return {
    key: snapshot.datasets.key,
    snapshot,
    identifiers: hasSlugs ? ['id', 'slug'] : ['id'],
    read: (reader) => replayExport('datasets', snapshot, reader, world),
  }
}
