import { ALL_WATCHES, findWatch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { datesOf } from '../editions/find.ts'
import { editionId } from '../editions/layout.ts'
import { Failure, NotFound } from '../errors.ts'
import { snapshotDates } from '../pipeline/snapshot.ts'
import type { Archive } from '../stores/archive.ts'
import type { Documents } from '../stores/documents.ts'
import type { Options } from './io.ts'

/**
 * Returns the name of the watch whose editions are to be read. A watch may have editions although it is not configured any more.
 *
 * @param given by default the first configured watch
 * @throws NotFound for a name that is neither configured nor has editions, or that has none although snapshots are stored; Failure
 * `usage` for all watches
 */
export async function watchToRead(
  given: Options['watch'],
  { config, documents, archive }: Pick<Context, 'config' | 'documents' | 'archive'>,
): Promise<string> {
  const [name = config.watches[0]!.name] = [given].flat()
  if (config.watches.some((watch) => watch.name === name)) {
    await refuseUnpublished(name, documents, archive)
    return name
  }
  if (name === ALL_WATCHES) {
    const names = config.watches.map((watch) => watch.name).join(', ')
    throw new Failure('usage', `cannot use --watch all: this command reads one watch. Name one of: ${names}.`)
  }
  // findWatch throws for an unknown watch, with a suggestion.
  return (await datesOf(documents, name)).length > 0 ? name : findWatch(name, config).name
}

/** Refuses a new watch that has no edition yet. If snapshots are stored, `backfill` makes its editions, and no run is needed. */
async function refuseUnpublished(name: string, documents: Documents, archive: Archive): Promise<void> {
  const [any] = await documents.ids('tops', { prefix: editionId(name, ''), limit: 1 })
  if (any !== undefined || !(await documents.exists())) return
  const dates = await snapshotDates({ archive })
  if (dates.length === 0) return
  const command = `"backfill --from ${dates[0]} --to ${dates.at(-1)} --watch ${name}"`
  throw new NotFound(
    `there is no edition of ${name} in ${documents.address} yet; ${command} makes them from the snapshots`,
  )
}
