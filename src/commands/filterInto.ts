import { join } from 'node:path'
import type { Watch } from '../config/watch.ts'
import { completeCsvs, WatchFilter } from '../pipeline/watchFilter.ts'
import { openFolder } from '../stores/folder/folder.ts'
import type { Report } from '../terminal/report.ts'
import { pluralize } from '../text/format.ts'
import type { ReadSource } from './filterSource.ts'
import { type Options, print, printJson } from './io.ts'

const CSV = { contentType: 'text/csv; charset=utf-8' }

/** Filters for any number of watches in one pass. Writes a CSV for each into a folder and prints their paths. */
export async function filterInto(
  folder: string,
  watches: readonly Watch[],
  { json }: Options,
  report: Report,
  read: ReadSource,
): Promise<void> {
  const archive = await openFolder(folder)
  await using filter = new WatchFilter(
    watches.map((watch) => {
      const key = `${watch.name}.csv`
      return { watch, key, create: () => archive.create(key, CSV) }
    }),
  )
  const records = await read(filter, (all) => `${pluralize(watches.length, 'list')} of ${pluralize(all, 'record')}`)
  const lists = await completeCsvs(filter, report)
  for (const { object } of lists) await object.commit()
  const kept = lists.map(({ watch, csv }) => ({
    watch: watch.name,
    file: join(folder, csv.key),
    kept: csv.records,
    bytes: csv.bytes,
    sha256: csv.sha256,
  }))
  if (json) await printJson({ records, lists: kept })
  else await print(kept.map(({ file }) => `${file}\n`).join(''))
}
