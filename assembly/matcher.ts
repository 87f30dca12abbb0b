import { fieldEnd, NEVER, open, openField, position, resume, run, start } from './automaton'
import { candidates, ENTRY, FOREIGN, filterByPrefix, findByNibbles, findByTable, STRIP, startBefore } from './prefilter'
import { BY_AUTOMATON, BY_NIBBLES, BY_TABLE, onMatch, Queries, WORD } from './queries'

/**
 * Finds the queries that match a record. The automaton reads one character at a time and decides. Few positions in
 * a text can start a term, so a faster prefilter finds those first. The automaton starts there and stops when no partial
 * match is left.
 *
 *      text            l e s   t r a n s p o r t s   d u   m o i s   t r è s
 *      first bytes     . . . . t r a . . . . . . . . . . . m o i . . t r C3     three bytes: "mob" and "tra" are wanted
 *      closer look             t r a n                                          four bytes: "mobi" and "tran"
 *      automaton               1 2 3 4 5 6 7 8 hit
 *
 * The prefilter (assembly/prefilter.ts) knows the spellings of a term in ASCII and Latin-1. Any other character is foreign:
 * the automaton always starts two bytes before it.
 *
 * If more than one byte in twenty starts the automaton, the prefilter costs more than it saves. The automaton then runs alone.
 */

/** Number of bytes after which the method is chosen again. */
const TRIAL_BYTES: u32 = 1 << 19
/** Minimum average distance between candidates, in bytes, for the nibble tables to pay off. */
const BYTES_PER_CANDIDATE: u32 = 32
/** Minimum average distance between automaton starts, in bytes, for the prefix table to pay off. */
const BYTES_PER_START: u32 = 20

/** Matches `count` records. `fields` points to the records' field ranges (start and end), `width` of them per record. */
export function match(queries: Queries, fields: usize, width: u32, count: u32): void {
  for (let record: u32 = 0; record < count; record++) {
    if (matchRecord(queries, fields + 8 * width * record)) onMatch(queries, record)
  }
}

/** Whether a record matches any query. */
function matchRecord(queries: Queries, fields: usize): bool {
  const words = queries.words
  const matchBits = queries.matchBits
  for (let word: u32 = 0; word < words; word++) store<u32>(matchBits + 4 * word, 0)
  let matched = 0
  for (let column: u32 = 0; column < queries.columns; column++) {
    const columnQueries = queries.queriesByColumn + 4 * column * words
    let unmatched = 0
    for (let word: u32 = 0; word < words; word++) {
      unmatched += popcnt(load<u32>(columnQueries + 4 * word) & ~load<u32>(matchBits + 4 * word))
    }
    if (unmatched === 0) continue
    openField(load<u32>(fields + 8 * column), load<u32>(fields + 8 * column + 4), columnQueries, unmatched)
    if (queries.method === BY_AUTOMATON) run(queries, position, 0, NEVER, 0)
    else matchCandidates(queries)
    matched += unmatched - open
  }
  return matched > 0
}

/**
 * Runs the automaton wherever a term can begin.
 *
 * If a term has a foreign character among its first bytes, the candidate is that character, not the start of the term. The
 * automaton must then also read the bytes before it, and the previous run may have started after them. Example: the terms
 * are "e" and "véhicule", and the text writes "é" with a combining accent. The run for "e" has not read the "v".
 */
function matchCandidates(queries: Queries): void {
  // The row for "inside a word, no partial match". It comes right after row 0. Without whole-word queries it is row 0 itself.
  const idle = load<i32>(queries.next + 4 * WORD)
  const fieldStart = position
  /** The automaton has read everything from here to `position`. */
  let readFrom = fieldStart
  for (let strip = fieldStart; strip < fieldEnd; strip += STRIP) {
    const end = min(strip + STRIP, fieldEnd)
    const listEnd =
      queries.method === BY_NIBBLES
        ? findByNibbles(queries.nibbles, strip, end)
        : findByTable(queries.table, strip, end)
    queries.candidates += ((listEnd - candidates) / ENTRY) as u32
    const filteredEnd = filterByPrefix(queries, listEnd)
    for (let entry = candidates; entry < filteredEnd; entry += ENTRY) {
      const candidate = load<u32>(entry) as usize
      const from = (load<u8>(candidate) as u32) >= FOREIGN ? startBefore(candidate) : candidate
      if (from >= readFrom && from <= position) {
        if (candidate < position) continue
        resume(queries, idle, candidate)
      } else {
        readFrom = from
        start(queries, from, idle, candidate)
      }
      queries.starts++
      if (open === 0) return
    }
  }
  queries.searched += (fieldEnd - fieldStart) as u32
  if (queries.searched >= TRIAL_BYTES) chooseMethod(queries)
}

/** Chooses the faster method for these queries and these texts. */
function chooseMethod(queries: Queries): void {
  if (queries.starts > queries.searched / BYTES_PER_START) queries.method = BY_AUTOMATON
  else if (queries.candidates > queries.searched / BYTES_PER_CANDIDATE) queries.method = BY_TABLE
  queries.searched = 0
  queries.candidates = 0
  queries.starts = 0
}
