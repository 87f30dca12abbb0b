import { suggestName } from '../config/parsers.ts'
import type { Watch } from '../config/watch.ts'
import { findNames } from '../csv/columns.ts'
import { FieldError } from '../csv/fieldError.ts'
import { Failure, quoted } from '../errors.ts'
import { PROJECTED_COLUMNS, TopDatasets } from '../pipeline/project.ts'
import { textOf } from '../pipeline/rank.ts'
import type { ReadOptions } from '../pipeline/read.ts'
import { findHits, type Hits } from './hits.ts'
import { damagedSnapshot, type IndexedSnapshot, RECORD_COLUMNS } from './indexedSnapshot.ts'
import { countTerms, longerWords, type TermCount, type WordCount } from './wordCounts.ts'

/** What a watch with these words would list in a snapshot. */
export interface SearchResult {
  readonly indexed: IndexedSnapshot
  readonly watch: Watch
  /** The numbers of the records of the list, in the order of the export. */
  readonly kept: Uint32Array
  /** The size of the list as a CSV, in bytes. */
  readonly bytes: number
  /** Number of records left out because they repeat the id of an earlier one. */
  readonly repeated: number
  readonly words: readonly TermCount[]
  /** For whole words: the longer words that the search leaves out. */
  readonly longerWords: readonly WordCount[]
  readonly tops: TopDatasets
  /** The id of a dataset → the number of its record. */
  readonly recordOf: ReadonlyMap<string, number>
}

const SLOTS = PROJECTED_COLUMNS.map((column) => RECORD_COLUMNS.indexOf(column))

/**
 * Searches a snapshot as a run of a watch does: keeps the records that have a term, each id once, and projects those of the top
 * organizations.
 *
 * @throws Failure `usage` for a column that the export does not have
 */
export async function search(indexed: IndexedSnapshot, watch: Watch): Promise<SearchResult> {
  refuseUnknownColumn(watch, indexed.columns, indexed.options, indexed.snapshot.date)
  const hits = await findHits(indexed, watch)
  const { kept, repeated, bytes } = keptRecords(indexed, hits)
  const tops = new TopDatasets(indexed.organizations.slice(0, watch.top))
  const recordOf = new Map<string, number>()
  for (const record of kept) {
    const rank = indexed.ranks[record]!
    if (rank === 0 || rank > watch.top) continue
    project(indexed, tops, record)
    recordOf.set(textOf(indexed.records, record, SLOTS[0]!), record)
  }
  return {
    indexed,
    watch,
    kept,
    repeated,
    bytes,
    words: countTerms(indexed, watch, hits, kept),
    longerWords: longerWords(indexed, watch),
    tops,
    recordOf,
  }
}

/** @throws Failure `usage` for a column that the export of a date does not have */
export function refuseUnknownColumn(
  { columns: searched }: Watch,
  columns: readonly string[],
  { columnNames }: ReadOptions,
  date: string,
): void {
  const found = findNames(columns, searched, columnNames)
  const unknown = searched.find((column) => !Object.hasOwn(found, column))
  if (unknown === undefined) return
  const what = `the export of ${date} has no such column`
  throw new Failure('usage', `cannot search in column ${quoted(unknown)}: ${what}; ${suggestName(unknown, columns)}`)
}

/** Lists the records with a hit. Of those with the same id, the first counts. */
function keptRecords({ records, ids, header }: IndexedSnapshot, { terms }: Hits) {
  const kept = new Uint32Array(terms.length)
  const known = ids && new Uint8Array(records.count)
  let [count, repeated, bytes] = [0, 0, header.length]
  for (let record = 0; record < terms.length; record++) {
    if (terms[record] === 0) continue
    if (known !== undefined) {
      const id = ids![record]!
      if (known[id] === 1) {
        repeated++
        continue
      }
      known[id] = 1
    }
    kept[count++] = record
    bytes += records.recordRanges[2 * record + 1]! - records.recordRanges[2 * record]!
  }
  return { kept: kept.slice(0, count), repeated, bytes }
}

function project({ records, snapshot }: IndexedSnapshot, tops: TopDatasets, record: number): void {
  try {
    tops.take(records, record, SLOTS)
  } catch (error) {
    if (!(error instanceof FieldError)) throw error
    const where = `${snapshot.datasets.key}, record ${record + 1}`
    throw damagedSnapshot(snapshot, `${where}: ${error.message}`)
  }
}

/** A part of the list as a CSV, and the position of the next part; undefined after the last one. */
interface ListPart {
  readonly bytes: Uint8Array
  readonly next: number | undefined
}

/**
 * Copies a part of the list as a CSV: the header and the records of the export, byte for byte.
 *
 * @param position 0, or where the part before ended
 * @param most bytes of a part; a longer record is a part of its own
 */
export function listPart(
  { indexed: { header, records }, kept }: SearchResult,
  position: number,
  most: number,
): ListPart {
  const ranges = records.recordRanges
  const parts: Uint8Array[] = position === 0 ? [header] : []
  let length = parts.length * header.length
  let next = position
  for (; next < kept.length; next++) {
    const record = kept[next]!
    const part = records.bytes.subarray(ranges[2 * record], ranges[2 * record + 1])
    if (length > 0 && length + part.length > most) break
    parts.push(part)
    length += part.length
  }
  const bytes = new Uint8Array(length)
  let filled = 0
  for (const part of parts) {
    bytes.set(part, filled)
    filled += part.length
  }
  return { bytes, next: next < kept.length ? next : undefined }
}
