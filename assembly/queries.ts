import { allocate } from './memory'

/** Symbols, as in src/matching/alphabet.ts. */
export const WORD: i32 = 1
/** What follows the last character of a field: nothing that belongs to a word. */
export const END: i32 = 0

/** How the first bytes of terms are found. */
export const BY_AUTOMATON: u32 = 0
export const BY_TABLE: u32 = 1
export const BY_NIBBLES: u32 = 2

/** The compiled queries. Every field is an address or a number of 32 bits; src/wasm/matcher.ts writes them in this order. */
@unmanaged
export class Queries {
  /**
   * Code point up to TABLED → 16 bits: FIRST_KNOWN + symbol; or SEQUENCE + the place of its symbols in `sequences`; or 0 if
   * the symbols are not known yet.
   */
  symbols: usize = 0
  /** Row + symbol → row of the next state, or ~hit; 32 bits. */
  next: usize = 0
  /** Hit → the row to continue from, and the address of its patterns: their number, then each of them. */
  hits: usize = 0
  /** Pattern → word of its query in a bit set, and bit in this word. */
  patterns: usize = 0
  /** Field of a batch → bit set of the queries that search it. */
  queriesByColumn: usize = 0
  /** How many fields a batch carries. */
  columns: u32 = 0
  /** How many words a bit set of queries has. */
  words: u32 = 0
  /** BY_AUTOMATON, BY_TABLE or BY_NIBBLES. */
  method: u32 = BY_AUTOMATON
  /** Six tables of 16 bytes, for the low and the high half of three bytes. */
  nibbles: usize = 0
  /** Three times five bits → whether a term begins with them (HERE), or continues with them from its second byte (BEFORE). */
  table: usize = 0
  /** Bit set of four times five bits: the first four bytes of the terms. */
  prefixes: usize = 0
  /** Character from U+2000 to U+203F → whether it can be among the first of a term; a byte each. */
  punctuation: usize = 0
  /** Bit set: the queries that match the record. */
  matchBits: usize = 0
  /** Lists of symbols of the characters that have several: their number, then each of them; 16 bits. */
  sequences: usize = 0
  /** Counters for `chooseMethod`: bytes searched, candidates, and starts of the automaton. */
  searched: u32 = 0
  candidates: u32 = 0
  starts: u32 = 0
}

/** Returns the address of the list of a character's symbols. If possible, stores them so that it is not called again. */
export declare function learn(queries: Queries, character: u32): usize
/** Receives a record that matches; `matchBits` has the queries. */
export declare function onMatch(queries: Queries, record: u32): void

/** Creates an empty set of queries, which the caller fills in. */
export function createQueries(): Queries {
  return changetype<Queries>(allocate(offsetof<Queries>()))
}
