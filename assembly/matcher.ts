import { allocate } from './memory'

/**
 * The matcher: which queries does a record answer? An automaton over symbols decides (src/matching/automaton.ts), a byte
 * at a time. Where few terms are looked for it would idle in its first state for thousands of bytes, so a sieve goes
 * ahead that looks at 16 bytes at a time and stops where a term could begin: at three bytes in a row which some term could
 * begin with, in any of its spellings.
 *
 *      text         l e s   t r a n s p o r t s   d u   m o i s   t r è s
 *      sieve        . . . . t r a . . . . . . . . . . . m o i . . t r C3     only the first passes: "mob", "tra" are wanted
 *      automaton            1 2 3 4 5 6 7 8 hit
 *
 * The sieve keeps eight sets of three-byte beginnings, one to a bit. For each of the three places two tables of sixteen
 * bytes tell from the low and from the high half of a byte in which of the eight sets it may stand there; one instruction
 * looks up sixteen bytes at once. And-ing the answers for three neighbouring bytes leaves the sets whose beginnings may
 * stand here:
 *
 *      sets that allow t first  &  sets that allow r second  &  sets that allow a third   =   a candidate, unless 0
 *
 * A set holds more than the beginnings it was made of (any of its low halves with any of its high halves), so a candidate
 * is a place to start the automaton and nothing more; it runs until it is back in its first state. When more than one byte
 * in fourteen is a candidate the sieve costs more than it saves, and is put aside for good.
 *
 * Which symbol a character stands for is asked of the runtime when the character is first met.
 */
const QUOTE: u32 = 0x22
const NONE: usize = 0

/** Symbols, as in src/matching/alphabet.ts. */
const WORD: i32 = 1
const MARK: i32 = 2
/** What follows the last character of a field: nothing that belongs to a word. */
const END: i32 = 0
/** In the table of symbols each is so much more, since the fresh memory's 0 means "not met yet". */
const FIRST_KNOWN: i32 = 1
/** Characters from here on share an entry of the table, and it stays empty: emoji are asked for again and again. */
const TABLED: u32 = 0xffff
/** No row is as low as this one. */
const NEVER: i32 = -1

/** The sieve is judged after so many bytes, and by so many bytes a candidate. */
const TRIAL: u32 = 1 << 20
const BYTES_PER_CANDIDATE: u32 = 14

/** The compiled queries. Everything is an address or a number of 32 bits, in this order. */
@unmanaged
class Queries {
  /** Code point up to TABLED → 16 bits: FIRST_KNOWN + symbol, or 0 for what has to be asked. */
  symbols: usize = 0
  /** Row + symbol → row of the next state, or ~hit; 32 bits. */
  next: usize = 0
  /** Hit → the row to go on from, and where the list of the patterns found is: its length, then their numbers. */
  hits: usize = 0
  /** Pattern → word of its query in a bit set, bit in this word, whether a hit must be confirmed. */
  patterns: usize = 0
  /** Field of a batch → bit set of the queries that read it. */
  readers: usize = 0
  /** How many fields batches carry; how many words a bit set of queries has. */
  slots: u32 = 0
  words: u32 = 0
  /** Six tables, low and high halves for each of three places; NONE when there is no sieve. */
  sieve: usize = 0
  /** Bit set: of three ASCII letters, 5 bits each, those which a term begins with. */
  beginnings: usize = 0
  /** Bit set: the queries that the record answers. */
  answers: usize = 0
  /** Where `ask` leaves symbols, 16 bits each. */
  asked: usize = 0
  /** Bytes sieved, candidates found. */
  sieved: u32 = 0
  candidates: u32 = 0
}

/** Leaves the symbols of a character in `asked` and returns how many there are. */
declare function ask(queries: Queries, character: u32): u32
/** Takes a record that answers some query: `answers` says which. */
declare function keep(queries: Queries, record: u32): void
/** Whether a pattern that depends on its neighbours is present in a field, by definition. */
declare function confirm(queries: Queries, pattern: u32, start: usize, end: usize): bool

/** The candidates of a strip of a field. */
const STRIP: usize = 4096
const candidates = memory.data(4 * (STRIP as i32) + 4)

/** The field in work: its end, its readers, and how many of them are not answered yet. */
let fieldStart: usize = 0
let fieldEnd: usize = 0
let fieldReaders: usize = 0
let open: i32 = 0

/** Where the automaton stopped: at this byte, in this row. */
let position: usize = 0

/** Makes an empty set of queries, which the caller fills in. */
export function createQueries(): Queries {
  return changetype<Queries>(allocate(offsetof<Queries>()))
}

/** Finds the queries that records answer, whose `width` fields' ranges are at `fields`, a record behind the other. */
export function match(queries: Queries, fields: usize, width: u32, count: u32): void {
  for (let record: u32 = 0; record < count; record++) {
    if (matchRecord(queries, fields + 8 * width * record)) keep(queries, record)
  }
}

/** Whether a record answers any query. */
function matchRecord(queries: Queries, fields: usize): bool {
  const words = queries.words
  const answers = queries.answers
  for (let word: u32 = 0; word < words; word++) store<u32>(answers + 4 * word, 0)
  let answered = 0
  for (let slot: u32 = 0; slot < queries.slots; slot++) {
    const readers = queries.readers + 4 * slot * words
    open = 0
    for (let word: u32 = 0; word < words; word++) {
      open += popcnt(load<u32>(readers + 4 * word) & ~load<u32>(answers + 4 * word))
    }
    if (open === 0) continue
    fieldStart = load<u32>(fields + 8 * slot)
    fieldEnd = load<u32>(fields + 8 * slot + 4)
    fieldReaders = readers
    const before = open
    if (queries.sieve === NONE) run(queries, fieldStart, 0, NEVER)
    else matchSieved(queries)
    answered += before - open
  }
  return answered > 0
}

/** Starts the automaton wherever a term could begin. */
function matchSieved(queries: Queries): void {
  // The row of "nothing begun, inside a word", next to that of the first state; the same when words do not matter.
  const quiet = load<i32>(queries.next + 4 * WORD)
  let tried: u32 = 0
  position = fieldStart
  for (let strip = fieldStart; strip < fieldEnd; strip += STRIP) {
    const behind = sieve(queries.sieve, strip, min(strip + STRIP, fieldEnd))
    for (let entry = candidates; entry < behind; entry += 4) {
      const candidate = load<u32>(entry) as usize
      if (candidate < position) continue
      if (!mayBegin(queries.beginnings, load<u32>(candidate))) continue
      tried++
      run(queries, candidate, quiet === 0 ? 0 : rowBefore(queries, candidate, quiet), quiet)
      if (open === 0) return
    }
  }
  queries.sieved += (fieldEnd - fieldStart) as u32
  queries.candidates += tried
  if (queries.sieved >= TRIAL && queries.candidates > queries.sieved / BYTES_PER_CANDIDATE) queries.sieve = NONE
}

/** A closer look at a candidate's first bytes. */
function mayBegin(beginnings: usize, bytes: u32): bool {
  // Inside a character, or at the second of two quotes, nothing begins.
  if ((bytes & 0xc0) === 0x80 || (bytes & 0xff) === QUOTE) return false
  if ((bytes & 0x808080) !== 0) return true
  const letters = (bytes & 0x1f) | ((bytes >> 3) & 0x3e0) | ((bytes >> 6) & 0x7c00)
  return ((load<u8>(beginnings + (letters >> 3)) >> (letters & 7)) & 1) !== 0
}

/** Lists the candidates from `start` on that lie before `end`; returns where the list ends. */
function sieve(tables: usize, start: usize, end: usize): usize {
  const low0 = v128.load(tables)
  const high0 = v128.load(tables, 16)
  const low1 = v128.load(tables, 32)
  const high1 = v128.load(tables, 48)
  const low2 = v128.load(tables, 64)
  const high2 = v128.load(tables, 80)
  const half = i8x16.splat(0x0f)
  const nothing = i64x2.splat(0)
  let first = nothing
  let second = nothing
  let entry = candidates
  // A beginning is found with the vector in which its third byte is.
  for (let block = start; block < end + 2; block += 16) {
    const bytes = v128.load(block)
    const low = v128.and(bytes, half)
    const high = v128.and(i16x8.shr_u(bytes, 4), half)
    const nextFirst = v128.and(i8x16.swizzle(low0, low), i8x16.swizzle(high0, high))
    const nextSecond = v128.and(i8x16.swizzle(low1, low), i8x16.swizzle(high1, high))
    const third = v128.and(i8x16.swizzle(low2, low), i8x16.swizzle(high2, high))
    // biome-ignore format: sixteen lanes
    const twoBefore = v128.shuffle<u8>(first, nextFirst, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29)
    // biome-ignore format: sixteen lanes
    const oneBefore = v128.shuffle<u8>(second, nextSecond, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
    const found = v128.and(v128.and(twoBefore, oneBefore), third)
    first = nextFirst
    second = nextSecond
    if (!v128.any_true(found)) continue
    for (let bits = ~i8x16.bitmask(i8x16.eq(found, nothing)) & 0xffff; bits !== 0; bits &= bits - 1) {
      const candidate = block - 2 + ctz(bits)
      store<u32>(entry, candidate as u32)
      entry += candidate < end ? 4 : 0
    }
  }
  return entry
}

/** The row in which a candidate finds the automaton, which depends on the letter before it. Marks are none. */
function rowBefore(queries: Queries, candidate: usize, quiet: i32): i32 {
  for (let at = candidate - 1; at >= fieldStart; at--) {
    while ((load<u8>(at) & 0xc0) === 0x80) at--
    const symbol = lastSymbol(queries, characterAt(at))
    if (symbol === MARK) continue
    // What this letter begins was found before, when it was a candidate itself.
    const row = load<i32>(queries.next + 4 * (quiet + symbol))
    return row >= 0 ? row : load<i32>(queries.hits + 8 * ~row)
  }
  return 0
}

/** Runs the automaton from here, until the field ends, every query is answered, or its row is not above `quiet`. */
function run(queries: Queries, from: usize, row: i32, quiet: i32): void {
  const end = fieldEnd
  const symbols = queries.symbols
  const next = queries.next - 4 * FIRST_KNOWN
  let at = from
  while (at < end) {
    let character = load<u8>(at) as u32
    if (character < 0x80) {
      at++
      // A quote inside a field stands there twice.
      if (character === QUOTE) at++
    } else {
      character = characterAt(at)
      at += lengthOf(character)
    }
    const known = load<u16>(symbols + 2 * min(character, TABLED)) as i32
    if (known >= FIRST_KNOWN) {
      row = load<i32>(next + 4 * (row + known))
      if (row < 0) row = report(queries, ~row)
    } else row = runAsked(queries, row, ask(queries, character))
    if (open === 0) return
    if (row <= quiet) break
  }
  position = at
  if (at < end) return
  const last = load<i32>(queries.next + 4 * (row + END))
  if (last < 0) report(queries, ~last)
}

/** Goes through the symbols that were asked for. */
function runAsked(queries: Queries, row: i32, count: u32): i32 {
  for (let index: u32 = 0; index < count && open !== 0; index++) {
    row = load<i32>(queries.next + 4 * (row + askedSymbol(queries, index)))
    if (row < 0) row = report(queries, ~row)
  }
  return row
}

/** The last symbol of a character. */
function lastSymbol(queries: Queries, character: u32): i32 {
  const known = load<u16>(queries.symbols + 2 * min(character, TABLED)) as i32
  return known >= FIRST_KNOWN ? known - FIRST_KNOWN : askedSymbol(queries, ask(queries, character) - 1)
}

function askedSymbol(queries: Queries, index: u32): i32 {
  return load<u16>(queries.asked + 2 * index) as i32
}

/** Marks the queries of a hit as answered; returns the row to go on from. */
function report(queries: Queries, hit: u32): i32 {
  const found = load<u32>(queries.hits + 8 * hit + 4) as usize
  const count = load<u32>(found)
  for (let index: u32 = 1; index <= count; index++) {
    const number = load<u32>(found + 4 * index)
    const pattern = queries.patterns + 12 * number
    const word = load<u32>(pattern)
    const bit = load<u32>(pattern, 4)
    const answer = queries.answers + 4 * word
    if ((load<u32>(fieldReaders + 4 * word) & bit) === 0 || (load<u32>(answer) & bit) !== 0) continue
    if (load<u32>(pattern, 8) !== 0 && !confirm(queries, number, fieldStart, fieldEnd)) continue
    store<u32>(answer, load<u32>(answer) | bit)
    open--
  }
  return load<i32>(queries.hits + 8 * hit)
}

/** The code point of the character that begins here, in UTF-8 that was checked. */
function characterAt(at: usize): u32 {
  const byte = load<u8>(at) as u32
  if (byte < 0x80) return byte
  const second = (load<u8>(at, 1) as u32) & 0x3f
  if (byte < 0xe0) return ((byte & 0x1f) << 6) | second
  const third = (load<u8>(at, 2) as u32) & 0x3f
  if (byte < 0xf0) return ((byte & 0x0f) << 12) | (second << 6) | third
  return ((byte & 0x07) << 18) | (second << 12) | (third << 6) | ((load<u8>(at, 3) as u32) & 0x3f)
}

function lengthOf(character: u32): usize {
  return character < 0x80 ? 1 : character < 0x800 ? 2 : character < 0x10000 ? 3 : 4
}
