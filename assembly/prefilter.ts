import { fieldStart } from './automaton'
import { Queries } from './queries'
import { isContinuation } from './utf8'

/**
 * Finds candidates: positions whose first bytes can begin a term. Searches the field one strip at a time.
 *
 * Up to twelve terms use nibble tables. The three-byte prefixes of the terms are divided into eight sets, one per bit. For
 * each of the three positions, two 16-byte tables give the sets that allow a byte there: one table is indexed by its low
 * nibble, the other by its high nibble. One instruction looks up sixteen bytes. And-ing the results for three adjacent
 * bytes leaves the sets that may have a prefix here:
 *
 *      sets that allow t first  &  sets that allow r second  &  sets that allow a third   =   a candidate, unless 0
 *
 * A set accepts more than its prefixes, because it combines any of its low nibbles with any of its high ones. With many
 * terms nearly every position would pass. More than twelve terms therefore use a table of 32,768 bytes, indexed by the low
 * five bits of three bytes and read without a branch. In both cases `filterByPrefix` then compares a fourth byte.
 *
 * The tables hold spellings in ASCII and Latin-1, soft hyphens included (src/wasm/spellings.ts). Any other character is
 * foreign, and is itself a candidate. French has few of them, except for ’ and – (in U+2000 to U+203F). Those are
 * skipped if no term has a separator among its first letters.
 */
const QUOTE: u32 = 0x22

/** The lowest lead byte of a foreign character. */
export const FOREIGN: u32 = 0xc4
/** The first two bytes of the characters from U+2000 to U+203F. */
const PUNCTUATION: u32 = 0x80e2
/** Bits that are set in every byte of a multi-byte character. Few ASCII characters have them all. */
const LONG: u32 = 0x1c
/** How many bytes a term may begin before the foreign character that is its candidate. */
const LOOK_BACK: usize = 2

/** The field is searched in strips of this length. The list of candidates has room for a strip and a vector. */
export const STRIP: usize = 4096
export const ENTRY: usize = 4
const VECTOR: usize = 16
export const candidates = memory.data(4 * 3 * ((STRIP / 2 + 2 * VECTOR) as i32))
/** One byte of the table for every second position of a strip. */
const replies = memory.data((STRIP / 2 + 2 * VECTOR) as i32, 16)
/** Bits of a table entry: a term can begin one byte before the position, at it, or one byte after it. */
const BEFORE: u8 = 1
const HERE: u8 = 2
const BEHIND: u8 = 4
/** The table indexes for the positions of a vector, 16 bits each. */
const indexes = memory.data(16, 16)

/** Keeps the candidates whose first four bytes can begin a term, and the foreign characters. Returns the list's new end. */
export function filterByPrefix(queries: Queries, listed: usize): usize {
  const prefixes = queries.prefixes
  const punctuation = queries.punctuation
  let kept = candidates
  for (let entry = candidates; entry < listed; entry += ENTRY) {
    const candidate = load<u32>(entry)
    const bytes = load<u32>(candidate as usize)
    const first = bytes & 0xff
    const letters = fiveBits(bytes)
    const known = ((load<u8>(prefixes + (letters >> 3)) as u32) >> (letters & 7)) & 1
    // No term begins inside a character, or at the second of two quotes.
    const begins = known & ((first & 0xc0) !== 0x80 ? 1 : 0) & (first !== QUOTE ? 1 : 0)
    const other = (bytes & 0xffff) !== PUNCTUATION ? 1 : 0
    const foreign = (first >= FOREIGN ? 1 : 0) & (other | (load<u8>(punctuation + ((bytes >> 16) & 0x3f)) as i32))
    store<u32>(kept, candidate)
    kept += ENTRY * ((begins | foreign) as usize)
  }
  return kept
}

/** Packs the low five bits of four bytes: equal for upper and lower case. LONG keeps multi-byte characters distinct. */
function fiveBits(bytes: u32): u32 {
  const each = (bytes & 0x1f1f1f1f) | (((bytes >> 7) & 0x01010101) * LONG)
  return (each & 0x1f) | ((each >> 3) & 0x3e0) | ((each >> 6) & 0x7c00) | ((each >> 9) & 0xf8000)
}

/** Returns the earliest position of a term that has this foreign character among its first bytes. */
export function startBefore(character: usize): usize {
  let at = max(character - LOOK_BACK, fieldStart)
  // Not at the second of two quotes, nor inside a character.
  while (at > fieldStart && (load<u8>(at) as u32) === QUOTE) at--
  while (isContinuation(load<u8>(at))) at--
  return at
}

/** Lists the candidates from `start` to `end`, using the table at every second position. Returns the end of the list. */
export function findByTable(table: usize, start: usize, end: usize): usize {
  const first = i16x8.splat(0x001f)
  const second = i16x8.splat(0x1f00)
  let reply = replies
  for (let block = start; block <= end; block += VECTOR) {
    const bytes = v128.load(block)
    if (v128.any_true(i8x16.ge_u(bytes, i8x16.splat(FOREIGN as i8)))) {
      for (let place: usize = 0; place < VECTOR; place += 2) store<u8>(reply++, entryAt(table, block + place))
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
  return listCandidates(start, end)
}

/** Returns the table entry for a position whose vector contains foreign characters, which are candidates too. */
function entryAt(table: usize, at: usize): u8 {
  const bytes = load<u32>(at)
  if (((bytes >> 8) & 0xff) >= FOREIGN) return BEFORE | HERE | BEHIND
  return (bytes & 0xff) >= FOREIGN ? BEFORE | HERE : load<u8>(table + (fiveBits(bytes) & 0x7fff))
}

/** Turns the bits in `replies` into a list of candidates. */
function listCandidates(start: usize, end: usize): usize {
  const nothing = i64x2.splat(0)
  let entry = candidates
  // The byte before the strip belongs to the previous strip, or is outside the field.
  store<u8>(replies, load<u8>(replies) & ~BEFORE)
  for (let block = start, reply = replies; block <= end; block += 2 * VECTOR, reply += VECTOR) {
    const found = v128.load(reply)
    if (!v128.any_true(found)) continue
    for (let bits = ~i8x16.bitmask(i8x16.eq(found, nothing)) & 0xffff; bits !== 0; bits &= bits - 1) {
      const place = ctz(bits)
      const candidate = (block as u32) + 2 * (place as u32)
      const begins = load<u8>(reply + place)
      // Avoids branches: writes every candidate, and advances `entry` only if its bit is set.
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

/** `fiveBits` of sixteen bytes. */
function fiveBitsOfAll(bytes: v128): v128 {
  const long = v128.and(i8x16.lt_s(bytes, i8x16.splat(0)), i8x16.splat(LONG as i8))
  return v128.or(v128.and(bytes, i8x16.splat(0x1f)), long)
}

/** Lists the candidates from `start` to `end` with the nibble tables. Returns the end of the list. */
export function findByNibbles(tables: usize, start: usize, end: usize): usize {
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
  // The vector with its third byte finds a candidate.
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
