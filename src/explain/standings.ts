import type { Context } from '../context.ts'
import type { Batch } from '../csv/scanner.ts'
import type { Standing, Standings } from '../editions/changes.ts'
import type { Edition } from '../editions/edition.ts'
import { archivedNames } from '../pipeline/archivedCsv.ts'
import { textOf } from '../pipeline/rank.ts'
import { readOptions, scanCsv } from '../pipeline/read.ts'
import { findSnapshot, readStoredExport } from '../pipeline/snapshot.ts'

/**
 * Finds the standing of datasets on the date of an edition. The archived CSV has those that matched, with their
 * organization. For the others, the snapshot says whether the portal had them.
 *
 * @returns no standing for datasets whose CSV or snapshot has been removed from the archive
 */
export async function standingsOf(edition: Edition, ids: ReadonlySet<string>, context: Context): Promise<Standings> {
  const standings = new Map<string, Standing>()
  if (ids.size === 0 || (await context.archive.stat(edition.archive.key)) === undefined) return standings
  const listed = collect(ids, ['id', 'organization_id'])
  const { key } = edition.archive
  const names = await archivedNames(edition.watch, edition.date, context)
  await scanCsv(context.archive.read(key), key, listed, readOptions('datasets', context.config, names))
  for (const [id, organization_id] of listed.found) {
    standings.set(id, { exists: true, matches: true, organization_id })
  }
  const others = new Set([...ids].filter((id) => !standings.has(id)))
  const snapshot = others.size === 0 ? undefined : await findSnapshot(edition.date, context)
  if (snapshot === undefined) return standings
  const existing = collect(others, ['id'])
  await readStoredExport('datasets', snapshot, existing, context)
  for (const id of others) {
    standings.set(id, { exists: existing.found.has(id), matches: false, organization_id: '' })
  }
  return standings
}

/** Creates a reader that collects the wanted datasets: ID → the last of the columns. */
function collect(wanted: ReadonlySet<string>, columns: readonly string[]) {
  const found = new Map<string, string>()
  const take = (batch: Batch) => {
    for (let record = 0; record < batch.count; record++) {
      const id = textOf(batch, record, 0)
      if (wanted.has(id)) found.set(id, textOf(batch, record, columns.length - 1))
    }
  }
  return { columns, take, found }
}
