import { LRUCache } from 'lru-cache'
import { foldTerm } from '../matching/fold.ts'
import { FoldedText } from '../matching/locate.ts'
import type { Query } from '../matching/matcher.ts'
import { textOf } from '../pipeline/rank.ts'
import { COLUMN_BITS } from '../wasm/wordIndexer.ts'
import { findWords, nearestWords, wordLength, wordText } from './dictionary.ts'
import { type Hits, searchedColumns } from './hits.ts'
import type { IndexedSnapshot } from './indexedSnapshot.ts'
import { countRecords, postingsOf } from './postings.ts'

/** A whole word of the catalogue, as it is written there, and how many datasets have it in a searched column. */
export interface WordCount {
  readonly word: string
  readonly datasets: number
}

/** What a word of a search finds. */
export interface TermCount extends WordCount {
  /** For substrings: the whole words that it is found in most often. They show false hits: "vélo" is in "développement". */
  readonly most_hit: readonly WordCount[]
  /** If it finds nothing: the closest words that the catalogue has. */
  readonly nearest: readonly WordCount[]
}

const MAX_MOST_HIT = 5
const MAX_NEAREST = 5
/** How many of the closest words are counted. Those that most datasets have are returned. */
const MAX_CANDIDATES = 200
/** How many texts decide how a word is written. */
const MAX_SAMPLES = 5
/** Longer words are encoded data, as in the addresses of maps. */
const MAX_WORD_BYTES = 64
/** How many spellings stay cached. */
const MAX_SPELLINGS = 10_000
/** How many letters of a text are searched for the spelling of a word. */
const MAX_SAMPLE_LETTERS = 2_000

/**
 * Counts the datasets of each term, and names the words that it is found in.
 *
 * @param kept the numbers of the records that count
 */
export function countTerms(indexed: IndexedSnapshot, query: Query, hits: Hits, kept: Uint32Array): TermCount[] {
  const counts = new Uint32Array(query.terms.length)
  for (let at = 0; at < kept.length; at++) {
    const bits = hits.terms[kept[at]!]!
    for (let term = 0; term < counts.length; term++) counts[term]! += (bits >>> term) & 1
  }
  return query.terms.map((word, term) => ({
    word,
    datasets: counts[term]!,
    most_hit: query.match === 'substring' ? mostCounted(indexed, query, hits.words[term]!) : [],
    nearest: counts[term] === 0 ? nearestOf(indexed, query, word) : [],
  }))
}

/** Returns the longer words that a search for whole words leaves out: "vélos" in a search for "vélo". Most datasets first. */
export function longerWords(indexed: IndexedSnapshot, query: Query): WordCount[] {
  if (query.match !== 'word') return []
  const terms = new Set(query.terms.map(foldTerm))
  const longer = new Set<number>()
  for (const term of terms) {
    findWords(indexed.words, term, 'start', (word) => {
      if (!terms.has(wordText(indexed.words, word))) longer.add(word)
    })
  }
  return mostCounted(indexed, query, [...longer])
}

/** Returns those of some words that most datasets have in the searched columns. */
function mostCounted(indexed: IndexedSnapshot, query: Query, words: readonly number[]): WordCount[] {
  const columns = searchedColumns(query)
  let most: { word: number; datasets: number }[] = []
  for (const word of words) {
    const datasets = countRecords(indexed.postings, word, columns)
    if (datasets === 0 || wordLength(indexed.words, word) > MAX_WORD_BYTES) continue
    if (most.length === MAX_MOST_HIT && datasets < most.at(-1)!.datasets) continue
    most = [...most, { word, datasets }]
      .sort((a, b) => b.datasets - a.datasets || byLength(indexed, a.word, b.word))
      .slice(0, MAX_MOST_HIT)
  }
  return most.map(({ word, datasets }) => ({ word: spellingOf(indexed, word), datasets }))
}

/** Orders words with the same number of datasets: the shorter one first. */
const byLength = ({ words }: IndexedSnapshot, a: number, b: number) =>
  wordLength(words, a) - wordLength(words, b) || wordText(words, a).localeCompare(wordText(words, b))

/** Returns the closest words of the catalogue that the searched columns have. */
function nearestOf(indexed: IndexedSnapshot, query: Query, term: string): WordCount[] {
  const columns = searchedColumns(query)
  const folded = foldTerm(term)
  const bare = folded.replace(PUNCTUATION, '')
  const near = [...nearestWords(indexed.words, bare, MAX_CANDIDATES)]
  if (bare !== folded && bare !== '') findWords(indexed.words, bare, 'whole', (word) => near.push({ word, typos: 0 }))
  return near
    .map(({ word, typos }) => ({ word, typos, datasets: countRecords(indexed.postings, word, columns) }))
    .filter(({ datasets }) => datasets > 0)
    .sort((a, b) => a.typos - b.typos || b.datasets - a.datasets || byLength(indexed, a.word, b.word))
    .slice(0, MAX_NEAREST)
    .map(({ word, datasets }) => ({ word: spellingOf(indexed, word), datasets }))
}

/** Quotes and brackets around a word. Texts rarely have them, so `"bus"` is close to "bus". */
const PUNCTUATION = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu

const spellings = new WeakMap<IndexedSnapshot, LRUCache<number, string>>()

/** Returns how a word is written in the catalogue. The index has it folded. */
function spellingOf(indexed: IndexedSnapshot, word: number): string {
  const known = spellings.get(indexed) ?? new LRUCache<number, string>({ max: MAX_SPELLINGS })
  spellings.set(indexed, known)
  const spelling = known.get(word) ?? sampleSpelling(indexed, word)
  known.set(word, spelling)
  return spelling
}

/** Returns how a word is written in most of the first texts that have it, in lower case. */
function sampleSpelling(indexed: IndexedSnapshot, word: number): string {
  const folded = wordText(indexed.words, word)
  const written = new Map<string, number>()
  for (const entry of postingsOf(indexed.postings, word).subarray(0, MAX_SAMPLES)) {
    const spelling = spellingIn(indexed, entry, folded)
    if (spelling !== undefined) written.set(spelling, (written.get(spelling) ?? 0) + 1)
  }
  // Of two spellings, the one with accents is the full one: tags have none.
  const weight = ([text, times]: readonly [string, number]) => times + (text === folded ? 0 : MAX_SAMPLES)
  return [...written].sort((a, b) => weight(b) - weight(a))[0]?.[0] ?? folded
}

function spellingIn({ records }: IndexedSnapshot, entry: number, folded: string): string | undefined {
  for (const slot of [0, 2, 1]) {
    if ((entry & (1 << slot)) === 0) continue
    const text = textOf(records, entry >>> COLUMN_BITS, slot).slice(0, MAX_SAMPLE_LETTERS)
    const [place] = new FoldedText(text).locate(folded, 'word')
    if (place !== undefined)
      return text
        .slice(place.start, place.end)
        .replace(/\p{Cf}/gu, '')
        .normalize('NFC')
        .toLowerCase()
  }
  return undefined
}
