import type { ArchiveFacts, Edition } from '../editions/edition.ts'
import { editionKey } from '../editions/layout.ts'
import { buildEdition } from '../pipeline/publish.ts'
import type { SearchResult } from './search.ts'

const editions = new WeakMap<SearchResult, Edition>()

/**
 * Builds the document that a run of the watch would publish. It has no run and no time, and it may be larger than a document can
 * be. The list is not stored, so its checksum is not computed.
 */
export function editionOf(result: SearchResult): Edition {
  const known = editions.get(result)
  if (known !== undefined) return known
  const { indexed, watch, tops } = result
  const { snapshot } = indexed
  const run = { id: '', now: () => snapshot.fetched_at }
  const edition = buildEdition({ watch, csv: archiveOf(result), tops }, snapshot.date, snapshot, run)
  editions.set(result, edition)
  return edition
}

function archiveOf({ indexed: { snapshot }, watch, kept, bytes }: SearchResult): ArchiveFacts {
  return { key: editionKey(watch.name, snapshot.date), bytes, sha256: '', records: kept.length }
}
