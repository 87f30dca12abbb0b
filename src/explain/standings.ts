import type { World } from '../context.ts'
import type { Batch } from '../csv/scanner.ts'
import type { Standing, Standings } from '../editions/changes.ts'
import type { Edition } from '../editions/edition.ts'
import { archivedNames } from '../pipeline/lists.ts'
import { textOf } from '../pipeline/rank.ts'
import { readCsv, readOptions } from '../pipeline/read.ts'
import { loadSnapshot, replayExport } from '../pipeline/snapshot.ts'

/**
 * Where datasets stood on the date of an edition. Its archived CSV says what matched and whose it was; the snapshot, read
 * only when some were not in the CSV, says which the portal had all the same.
 *
 * @returns without those of which nothing can be said, since CSV or snapshot were not kept
 */
export async function standingsOf(edition: Edition, ids: ReadonlySet<string>, world: World): Promise<Standings> {
  const standings = new Map<string, Standing>()
  if (ids.size === 0 || (await world.archive.stat(edition.archive.key)) === undefined) return standings
  const listed = noting(ids, ['id', 'organization_id'])
  const { key } = edition.archive
  const names = await archivedNames(edition.watch, edition.date, world)
  await readCsv(world.archive.read(key), key, listed, readOptions('datasets', world.config, names))
  for (const [id, organization_id] of listed.found) {
    standings.set(id, { exists: true, matches: true, organization_id })
  }
  const others = new Set([...ids].filter((id) => !standings.has(id)))
  const snapshot = others.size === 0 ? undefined : await loadSnapshot(edition.date, world)
  if (snapshot === undefined) return standings
  const existing = noting(others, ['id'])
  await replayExport('datasets', snapshot, existing, world)
  for (const id of others) {
    standings.set(id, { exists: existing.found.has(id), matches: false, organization_id: '' })
  }
  return standings
}

/** Notes the wanted datasets as they pass by: id → the last of the columns. */
function noting(wanted: ReadonlySet<string>, columns: readonly string[]) {
  const found = new Map<string, string>()
  const take = (batch: Batch) => {
    for (let record = 0; record < batch.count; record++) {
      const id = textOf(batch, record, 0)
      if (wanted.has(id)) found.set(id, textOf(batch, record, columns.length - 1))
    }
  }
  return { columns, take, found }
}
