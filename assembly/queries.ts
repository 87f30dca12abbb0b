import { allocate } from './memory'

/** Symbols, as in src/matching/alphabet.ts. */
export const WORD: i32 = 1
/** Symbol for the end of a field. Counts as a non-word character. */
export const END: i32 = 0

/** Values of `method`: how the matcher finds candidates. */
export const BY_AUTOMATON: u32 = 0
export const BY_TABLE: u32 = 1
export const BY_NIBBLES: u32 = 2

/** The compiled queries. Every field is a 32-bit address or number. src/wasm/loadedQueries.ts fills them in, in this order. */
@unmanaged
export class Queries {
  /**
   * Code point below TABLED → i16. One of: FIRST_KNOWN + symbol; SEQUENCE | index into `sequences`; 0 if not looked up
   * yet.
   */
  symbols: usize = 0
  /** [row + symbol] → i32: the next row, or ~(index into `hits`) if a term ends here. */
  next: usize = 0
  /** Hit → row to continue from, and address of its patterns (a count, then the patterns). */
  hits: usize = 0
  /** Pattern → the bit of its query in a bit set: index of the 32-bit word, then mask. */
  patterns: usize = 0
  /** Field of a batch → bit set of the queries that search it. */
  queriesByColumn: usize = 0
  /** The number of selected fields per record. */
  columns: u32 = 0
  /** The length of a bit set of queries, in 32-bit words. */
  words: u32 = 0
  /** BY_AUTOMATON, BY_TABLE or BY_NIBBLES. */
  method: u32 = BY_AUTOMATON
  /** Six 16-byte tables: one for the low and one for the high nibble of each of three bytes. */
  nibbles: usize = 0
  /**
   * Low five bits of three bytes → flags: HERE if a term starts with these bytes, BEFORE if they are the second to fourth
   * bytes of a term.
   */
  table: usize = 0
  /** Bit set of the four-byte prefixes of the terms, indexed by the low five bits of each byte. */
  prefixes: usize = 0
  /** One byte per character from U+2000 to U+203F: whether it can occur in the prefix of a term. */
  punctuation: usize = 0
  /** Bit set: the queries that match the record. */
  matchBits: usize = 0
  /** Symbol lists of the characters that map to several symbols: a count, then the symbols, 16 bits each. */
  sequences: usize = 0
  /** Counters for `chooseMethod`: bytes searched, candidates, and starts of the automaton. */
  searched: u32 = 0
  candidates: u32 = 0
  starts: u32 = 0
}

/** Returns the address of the list of a character's symbols. Caches the list if there is room. */
export declare function learn(queries: Queries, character: u32): usize
/** Called for each matching record. `matchBits` says which queries it matches. */
export declare function onMatch(queries: Queries, record: u32): void

/** Creates an empty set of queries, which the caller fills in. */
export function createQueries(): Queries {
  return changetype<Queries>(allocate(offsetof<Queries>()))
}
