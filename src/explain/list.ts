import type { Context } from '../context.ts'
import type { Edition, TopDataset } from '../editions/edition.ts'
import { NotFound } from '../errors.ts'
import { archivedNames } from '../pipeline/archivedCsv.ts'
import { textOf, wholeNumber } from '../pipeline/rank.ts'
import { type Reader, readHeader, readOptions, scanCsv } from '../pipeline/read.ts'

/** A dataset as the full list has it; the tops add the organization's followers. */
export type ListedDataset = Omit<TopDataset, 'organization_followers'>

/**
 * Reads the full list of an edition from its archived CSV, and passes on each dataset.
 *
 * @throws NotFound if the archive does not have the CSV any more
 */
export async function readList(
  edition: Edition,
  context: Context,
  onDataset: (dataset: ListedDataset) => void,
): Promise<void> {
  const { archive, config } = context
  const { key, bytes } = edition.archive
  if ((await archive.stat(key))?.bytes !== bytes) {
    throw new NotFound(
      `cannot read the list of ${edition._id}: ${key} was not kept in the archive, or is being replaced`,
    )
  }
  const names = await archivedNames(edition.watch, edition.date, context)
  const header = await readHeader(archive.read(key), key, config)
  // Without a column of names, only those of ranked organizations are known.
  const hasNames = header.includes('organization')
  const ranked = new Map(edition.organizations.map(({ id, name }) => [id, name]))
  const reader: Reader = {
    columns: ['id', 'title', 'metric.followers', 'organization_id', ...(hasNames ? ['organization'] : [])],
    take: (batch) => {
      for (let record = 0; record < batch.count; record++) {
        const organization_id = textOf(batch, record, 3)
        onDataset({
          dataset_id: textOf(batch, record, 0),
          dataset_title: textOf(batch, record, 1),
          dataset_followers: wholeNumber(batch, record, 2),
          organization: ranked.get(organization_id) ?? (hasNames ? textOf(batch, record, 4) : ''),
          organization_id,
        })
      }
    },
  }
  await scanCsv(archive.read(key), key, reader, readOptions('datasets', config, names))
}
