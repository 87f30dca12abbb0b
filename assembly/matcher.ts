import { allocate } from './memory'

/**
 * The matcher: which queries does a record answer? An automaton over symbols decides (src/matching/automaton.ts), a byte
 * at a time. But hardly any place in a text is one where a term begins, so that something quicker looks for such places
 * first, and the automaton starts there and stops when nothing is begun any more.
 *
 *      text         l e s   t r a n s p o r t s   d u   m o i s   t r è s
 *      sieve        . . . . t r a . . . . . . . . . . . m o i . . t r C3     three bytes: "mob" and "tra" are wanted
 *      closer look          t r a n                                          four bytes: "mobi" and "tran"
 *      automaton            1 2 3 4 5 6 7 8 hit
 *
 * For a few terms that is the sieve. It keeps eight sets of three-byte beginnings, one to a bit. For each of the three
 * places two tables of sixteen bytes tell from the low and from the high half of a byte in which of the eight sets it may
 * stand there; one instruction looks up sixteen bytes at once. And-ing the answers for three neighbouring bytes leaves the
 * sets whose beginnings may stand here:
 *
 *      sets that allow t first  &  sets that allow r second  &  sets that allow a third   =   a candidate, unless 0
 *
 * A set holds more than the beginnings it was made of (any of its low halves with any of its high halves). With many terms
 * nearly everything would pass, so then a table is asked whether a term begins with these three bytes, by the low five
 * bits of each, in which lower and upper case are alike: 32,768 answers, looked up without a single branch. Either way,
 * candidates are listed for a strip of the field, and looked at again with a fourth byte.
 *
 * What is sieved are spellings in ASCII and Latin-1, the soft hyphen among it (src/wasm/beginnings.ts). Any other character
 * is foreign: where one stands the automaton itself looks, from three bytes before it. They are rare in French but for the
 * punctuation U+2000 to U+203F, ’ and – among it. It is passed over where no term has a separator among its first letters.
 *
 * When every twentieth byte starts it all of this costs more than it saves, and the automaton is left alone.
 *
 * Which symbols a character stands for is asked of the runtime when the character is first met.
 */
const QUOTE: u32 = 0x22

/** Symbols, as in src/matching/alphabet.ts. */
const WORD: i32 = 1
const MARK: i32 = 2
/** What follows the last character of a field: nothing that belongs to a word. */
const END: i32 = 0
/** In the table of symbols each is so much more, since the fresh memory's 0 means "not met yet". */
const FIRST_KNOWN: i32 = 1
/** In the table of symbols, what marks a place in the list of sequences: the sign. */
const SEQUENCE: i32 = ~0x7fff
/** Characters from here on share an entry of the table, and it stays empty: emoji are asked for again and again. */
const TABLED: u32 = 0xffff
/** No row is as low as this one. */
const NEVER: i32 = -1

/** Lead bytes from here on are those of foreign characters. */
const FOREIGN: u32 = 0xc4
/** The first two bytes of the characters from U+2000 to U+203F. */
const PUNCTUATION: u32 = 0x80e2
/** In five bits, what all bytes of longer characters have set, and hardly any character of ASCII. */
const LONG: u32 = 0x1c
/** So many bytes of a beginning are looked at. */
const BEGINNING: usize = 4

/** How candidates are found. */
const BY_AUTOMATON: u32 = 0
const BY_TABLE: u32 = 1
const BY_SIEVE: u32 = 2

/** Whether it pays is judged after so many bytes: one in so many may pass the sieve, one in so many start the automaton. */
const TRIAL: u32 = 1 << 19
const BYTES_PER_PASSING: u32 = 32
const BYTES_PER_START: u32 = 20

/** The compiled queries. Everything is an address or a number of 32 bits, in this order. */
@unmanaged
class Queries {
  /**
   * Code point up to TABLED → 16 bits: FIRST_KNOWN + symbol; or, with SEQUENCE, where in `sequences` its symbols are; or 0
   * when they are not known yet.
   */
  symbols: usize = 0
  /** Row + symbol → row of the next state, or ~hit; 32 bits. */
  next: usize = 0
  /** Hit → the row to go on from, and where the list of the patterns found is: its length, then their numbers. */
  hits: usize = 0
  /** Pattern → word of its query in a bit set, bit in this word. */
  patterns: usize = 0
  /** Field of a batch → bit set of the queries that read it. */
  readers: usize = 0
  /** How many fields batches carry; how many words a bit set of queries has. */
  slots: u32 = 0
  words: u32 = 0
  /** How candidates are found; the tables for it. */
  method: u32 = BY_AUTOMATON
  /** Six tables of 16 bytes, for the low and the high halves of three bytes. */
  sieve: usize = 0
  /** Three times five bits → HERE when a term begins like that, BEFORE when one goes on so from its second byte; a byte each. */
  table: usize = 0
  /** Bit set of four times five bits: what a term begins with. */
  beginnings: usize = 0
  /** Character from U+2000 to U+203F → whether it can be one of the first of a term; a byte each. */
  punctuation: usize = 0
  /** Bit set: the queries that the record answers. */
  answers: usize = 0
  /** Lists of the symbols of characters that stand for several: their number, then each of them; 16 bits. */
  sequences: usize = 0
  /** Of the bytes looked at so far, how many passed and how many started the automaton. */
  looked: u32 = 0
  passed: u32 = 0
  started: u32 = 0
}

/** Returns the address of the list of a character's symbols, and fills in the table if it can. */
declare function learn(queries: Queries, character: u32): usize
/** Takes a record that answers some query: `answers` says which. */
declare function keep(queries: Queries, record: u32): void

/** The candidates of a strip of a field, which are addresses; a vector more may be written. */
const STRIP: usize = 4096
const ENTRY: usize = 4
const VECTOR: usize = 16
const candidates = memory.data(4 * 3 * ((STRIP / 2 + 2 * VECTOR) as i32))
/** What the table replied for every other place of a strip, a byte each. */
const replies = memory.data((STRIP / 2 + 2 * VECTOR) as i32, 16)
/** Where a term may begin: one before the place, at it, one behind it. */
const BEFORE: u8 = 1
const HERE: u8 = 2
const BEHIND: u8 = 4
/** Where the table is asked for the places of a vector, 16 bits each. */
const indexes = memory.data(16, 16)

/** The field in work: its end, its readers, and how many of them are not answered yet. */
let fieldStart: usize = 0
let fieldEnd: usize = 0
let fieldReaders: usize = 0
let open: i32 = 0

/** Where the automaton stopped: at this byte, in this row. */
let position: usize = 0
let stoppedIn: i32 = 0

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
    if (queries.method === BY_AUTOMATON) run(queries, fieldStart, 0, NEVER, 0)
    else matchCandidates(queries)
    answered += before - open
  }
  return answered > 0
}

/**
 * Runs the automaton wherever a term can begin. A term whose first bytes hold a foreign character is no candidate itself,
 * only that character is. So the automaton must have gone through the bytes before a foreign character as well, and a run
 * that began between the two, for another term, has not: "e" in "véhicule", where the accent is a combining mark.
 */
function matchCandidates(queries: Queries): void {
  // The row of "nothing begun, inside a word", next to that of the first state; the same when words do not matter.
  const quiet = load<i32>(queries.next + 4 * WORD)
  position = fieldStart
  stoppedIn = 0
  /** The automaton has gone through everything from here to `position`. */
  let covered = fieldStart
  for (let strip = fieldStart; strip < fieldEnd; strip += STRIP) {
    const end = min(strip + STRIP, fieldEnd)
    const passed = queries.method === BY_SIEVE ? sieve(queries.sieve, strip, end) : lookUp(queries.table, strip, end)
    queries.passed += ((passed - candidates) / ENTRY) as u32
    const behind = lookCloser(queries, passed)
    for (let entry = candidates; entry < behind; entry += ENTRY) {
      const candidate = load<u32>(entry) as usize
      const start = (load<u8>(candidate) as u32) >= FOREIGN ? beforeForeign(candidate) : candidate
      if (start >= covered && start <= position) {
        if (candidate < position) continue
        run(queries, position, stoppedIn, quiet, candidate)
      } else {
        covered = start
        run(queries, start, quiet === 0 ? 0 : rowBefore(queries, start, quiet), quiet, candidate)
      }
      queries.started++
      if (open === 0) return
    }
  }
  queries.looked += (fieldEnd - fieldStart) as u32
  if (queries.looked >= TRIAL) judge(queries)
}

/** Chooses what is quicker for these queries and these texts. */
function judge(queries: Queries): void {
  if (queries.started > queries.looked / BYTES_PER_START) queries.method = BY_AUTOMATON
  else if (queries.passed > queries.looked / BYTES_PER_PASSING) queries.method = BY_TABLE
  queries.looked = 0
  queries.passed = 0
  queries.started = 0
}

/** A closer look at the first bytes of each candidate; those that may be one are left. Returns where their list ends. */
function lookCloser(queries: Queries, behind: usize): usize {
  const beginnings = queries.beginnings
  const punctuation = queries.punctuation
  let left = candidates
  for (let entry = candidates; entry < behind; entry += ENTRY) {
    const candidate = load<u32>(entry)
    const bytes = load<u32>(candidate as usize)
    const first = bytes & 0xff
    const letters = fiveBits(bytes)
    const known = ((load<u8>(beginnings + (letters >> 3)) as u32) >> (letters & 7)) & 1
    // Inside a character, or at the second of two quotes, nothing begins.
    const begins = known & ((first & 0xc0) !== 0x80 ? 1 : 0) & (first !== QUOTE ? 1 : 0)
    const other = (bytes & 0xffff) !== PUNCTUATION ? 1 : 0
    const foreign = (first >= FOREIGN ? 1 : 0) & (other | (load<u8>(punctuation + ((bytes >> 16) & 0x3f)) as i32))
    store<u32>(left, candidate)
    left += ENTRY * ((begins | foreign) as usize)
  }
  return left
}

/**
 * Five bits of each of four bytes: the low ones, in which upper and lower case are alike; longer characters are kept apart
 * from letters.
 */
function fiveBits(bytes: u32): u32 {
  const each = (bytes & 0x1f1f1f1f) | (((bytes >> 7) & 0x01010101) * LONG)
  return (each & 0x1f) | ((each >> 3) & 0x3e0) | ((each >> 6) & 0x7c00) | ((each >> 9) & 0xf8000)
}

/** Where a term must begin at the earliest of whose first bytes one belongs to this foreign character. */
function beforeForeign(character: usize): usize {
  let at = max(character - (BEGINNING - 1), fieldStart)
  // Not at the second of two quotes, nor inside a character.
  while (at > fieldStart && (load<u8>(at) as u32) === QUOTE) at--
  while (isInside(load<u8>(at))) at--
  return at
}

/** Whether a byte continues a character. */
function isInside(byte: u8): bool {
  return (byte & 0xc0) === 0x80
}

/** Lists the candidates from `start` to `end` by asking the table at every other place; returns where the list ends. */
function lookUp(table: usize, start: usize, end: usize): usize {
  const first = i16x8.splat(0x001f)
  const second = i16x8.splat(0x1f00)
  let reply = replies
  for (let block = start; block <= end; block += VECTOR) {
    const bytes = v128.load(block)
    if (v128.any_true(i8x16.ge_u(bytes, i8x16.splat(FOREIGN as i8)))) {
      for (let place: usize = 0; place < VECTOR; place += 2) store<u8>(reply++, lookAt(table, block + place))
      continue
    }
    // Eight indexes: a | b << 5 | c << 10.
    const letters = fiveBitsOfAll(bytes)
    const third = v128.and(fiveBitsOfAll(v128.load(block, 2)), first)
    const two = v128.or(v128.and(letters, first), i16x8.shr_u(v128.and(letters, second), 3))
    v128.store(indexes, v128.or(two, i16x8.shl(third, 10)))
    for (let place: usize = 0; place < VECTOR; place += 2) {
      store<u8>(reply++, load<u8>(table + load<u16>(indexes + place)))
    }
  }
  return list(start, end)
}

/** The same for one place, and in a vector in which foreign characters stand; they are candidates as well. */
function lookAt(table: usize, at: usize): u8 {
  const bytes = load<u32>(at)
  if (((bytes >> 8) & 0xff) >= FOREIGN) return BEFORE | HERE | BEHIND
  return (bytes & 0xff) >= FOREIGN ? BEFORE | HERE : load<u8>(table + (fiveBits(bytes) & 0x7fff))
}

/** Lists where a term may begin by the replies. */
function list(start: usize, end: usize): usize {
  const nothing = i64x2.splat(0)
  let entry = candidates
  // What is before the strip was a candidate there, or does not belong to the field.
  store<u8>(replies, load<u8>(replies) & ~BEFORE)
  for (let block = start, reply = replies; block <= end; block += 2 * VECTOR, reply += VECTOR) {
    const found = v128.load(reply)
    if (!v128.any_true(found)) continue
    for (let bits = ~i8x16.bitmask(i8x16.eq(found, nothing)) & 0xffff; bits !== 0; bits &= bits - 1) {
      const place = ctz(bits)
      const candidate = (block as u32) + 2 * (place as u32)
      const begins = load<u8>(reply + place)
      // Each is written down, and stays there if the reply says so.
      store<u32>(entry, candidate - 1)
      entry += ENTRY * (begins & BEFORE)
      store<u32>(entry, candidate)
      entry += ENTRY * ((begins & HERE) >> 1)
      store<u32>(entry, candidate + 1)
      entry += ENTRY * ((begins & BEHIND) >> 2)
    }
  }
  while (entry > candidates && (load<u32>(entry - ENTRY) as usize) >= end) entry -= ENTRY
  return entry
}

/** As `fiveBits`, of sixteen bytes. */
function fiveBitsOfAll(bytes: v128): v128 {
  const long = v128.and(i8x16.lt_s(bytes, i8x16.splat(0)), i8x16.splat(LONG as i8))
  return v128.or(v128.and(bytes, i8x16.splat(0x1f)), long)
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
  for (let block = start; block < end + 2; block += VECTOR) {
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
      entry += candidate < end ? ENTRY : 0
    }
  }
  return entry
}

/** The row in which a candidate finds the automaton, which depends on the letter before it. Marks are none. */
function rowBefore(queries: Queries, candidate: usize, quiet: i32): i32 {
  for (let at = candidate - 1; at >= fieldStart; at--) {
    if (at < position && candidate >= position) return stoppedIn
    while (isInside(load<u8>(at))) at--
    const symbol = lastSymbol(queries, characterAt(at))
    if (symbol === MARK) continue
    // What this letter begins was found before, when it was a candidate itself.
    const row = load<i32>(queries.next + 4 * (quiet + symbol))
    return row >= 0 ? row : load<i32>(queries.hits + 8 * ~row)
  }
  return 0
}

/**
 * Runs the automaton from here, until the field ends, every query is answered, or nothing is begun any more (its row is not
 * above `quiet`) behind the character at `least`.
 */
function run(queries: Queries, from: usize, row: i32, quiet: i32, least: usize): void {
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
    const known = load<i16>(symbols + 2 * min(character, TABLED)) as i32
    if (known >= FIRST_KNOWN) {
      row = load<i32>(next + 4 * (row + known))
      if (row < 0) row = report(queries, ~row)
    } else row = runSequence(queries, row, sequenceOf(queries, character, known))
    if (open === 0) return
    if (row <= quiet && at > least) {
      position = at
      stoppedIn = row
      return
    }
  }
  position = end
  const last = load<i32>(queries.next + 4 * (row + END))
  if (last < 0) report(queries, ~last)
}

/** Goes through the symbols of one character. */
function runSequence(queries: Queries, row: i32, sequence: usize): i32 {
  const end = sequence + 2 * load<u16>(sequence)
  for (let at = sequence + 2; at <= end && open !== 0; at += 2) {
    row = load<i32>(queries.next + 4 * (row + (load<u16>(at) as i32)))
    if (row < 0) row = report(queries, ~row)
  }
  return row
}

/** The last symbol of a character. */
function lastSymbol(queries: Queries, character: u32): i32 {
  const known = load<i16>(queries.symbols + 2 * min(character, TABLED)) as i32
  if (known >= FIRST_KNOWN) return known - FIRST_KNOWN
  const sequence = sequenceOf(queries, character, known)
  return load<u16>(sequence + 2 * load<u16>(sequence)) as i32
}

/** The list of the symbols of a character that has no single one in the table. */
function sequenceOf(queries: Queries, character: u32, known: i32): usize {
  return known === 0 ? learn(queries, character) : queries.sequences + 2 * (known & ~SEQUENCE)
}

/** Marks the queries of a hit as answered; returns the row to go on from. */
function report(queries: Queries, hit: u32): i32 {
  const found = load<u32>(queries.hits + 8 * hit + 4) as usize
  const count = load<u32>(found)
  for (let index: u32 = 1; index <= count; index++) {
    const number = load<u32>(found + 4 * index)
    const pattern = queries.patterns + 8 * number
    const word = load<u32>(pattern)
    const bit = load<u32>(pattern, 4)
    const answer = queries.answers + 4 * word
    if ((load<u32>(fieldReaders + 4 * word) & bit) === 0 || (load<u32>(answer) & bit) !== 0) continue
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
