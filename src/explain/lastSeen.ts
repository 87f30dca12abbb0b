import type { Context } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { datesOf } from '../editions/find.ts'
import { readSoundEdition } from '../editions/read.ts'
import { Failure } from '../errors.ts'
import type { LastSeen } from './explanation.ts'
import { DatasetFinder } from './lookup.ts'
import { openDatasetSource } from './source.ts'

/** How many earlier editions are searched: those of a year. */
const MAX_EDITIONS = 52
/** In how many of them the export is read, which takes a second each. In the others, only the tops are searched. */
const MAX_EXPORTS = 4

/**
 * Finds the last edition before another one in which datasets were still there, because the portal may have removed them since.
 *
 * @param names IDs or slugs; only an ID is found in the tops
 */
export async function findLastSeen(
  names: ReadonlySet<string>,
  { watch, date }: Edition,
  context: Context,
): Promise<ReadonlyMap<string, LastSeen>> {
  const { documents, report } = context
  const seen = new Map<string, LastSeen>()
  const missing = new Set(names)
  const add = (name: string, found: LastSeen) => {
    seen.set(name, found)
    missing.delete(name)
  }
  let exports = 0
  const dates = missing.size === 0 ? [] : await datesOf(documents, watch)
  for (const earlier of dates.filter((one) => one < date).slice(0, MAX_EDITIONS)) {
    if (missing.size === 0) break
    const edition = await readSoundEdition(documents, watch, earlier, report.warn)
    if (edition === undefined) continue
    for (const { dataset_id, dataset_title } of edition.datasets) {
      if (missing.has(dataset_id)) add(dataset_id, { date: earlier, dataset_id, dataset_title })
    }
    if (missing.size === 0 || exports++ >= MAX_EXPORTS) continue
    for (const [name, { dataset }] of await findInExport(missing, edition, context)) {
      add(name, { date: earlier, dataset_id: dataset.id, dataset_title: dataset.title })
    }
  }
  return seen
}

/** Finds datasets in the export of an edition. Finds none if the export is damaged or was not kept. */
async function findInExport(names: ReadonlySet<string>, edition: Edition, context: Context) {
  try {
    const source = await openDatasetSource(edition, context)
    const finder = new DatasetFinder(new Set(names), [], source.identifiers)
    await source.read(finder)
    return finder.found
  } catch (error) {
    if (!(error instanceof Failure && ['usage', 'store', 'contract'].includes(error.kind))) throw error
    context.report.warn(error.message)
    return new Map<string, never>()
  }
}
