import { fieldEnd, NEVER, open, openField, position, resume, run, start } from './automaton'
import { candidates, ENTRY, FOREIGN, filterByPrefix, findByNibbles, findByTable, STRIP, startBefore } from './prefilter'
import { BY_AUTOMATON, BY_NIBBLES, BY_TABLE, onMatch, Queries, WORD } from './queries'

/**
 * Finds the queries that match a record. The automaton decides, a character at a time. But a term begins at hardly any
 * place of a text, so a faster prefilter searches for such places first. The automaton starts there, and stops when no
 * term is begun any more.
 *
 *      text            l e s   t r a n s p o r t s   d u   m o i s   t r è s
 *      first bytes     . . . . t r a . . . . . . . . . . . m o i . . t r C3     three bytes: "mob" and "tra" are wanted
 *      closer look             t r a n                                          four bytes: "mobi" and "tran"
 *      automaton               1 2 3 4 5 6 7 8 hit
 *
 * The prefilter (assembly/prefilter.ts) knows how ASCII and Latin-1 spell a term. Any other character is foreign. The
 * automaton searches wherever one stands, from two bytes before it.
 *
 * If every twentieth byte starts the automaton, the prefilter costs more than it saves, and the automaton runs alone.
 */

/** The method is chosen again after so many bytes. */
const TRIAL: u32 = 1 << 19
/** The nibble tables are worth it for at most one candidate in so many bytes, the table for one start in so many. */
const BYTES_PER_CANDIDATE: u32 = 32
const BYTES_PER_START: u32 = 20

/** Matches `count` records. The ranges of their `width` fields each are at `fields`, one record after the other. */
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
    const searching = queries.queriesByColumn + 4 * column * words
    let unmatched = 0
    for (let word: u32 = 0; word < words; word++) {
      unmatched += popcnt(load<u32>(searching + 4 * word) & ~load<u32>(matchBits + 4 * word))
    }
    if (unmatched === 0) continue
    openField(load<u32>(fields + 8 * column), load<u32>(fields + 8 * column + 4), searching, unmatched)
    if (queries.method === BY_AUTOMATON) run(queries, position, 0, NEVER, 0)
    else matchCandidates(queries)
    matched += unmatched - open
  }
  return matched > 0
}

/**
 * Runs the automaton wherever a term can begin. A term with a foreign character among its first bytes is not a candidate;
 * the foreign character is. So the automaton must have read the bytes before that character too. The last run may have
 * begun behind them, for another term: with the terms "e" and "véhicule", the accent in "véhicule" being a combining mark,
 * the run for "e" has not read the "v".
 */
function matchCandidates(queries: Queries): void {
  // The row of "no term begun, inside a word". It follows the first row, and is the same if no whole word is wanted.
  const idle = load<i32>(queries.next + 4 * WORD)
  const fieldStart = position
  /** The automaton has read everything from here to `position`. */
  let readFrom = fieldStart
  for (let strip = fieldStart; strip < fieldEnd; strip += STRIP) {
    const end = min(strip + STRIP, fieldEnd)
    const listed =
      queries.method === BY_NIBBLES
        ? findByNibbles(queries.nibbles, strip, end)
        : findByTable(queries.table, strip, end)
    queries.candidates += ((listed - candidates) / ENTRY) as u32
    const filtered = filterByPrefix(queries, listed)
    for (let entry = candidates; entry < filtered; entry += ENTRY) {
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
  if (queries.searched >= TRIAL) chooseMethod(queries)
}

/** Chooses the faster method for these queries and these texts. */
function chooseMethod(queries: Queries): void {
  if (queries.starts > queries.searched / BYTES_PER_START) queries.method = BY_AUTOMATON
  else if (queries.candidates > queries.searched / BYTES_PER_CANDIDATE) queries.method = BY_TABLE
  queries.searched = 0
  queries.candidates = 0
  queries.starts = 0
}
