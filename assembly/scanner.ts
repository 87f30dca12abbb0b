import { allocate, extend, isLast } from './memory'
import { Report } from './report'

/**
 * Finds the ends of fields and records, 64 bytes at a time.
 *
 * Comparing a block of 64 bytes with a quote gives a word of 64 bits, one for each byte. Xor-ing each bit with all bits
 * before it turns "here is a quote" into "here is inside quotes": the first quote opens, the second closes, and a doubled
 * quote closes and opens again, which does not affect the bytes around it. The `;` and line feeds outside quotes are the
 * ends of the fields:
 *
 *      bytes           " a ; b " ; " c " " d " ; 7 CR LF
 *      quotes          1 . . . 1 . 1 . 1 1 . 1 . . . .
 *      inside          1 1 1 1 . . 1 1 . 1 1 . . . . .      the xor of all quotes up to here
 *      separators      . . . . . 1 . . . . . . 1 . . 1      ; and LF that are not inside
 *
 * Each separator's address is appended to a list. A valid record has as many entries as the header has columns, and its
 * line feed is the last. So counting entries is enough to check a record. A field lies between two neighboring entries,
 * so unselected columns cost nothing.
 *
 * The same words, shifted by one bit, check the grammar. An opening quote must follow a separator or a quote. A closing
 * quote must be followed by a separator, a quote or a CR, and a CR outside quotes by LF. An error is only reported as
 * WRONG. The reference scanner then rereads the bytes from the start of the unfinished record and describes the error. The
 * runtime checks UTF-8, with wider vectors than WebAssembly has.
 *
 * Four bits carry over from one block to the next, also between calls. So a chunk may end anywhere.
 */
const QUOTE: u8 = 0x22
const SEMICOLON: u8 = 0x3b
const LINE_FEED: u8 = 0x0a
const CARRIAGE_RETURN: u8 = 0x0d
const SPACE: u8 = 0x20

const BLOCK: usize = 64
const ENTRY: usize = 4

/** The reference scanner has to read the bytes again. */
const WRONG: i32 = -1

const report = changetype<Report>(memory.data(offsetof<Report>()))

let columns: usize = 0
let longest: usize = 0
let selected: usize = 0
let width: usize = 0

/** The longest chunk that the lists have room for, and the length of the buffer. */
let room: usize = 0
let capacity: usize = 0

/** The list of separators: its start, the first one of the unfinished record, and the next free entry. */
let separators: usize = 0
let recordSeparators: usize = 0
let nextSeparator: usize = 0

/** State after the last byte: all ones inside quotes. The flags follow a separator or quote, a closing quote, and a CR. */
let inside: u64 = 0
let afterBoundary: u64 = 1
let afterClosing: u64 = 0
let afterReturn: u64 = 0

/** Returns the address of the report, which every call updates. */
export function reportAddress(): usize {
  return changetype<usize>(report)
}

/**
 * Prepares for the records after the header. Returns where the caller writes the indexes of the selected columns, four bytes
 * each.
 *
 * @param maximum length of a record in bytes
 */
export function open(columnCount: u32, selectedCount: u32, maximum: u32): usize {
  columns = columnCount
  width = selectedCount
  longest = maximum
  selected = allocate(ENTRY * width)
  return selected
}

/** Moves the unfinished record to the front and makes room for a chunk after it. Returns the address for the chunk. */
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

/** Scans the chunk at the address from `reserve`. Returns the number of records that it completes, or WRONG. */
export function scan(length: usize): i32 {
  const from = report.filled
  const to = from + length
  report.filled = to
  padLastBlock(to)

  let smallest = i8x16.splat(SPACE)
  let mistakes: u64 = 0
  let lineFeedCount: u32 = 0
  let next = nextSeparator
  let within = inside
  let boundaryBefore = afterBoundary
  let closingBefore = afterClosing
  let returnBefore = afterReturn

  for (let block = from; block < to; block += BLOCK) {
    const a = v128.load(block)
    const b = v128.load(block, 16)
    const c = v128.load(block, 32)
    const d = v128.load(block, 48)
    smallest = i8x16.min_u(smallest, i8x16.min_u(i8x16.min_u(a, b), i8x16.min_u(c, d)))
    const lineFeeds = equal(a, b, c, d, LINE_FEED)
    const quotes = equal(a, b, c, d, QUOTE)
    lineFeedCount += popcnt(lineFeeds) as u32
    // A block entirely within quotes has no separators.
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

    const lineEnds = lineFeeds & outside
    if (lineEnds !== 0 && !endRecords(block, lineEnds, fieldEnds, next)) mistakes = 1
    next = appendSeparators(next, block, fieldEnds)
  }

  const noNul = i8x16.all_true(smallest)
  report.lines = lineFeedCount
  nextSeparator = next
  inside = within
  afterBoundary = boundaryBefore
  afterClosing = closingBefore
  afterReturn = returnBefore
  const isUnfinishedWrong = to - report.recordStart > longest || next > lastSeparatorOfRecord()
  return mistakes !== 0 || !noNul || isUnfinishedWrong ? WRONG : writeRanges()
}

/** Pads the last block with spaces. */
function padLastBlock(end: usize): void {
  const filler = i8x16.splat(SPACE)
  v128.store(end, filler)
  v128.store(end, filler, 16)
  v128.store(end, filler, 32)
  v128.store(end, filler, 48)
}

/**
 * Ends the records whose line feeds are in a block. Returns false if one of them has a wrong number of fields, is too long, or
 * is a blank line.
 */
function endRecords(block: usize, lineEnds: u64, fieldEnds: u64, next: usize): bool {
  let areValid = true
  for (let ends = lineEnds; ends !== 0; ends &= ends - 1) {
    const upToHere = ends ^ (ends - 1)
    const separator = next + ENTRY * ((popcnt(fieldEnds & upToHere) - 1) as usize)
    const end = block + (ctz(ends) as usize) + 1
    const start = report.recordStart
    const first = load<u8>(start)
    const isBlank = first === LINE_FEED || first === CARRIAGE_RETURN
    if (separator !== lastSeparatorOfRecord() || end - start > longest || isBlank) areValid = false
    recordSeparators += columns * ENTRY
    report.recordStart = end
  }
  return areValid
}

/** Appends the addresses of a block's separators to the list. Returns the list's new end. */
function appendSeparators(end: usize, block: usize, fieldEnds: u64): usize {
  let next = end
  for (let ends = fieldEnds; ends !== 0; ends &= ends - 1) {
    store<u32>(next, (block + (ctz(ends) as usize)) as u32)
    next += ENTRY
  }
  return next
}

/** Returns where the list must have the last separator of the unfinished record. */
function lastSeparatorOfRecord(): usize {
  return recordSeparators + (columns - 1) * ENTRY
}

/** Writes the ranges of the finished records and of their selected fields. Returns the number of records. */
function writeRanges(): i32 {
  const stride = columns * ENTRY
  let count = 0
  let start = report.buffer
  let field = report.fields
  for (let separator = separators; separator < recordSeparators; separator += stride) {
    for (let slot: usize = 0; slot < width; slot++) {
      const column = load<u32>(selected + slot * ENTRY) as usize
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

/** Writes the range of a field without its quotes and without the CR of the last field. */
function writeField(to: usize, from: usize, end: usize): void {
  if (load<u8>(end) === LINE_FEED && end > from && load<u8>(end - 1) === CARRIAGE_RETURN) end--
  if (load<u8>(from) === QUOTE) {
    from++
    end--
  }
  store<u32>(to, from as u32)
  store<u32>(to + ENTRY, end as u32)
}

/** Returns a word with a bit for each of the 64 bytes that equals `byte`. */
function equal(a: v128, b: v128, c: v128, d: v128, byte: u8): u64 {
  const all = i8x16.splat(byte)
  const low = i8x16.bitmask(i8x16.eq(a, all)) | (i8x16.bitmask(i8x16.eq(b, all)) << 16)
  const high = i8x16.bitmask(i8x16.eq(c, all)) | (i8x16.bitmask(i8x16.eq(d, all)) << 16)
  return (low as u32 as u64) | ((high as u32 as u64) << 32)
}

/** Xors each bit with all bits before it. */
function xorOfAllBefore(bits: u64): u64 {
  bits ^= bits << 1
  bits ^= bits << 2
  bits ^= bits << 4
  bits ^= bits << 8
  bits ^= bits << 16
  return bits ^ (bits << 32)
}
