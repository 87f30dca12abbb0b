import { END, learn, Queries } from './queries'
import { characterAt, isContinuation, lengthOf } from './utf8'

/**
 * The automaton of src/matching/automaton.ts over the bytes of a field. When a character first
 * appears, `learn` asks the runtime for its symbols.
 */
const QUOTE: u32 = 0x22
const MARK: i32 = 2

/** Offset of the symbols in their table, where the 0 of fresh memory means "not known yet". */
const FIRST_KNOWN: i32 = 1
/** The sign bit marks an entry as an index into `sequences`. */
const SEQUENCE: i32 = ~0x7fff
/** Characters from here on are rare (emoji, letters of old scripts). They share one entry, which stays 0. */
const TABLED: u32 = 0xffff

/** A row below all others. If it is `idle`, the automaton runs to the end of the field. */
export const NEVER: i32 = -1

/** The current field, and the number of its queries that have not matched yet. */
export let fieldStart: usize = 0
export let fieldEnd: usize = 0
export let open: i32 = 0
let fieldQueries: usize = 0

/** The next byte and the row at which the automaton last stopped. */
export let position: usize = 0
let stoppedIn: i32 = 0

export function openField(start: usize, end: usize, queries: usize, count: i32): void {
  fieldStart = start
  fieldEnd = end
  fieldQueries = queries
  open = count
  position = start
  stoppedIn = 0
}

/**
 * Runs from `from` until the field ends or every query has matched. Past the byte at `least`, also stops when no partial
 * match is left, that is, when the row is not above `idle`.
 */
export function run(queries: Queries, from: usize, firstRow: i32, idle: i32, least: usize): void {
  const end = fieldEnd
  const symbols = queries.symbols
  const next = queries.next - 4 * FIRST_KNOWN
  let row = firstRow
  let at = from
  while (at < end) {
    let character = load<u8>(at) as u32
    if (character < 0x80) {
      at++
      // Inside a field, a quote is doubled.
      if (character === QUOTE) at++
    } else {
      character = characterAt(at)
      at += lengthOf(character)
    }
    const known = load<i16>(symbols + 2 * min(character, TABLED)) as i32
    if (known >= FIRST_KNOWN) {
      row = load<i32>(next + 4 * (row + known))
      if (row < 0) row = recordHit(queries, ~row)
    } else row = stepSequence(queries, row, sequenceOf(queries, character, known))
    if (open === 0) return
    if (row <= idle && at > least) {
      position = at
      stoppedIn = row
      return
    }
  }
  position = end
  const last = load<i32>(queries.next + 4 * (row + END))
  if (last < 0) recordHit(queries, ~last)
}

/** Continues from where the automaton stopped last. */
export function resume(queries: Queries, idle: i32, least: usize): void {
  run(queries, position, stoppedIn, idle, least)
}

/** Starts at `from`. With whole-word queries, the first row depends on the letter before `from`. */
export function start(queries: Queries, from: usize, idle: i32, least: usize): void {
  run(queries, from, idle === 0 ? 0 : rowBefore(queries, from, idle), idle, least)
}

/** Returns the row after the letter before `from`. Skips marks. */
function rowBefore(queries: Queries, from: usize, idle: i32): i32 {
  for (let at = from - 1; at >= fieldStart; at--) {
    if (at < position && from >= position) return stoppedIn
    while (isContinuation(load<u8>(at))) at--
    const symbol = lastSymbol(queries, characterAt(at))
    if (symbol === MARK) continue
    // A hit on this letter alone was recorded when the letter was a candidate itself.
    const row = load<i32>(queries.next + 4 * (idle + symbol))
    return row >= 0 ? row : load<i32>(queries.hits + 8 * ~row)
  }
  return 0
}

/** Steps through all symbols of one character. */
function stepSequence(queries: Queries, from: i32, sequence: usize): i32 {
  const end = sequence + 2 * load<u16>(sequence)
  let row = from
  for (let at = sequence + 2; at <= end && open !== 0; at += 2) {
    row = load<i32>(queries.next + 4 * (row + (load<u16>(at) as i32)))
    if (row < 0) row = recordHit(queries, ~row)
  }
  return row
}

function lastSymbol(queries: Queries, character: u32): i32 {
  const known = load<i16>(queries.symbols + 2 * min(character, TABLED)) as i32
  if (known >= FIRST_KNOWN) return known - FIRST_KNOWN
  const sequence = sequenceOf(queries, character, known)
  return load<u16>(sequence + 2 * load<u16>(sequence)) as i32
}

/** Returns the symbol list of a character whose table entry is not a single symbol. */
function sequenceOf(queries: Queries, character: u32, known: i32): usize {
  return known === 0 ? learn(queries, character) : queries.sequences + 2 * (known & ~SEQUENCE)
}

/** Sets the match bits of the queries of a hit. Returns the row to continue from. */
function recordHit(queries: Queries, hit: u32): i32 {
  const found = load<u32>(queries.hits + 8 * hit + 4) as usize
  const count = load<u32>(found)
  for (let index: u32 = 1; index <= count; index++) {
    const pattern = queries.patterns + 8 * load<u32>(found + 4 * index)
    const word = load<u32>(pattern)
    const bit = load<u32>(pattern, 4)
    const bits = queries.matchBits + 4 * word
    if ((load<u32>(fieldQueries + 4 * word) & bit) === 0 || (load<u32>(bits) & bit) !== 0) continue
    store<u32>(bits, load<u32>(bits) | bit)
    open--
  }
  return load<i32>(queries.hits + 8 * hit)
}
