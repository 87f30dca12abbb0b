import { type Changes, changesBetween, type Standing, type Standings } from '../editions/changes.ts'
import type { TopDataset } from '../editions/edition.ts'
import { textOf } from '../pipeline/rank.ts'
import { editionOf } from './edition.ts'
import { RECORD_COLUMNS } from './indexedSnapshot.ts'
import type { SearchResult } from './search.ts'

const [ID_SLOT, ORGANIZATION_SLOT] = [RECORD_COLUMNS.indexOf('id'), RECORD_COLUMNS.indexOf('organization_id')]

/** Compares the same search in two snapshots, as two editions of a watch are compared. The snapshots have all reasons. */
export function searchChanges(from: SearchResult, to: SearchResult): Changes {
  const [earlier, later] = [editionOf(from), editionOf(to)]
  const { entered, left } = changesBetween(earlier, later)
  return changesBetween(earlier, later, standingsIn(from, entered), standingsIn(to, left))
}

function standingsIn({ indexed: { records }, kept }: SearchResult, datasets: readonly TopDataset[]): Standings {
  const standings = new Map<string, Standing>(
    datasets.map(({ dataset_id }) => [dataset_id, { exists: false, matches: false, organization_id: '' }]),
  )
  if (standings.size === 0) return standings
  for (let record = 0, next = 0; record < records.count; record++) {
    while (next < kept.length && kept[next]! < record) next++
    const id = textOf(records, record, ID_SLOT)
    const known = standings.get(id)
    if (known === undefined) continue
    if (kept[next] === record)
      standings.set(id, { exists: true, matches: true, organization_id: textOf(records, record, ORGANIZATION_SLOT) })
    else standings.set(id, { ...known, exists: true })
  }
  return standings
}
