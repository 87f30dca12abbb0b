import type { ExportFacts } from '../editions/edition.ts'
import { COLUMN_BITS, type WordEntries } from '../wasm/wordIndexer.ts'

/** The records that have each word. */
export interface Postings {
  /** By word, then by record: the number of the record, then a bit for each column that has the word. */
  readonly entries: Uint32Array
  /** Where the entries of each word end. */
  readonly ends: Uint32Array
}

/** The number of distinct words of a record per byte of the export. data.gouv.fr has 0.044. */
const WORDS_PER_BYTE = 0.05

/** Collects the words of each record, and turns them into the records of each word. */
export class PostingsBuilder {
  private words: Uint32Array
  private count = 0
  /** Where the words of each record end. */
  private readonly ends: Uint32Array
  private records = 0

  constructor({ bytes, records }: Pick<ExportFacts, 'bytes' | 'records'>) {
    this.words = new Uint32Array(Math.ceil(WORDS_PER_BYTE * bytes))
    this.ends = new Uint32Array(records)
  }

  add({ entries, ends }: WordEntries, records: number): void {
    if (this.count + entries.length > this.words.length) {
      const larger = new Uint32Array(Math.max(2 * this.words.length, this.count + entries.length))
      larger.set(this.words)
      this.words = larger
    }
    this.words.set(entries, this.count)
    for (let record = 0; record < records; record++) this.ends[this.records + record] = this.count + ends[record]!
    this.records += records
    this.count += entries.length
  }

  /** @param counts how many records have each word */
  build(counts: Uint32Array): Postings {
    const { words, count, ends, records } = this
    // Where the entries of each word start. The start moves to the end while the entries are placed.
    const next = new Uint32Array(counts.length)
    for (let word = 1; word < next.length; word++) next[word] = next[word - 1]! + counts[word - 1]!
    const entries = new Uint32Array(count)
    const columns = (1 << COLUMN_BITS) - 1
    for (let record = 0, at = 0; record < records; record++) {
      const end = ends[record]!
      for (; at < end; at++) {
        const entry = words[at]!
        entries[next[entry >>> COLUMN_BITS]!++] = (record << COLUMN_BITS) | (entry & columns)
      }
    }
    return { entries, ends: next }
  }
}

/** Returns the entries of a word. */
export function postingsOf({ entries, ends }: Postings, word: number): Uint32Array {
  return entries.subarray(word === 0 ? 0 : ends[word - 1], ends[word])
}

/** Returns the number of records that have a word in a searched column. */
export function countRecords(postings: Postings, word: number, columns: number): number {
  const entries = postingsOf(postings, word)
  if (columns === (1 << COLUMN_BITS) - 1) return entries.length
  let count = 0
  for (let at = 0; at < entries.length; at++) if ((entries[at]! & columns) !== 0) count++
  return count
}
