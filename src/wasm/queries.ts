import { Alphabet } from '../matching/alphabet.ts'
import { type Automaton, compile } from '../matching/automaton.ts'
import type { Query } from '../matching/matcher.ts'
import { buildPrefilter, type Prefilter } from './prefilter.ts'

/** The tables of assembly/queries.ts, before they are loaded into memory. */
export interface CompiledQueries {
  readonly alphabet: Alphabet
  readonly automaton: Automaton
  readonly patterns: readonly number[]
  readonly queriesByColumn: readonly number[]
  readonly columns: number
  /** The length of a bit set of queries, in 32-bit words. */
  readonly words: number
  readonly prefilter: Prefilter | undefined
}

/** Compiles queries for batches with these columns. */
export function compileQueries(queries: readonly Query[], columns: readonly string[]): CompiledQueries {
  const words = Math.ceil(queries.length / 32)
  const patterns = queries.flatMap(({ terms, match }, query) => terms.map((term) => ({ term, mode: match, query })))
  const terms = patterns.map(({ term }) => term)
  const alphabet = new Alphabet(terms)
  return {
    alphabet,
    automaton: compile(patterns, alphabet),
    patterns: patterns.flatMap(({ query }) => [query >> 5, 1 << (query & 31)]),
    queriesByColumn: columns.flatMap((column) =>
      bitSet(
        queries.map((query) => query.columns.includes(column)),
        words,
      ),
    ),
    columns: columns.length,
    words,
    prefilter: buildPrefilter(terms, alphabet),
  }
}

function bitSet(members: readonly boolean[], words: number): number[] {
  const set = new Uint32Array(words)
  members.forEach((isMember, index) => {
    if (isMember) set[index >> 5]! |= 1 << (index & 31)
  })
  return [...set]
}
