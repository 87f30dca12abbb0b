import { foldTerm, type MatchMode } from '../matching/fold.ts'
import type { Query } from '../matching/matcher.ts'
import { type Reader, scanCsv } from '../pipeline/read.ts'
import { createWasmMatcher } from '../wasm/matcher.ts'
import { COLUMN_BITS } from '../wasm/wordIndexer.ts'
import { findWords, type Placement } from './dictionary.ts'
import { INDEXED_COLUMNS, type IndexedSnapshot } from './indexedSnapshot.ts'
import { matchRecords } from './phrases.ts'
import { postingsOf } from './postings.ts'

/** How many words of a phrase are looked up in the index. Eight phrases take all 32 bits of a number. */
const MAX_PARTS = 4
const CHUNK_BYTES = 1 << 19

/** The records that the terms of a query match. */
export interface Hits {
  /** Per record, a bit for each term that matches it. */
  readonly terms: Uint32Array
  /** Per term, the words that have it, if it consists of letters and digits alone. */
  readonly words: readonly (readonly number[])[]
}

/** Text that a word must have for its record to match a term. */
interface Part {
  readonly text: string
  readonly placement: Placement
}

/** A term, and the words that a record must have to match it. */
interface Lookup {
  readonly parts: readonly Part[]
  /** Whether the term is its only part. A record with a word that has this part then matches the term. */
  readonly isExact: boolean
}

/**
 * Finds the records that each term matches, as the matcher of the pipeline does.
 *
 * A term of letters and digits alone is present in a text exactly if it is present in one of its words. So the words that have it
 * are looked up, and then the records that have one of these words. For a phrase, the words of the phrase are looked up, and the
 * matcher decides about the records that have them all. Terms without letters and columns that are not indexed take a pass of the
 * matcher over the whole export.
 */
export async function findHits(indexed: IndexedSnapshot, query: Query): Promise<Hits> {
  const lookups = query.terms.map((term) => lookupOf(foldTerm(term), query.match))
  const isIndexed = query.columns.every((column) => INDEXED_COLUMNS.some((one) => one === column))
  if (!isIndexed || lookups.some(({ parts }) => parts.length === 0)) {
    return { terms: await scanHits(indexed, query), words: query.terms.map(() => []) }
  }
  return lookUp(indexed, query, lookups)
}

/** Returns a bit for each indexed column that a query searches. */
export const searchedColumns = ({ columns }: Query): number =>
  INDEXED_COLUMNS.reduce((all, column, index) => (columns.includes(column) ? all | (1 << index) : all), 0)

/** Splits a folded term into the parts of words that it has. Keeps the longest ones. */
function lookupOf(folded: string, match: MatchMode): Lookup {
  const parts = [...folded.matchAll(/[\p{L}\p{N}]+/gu)].map(({ 0: text, index }) => {
    const isStart = match === 'word' || index > 0
    const isEnd = match === 'word' || index + text.length < folded.length
    const placement: Placement = isStart ? (isEnd ? 'whole' : 'start') : isEnd ? 'end' : 'anywhere'
    return { text, placement }
  })
  parts.sort((a, b) => b.text.length - a.text.length).splice(MAX_PARTS)
  return { parts, isExact: parts[0]?.text === folded }
}

interface TermBits {
  /** The bits of its parts. A record that matches the term has them all. */
  readonly needed: number
  /** The words that have the term, if it is exact. */
  readonly words: readonly number[]
  readonly isExact: boolean
}

/** Looks all terms up in the index. The matcher decides about those that are not exact. */
function lookUp(indexed: IndexedSnapshot, query: Query, lookups: readonly Lookup[]): Hits {
  const found = new Uint32Array(indexed.records.count)
  const all = markParts(indexed, query, lookups, found)
  const words = all.map((one) => one.words)
  if (all.every(({ isExact }) => isExact)) return { terms: found, words }
  const { terms, candidates } = exactHits(all, found)
  const phrases = all.flatMap(({ isExact }, term) => (isExact ? [] : [term]))
  const queries = phrases.map((term) => ({ ...query, terms: [query.terms[term]!] }))
  matchRecords(indexed.records, candidates, queries, (record, phrase) => {
    terms[record]! |= 1 << phrases[phrase]!
  })
  return { terms, words }
}

/** Gives each part of a term a bit, and sets it in `found` for each record that has the part. */
function markParts(
  indexed: IndexedSnapshot,
  query: Query,
  lookups: readonly Lookup[],
  found: Uint32Array,
): readonly TermBits[] {
  const columns = searchedColumns(query)
  let next = 0
  return lookups.map(({ parts, isExact }) => {
    let needed = 0
    const words: number[] = []
    for (const { text, placement } of parts) {
      const bit = 1 << next++
      needed |= bit
      findWords(indexed.words, text, placement, (word) => {
        if (isExact) words.push(word)
        mark(postingsOf(indexed.postings, word), columns, bit, found)
      })
    }
    return { needed, words, isExact }
  })
}

/** Returns the hits of exact terms, and the records that have all parts of another term. */
function exactHits(all: readonly TermBits[], found: Uint32Array): { terms: Uint32Array; candidates: number[] } {
  const terms = new Uint32Array(found.length)
  const candidates: number[] = []
  for (let record = 0; record < found.length; record++) {
    const bits = found[record]!
    if (bits === 0) continue
    let isCandidate = false
    for (let term = 0; term < all.length; term++) {
      const { needed, isExact } = all[term]!
      if ((bits & needed) !== needed) continue
      if (isExact) terms[record]! |= 1 << term
      else isCandidate = true
    }
    if (isCandidate) candidates.push(record)
  }
  return { terms, candidates }
}

/** Sets a bit for each record that has a word in a searched column. */
function mark(entries: Uint32Array, columns: number, bit: number, found: Uint32Array): void {
  for (let at = 0; at < entries.length; at++) {
    const entry = entries[at]!
    if ((entry & columns) !== 0) found[entry >>> COLUMN_BITS]! |= bit
  }
}

/** Finds the hits by a pass of the matcher over the export. */
async function scanHits({ records, header, options }: IndexedSnapshot, query: Query): Promise<Uint32Array> {
  const hits = new Uint32Array(records.count)
  const queries = query.terms.map((term) => ({ ...query, terms: [term] }))
  const matcher = createWasmMatcher(queries, query.columns)
  const reader: Reader = {
    columns: query.columns,
    take: (batch) => {
      matcher.match(batch, (record, term) => {
        hits[batch.firstNumber - 1 + record]! |= 1 << term
      })
    },
  }
  await scanCsv(chunksOf(header, records.bytes), 'datasets export', reader, options)
  return hits
}

async function* chunksOf(header: Uint8Array, bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield header
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.subarray(at, at + CHUNK_BYTES)
}
