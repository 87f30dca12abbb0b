import { allocate, extend, isLast } from './memory'

/**
 * The scanner: finds where fields and records end, 64 bytes at a time, without looking at bytes one by one.
 *
 * Comparing a block of 64 bytes with a quote gives a word of 64 bits, one for each byte. Xor-ing each bit with all bits
 * before it turns "here is a quote" into "here is inside quotes": the first quote opens, the second closes, and a doubled
 * quote closes and opens again, which makes no difference to the bytes around it. What is left of `;` and line feeds
 * outside quotes are the ends of the fields:
 *
 *      bytes           " a ; b " ; " c " " d " ; 7 CR LF
 *      quotes          1 . . . 1 . 1 . 1 1 . 1 . . . .
 *      inside          1 1 1 1 . . 1 1 . 1 1 . . . . .      the xor of all quotes up to here
 *      separators      . . . . . 1 . . . . . . 1 . . 1      ; and LF that are not inside
 *
 * Each separator's address is appended to a list. A record with the right number of fields has as many entries there as
 * the header has columns, its line feed last: record r ends at entry r * columns - 1, and column c of it lies between two
 * neighbouring entries. So counting is all that is needed to check a record, and nothing is done for columns that nobody
 * wants.
 *
 * The grammar is checked with the same words, shifted by one: a quote that opens must follow a separator or a quote, what
 * follows a closing quote must be a separator, a quote or a CR, and what follows a CR outside quotes must be LF. Here
 * nothing is said about a mistake but that there is one (WRONG): the plain scanner then reads the same bytes again, from
 * the start of the unfinished record, and finds out which. UTF-8 is checked outside, by the runtime, which has wider
 * vectors than WebAssembly.
 *
 * What a block must know of the one before is four bits; they are kept between calls, so a chunk may end anywhere.
 */
const QUOTE: u8 = 0x22
const SEMICOLON: u8 = 0x3b
const LINE_FEED: u8 = 0x0a
const CARRIAGE_RETURN: u8 = 0x0d
const SPACE: u8 = 0x20

const BLOCK: usize = 64
const ENTRY: usize = 4

/** Something stands in the bytes that the plain scanner has to look at. */
const WRONG: i32 = -1

/** What the caller may want to know; all addresses. */
@unmanaged
class Report {
  /** Where the first finished and the unfinished record begin, and where the bytes end. */
  buffer: usize = 0
  recordStart: usize = 0
  filled: usize = 0
  /** Where the ranges of the finished records and of their wanted fields are: pairs of addresses. */
  records: usize = 0
  fields: usize = 0
  /** How many line feeds the last chunk held. */
  lines: u32 = 0
}

const report = changetype<Report>(memory.data(offsetof<Report>()))

let columns: usize = 0
let longest: usize = 0
let wanted: usize = 0
let width: usize = 0

/** The longest chunk that the lists are made for, and the length of the buffer. */
let room: usize = 0
let capacity: usize = 0

/** The separators: where the list begins, where the unfinished record's begin, where the next goes. */
let separators: usize = 0
let recordSeparators: usize = 0
let nextSeparator: usize = 0

/** All ones when the last byte was inside quotes; 1 when it was a separator or quote, a closing quote, an outer CR. */
let inside: u64 = 0
let afterBoundary: u64 = 1
let afterClosing: u64 = 0
let afterReturn: u64 = 0

/** Where the report is, which is kept up to date. */
export function reportAt(): usize {
  return changetype<usize>(report)
}

/**
 * Begins behind the header. Returns where the indexes of the wanted columns belong, four bytes each.
 *
 * @param maximum length of a record in bytes
 */
export function open(columnCount: u32, wantedCount: u32, maximum: u32): usize {
  columns = columnCount
  width = wantedCount
  longest = maximum
  wanted = allocate(ENTRY * width)
  return wanted
}

/** Makes room for a chunk and returns where it belongs: behind the unfinished record, which moves to the front. */
export function reserve(length: usize): usize {
  const unfinished = report.filled - report.recordStart
  const begun = nextSeparator - recordSeparators
  const needed = unfinished + length + BLOCK
  if (length > room) {
    room = max(length, 2 * room)
    // A record has at least one byte for each column, and no record is a blank line.
    const most = (columns + room) / max<usize>(columns, 2) + 1
    report.records = allocate(2 * ENTRY * most)
    report.fields = allocate(2 * ENTRY * most * width)
    separators = allocate(ENTRY * (columns + room))
    capacity = 0
  }
  let front = report.buffer
  if (needed > capacity) {
    if (capacity > 0 && isLast(report.buffer + capacity)) {
      capacity = max(needed, 2 * capacity)
      extend(report.buffer, capacity)
    } else {
      capacity = needed + (needed >>> 2)
      front = allocate(capacity)
    }
  }
  memory.copy(front, report.recordStart, unfinished)
  const shift = report.recordStart - front
  for (let entry: usize = 0; entry < begun; entry += ENTRY) {
    store<u32>(separators + entry, load<u32>(recordSeparators + entry) - (shift as u32))
  }
  recordSeparators = separators
  nextSeparator = separators + begun
  report.buffer = front
  report.recordStart = front
  report.filled = front + unfinished
  return report.filled
}

/** Walks over the chunk that was put where `reserve` said. Returns how many records it completes, or WRONG. */
export function scan(length: usize): i32 {
  const from = report.filled
  const to = from + length
  report.filled = to
  // The last block is as long as the others: what follows the bytes is made harmless.
  const harmless = i8x16.splat(SPACE)
  v128.store(to, harmless)
  v128.store(to, harmless, 16)
  v128.store(to, harmless, 32)
  v128.store(to, harmless, 48)

  let smallest = harmless
  let mistakes: u64 = 0
  let lineFeedCount: u32 = 0
  let next = nextSeparator
  let within = inside
  let boundaryBefore = afterBoundary
  let closingBefore = afterClosing
  let returnBefore = afterReturn
  let start = report.recordStart
  let lastSeparator = recordSeparators + (columns - 1) * ENTRY

  for (let block = from; block < to; block += BLOCK) {
    const a = v128.load(block)
    const b = v128.load(block, 16)
    const c = v128.load(block, 32)
    const d = v128.load(block, 48)
    smallest = i8x16.min_u(smallest, i8x16.min_u(i8x16.min_u(a, b), i8x16.min_u(c, d)))
    const lineFeeds = equal(a, b, c, d, LINE_FEED)
    const quotes = equal(a, b, c, d, QUOTE)
    lineFeedCount += popcnt(lineFeeds) as u32
    // Nothing can happen in the middle of a long text.
    if ((quotes | ~within) === 0) continue

    const size = min(to - block, BLOCK)
    const last = (size - 1) as u64
    const valid = ~(0 as u64) >>> (63 - last)
    const outside = ~(xorOfAllBefore(quotes) ^ within)
    const fieldEnds = (equal(a, b, c, d, SEMICOLON) | lineFeeds) & outside
    const returns = equal(a, b, c, d, CARRIAGE_RETURN) & outside
    const opening = quotes & ~outside
    const closing = quotes & outside
    const boundaries = fieldEnds | quotes
    mistakes |= opening & ~((boundaries << 1) | boundaryBefore)
    mistakes |= ((closing << 1) | closingBefore) & ~(boundaries | returns) & valid
    mistakes |= ((returns << 1) | returnBefore) & ~lineFeeds & valid
    within = ~(((outside as i64) >> 63) as u64)
    boundaryBefore = (boundaries >>> last) & 1
    closingBefore = (closing >>> last) & 1
    returnBefore = (returns >>> last) & 1

    for (let ends = lineFeeds & outside; ends !== 0; ends &= ends - 1) {
      const upToHere = ends ^ (ends - 1)
      const separator = next + ENTRY * ((popcnt(fieldEnds & upToHere) - 1) as usize)
      const end = block + (ctz(ends) as usize) + 1
      const first = load<u8>(start)
      if (separator !== lastSeparator || end - start > longest || first === LINE_FEED || first === CARRIAGE_RETURN) {
        mistakes = 1
      }
      lastSeparator += columns * ENTRY
      start = end
    }
    for (let ends = fieldEnds; ends !== 0; ends &= ends - 1) {
      store<u32>(next, (block + (ctz(ends) as usize)) as u32)
      next += ENTRY
    }
  }

  const noNul = i8x16.all_true(smallest)
  recordSeparators = lastSeparator - (columns - 1) * ENTRY
  report.lines = lineFeedCount
  nextSeparator = next
  inside = within
  afterBoundary = boundaryBefore
  afterClosing = closingBefore
  afterReturn = returnBefore
  report.recordStart = start
  return mistakes !== 0 || !noNul || to - start > longest || next > lastSeparator ? WRONG : handOut()
}

/** Writes the ranges of the finished records and of their wanted fields; returns how many records there are. */
function handOut(): i32 {
  const stride = columns * ENTRY
  let count = 0
  let start = report.buffer
  let field = report.fields
  for (let separator = separators; separator < recordSeparators; separator += stride) {
    for (let slot: usize = 0; slot < width; slot++) {
      const column = load<u32>(wanted + slot * ENTRY) as usize
      const end = separator + column * ENTRY
      writeField(field, column === 0 ? start : (load<u32>(end - ENTRY) as usize) + 1, load<u32>(end) as usize)
      field += 2 * ENTRY
    }
    const end = (load<u32>(separator + stride - ENTRY) as usize) + 1
    store<u32>(report.records + 2 * ENTRY * count, start as u32)
    store<u32>(report.records + 2 * ENTRY * count + ENTRY, end as u32)
    start = end
    count++
  }
  return count
}

/** A field without its quotes and, when it is the last one, without CR. */
function writeField(to: usize, from: usize, end: usize): void {
  if (load<u8>(end) === LINE_FEED && end > from && load<u8>(end - 1) === CARRIAGE_RETURN) end--
  if (load<u8>(from) === QUOTE) {
    from++
    end--
  }
  store<u32>(to, from as u32)
  store<u32>(to + ENTRY, end as u32)
}

/** Which of 64 bytes are this one. */
function equal(a: v128, b: v128, c: v128, d: v128, byte: u8): u64 {
  const all = i8x16.splat(byte)
  const low = i8x16.bitmask(i8x16.eq(a, all)) | (i8x16.bitmask(i8x16.eq(b, all)) << 16)
  const high = i8x16.bitmask(i8x16.eq(c, all)) | (i8x16.bitmask(i8x16.eq(d, all)) << 16)
  return (low as u32 as u64) | ((high as u32 as u64) << 32)
}

/** Each bit becomes the xor of itself and all bits before it. */
function xorOfAllBefore(bits: u64): u64 {
  bits ^= bits << 1
  bits ^= bits << 2
  bits ^= bits << 4
  bits ^= bits << 8
  bits ^= bits << 16
  return bits ^ (bits << 32)
}
