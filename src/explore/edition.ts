import type { ArchiveFacts, Edition } from '../editions/edition.ts'
import { editionKey } from '../editions/layout.ts'
import { buildEditions } from '../pipeline/publish.ts'
import type { SearchResult } from './search.ts'

/** Builds the document that a run of the watch would publish. It has no run and no time. */
export async function editionOf(result: SearchResult, archive: ArchiveFacts = archiveOf(result)): Promise<Edition> {
  const { indexed, watch, tops } = result
  const { snapshot } = indexed
  const run = { id: '', now: () => snapshot.fetched_at }
  const [edition] = await buildEditions([{ watch, csv: archive, tops }], snapshot.date, snapshot, run)
  return edition!
}

/** Returns the facts of the list. It is not stored, and its checksum is not computed. */
function archiveOf({ indexed: { snapshot }, watch, kept, bytes }: SearchResult): ArchiveFacts {
  return { key: editionKey(watch.name, snapshot.date), bytes, sha256: '', records: kept.length }
}
