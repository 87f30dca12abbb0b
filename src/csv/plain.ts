import { isUtf8 } from 'node:buffer'
import { Failure } from '../errors.ts'
import { decodeField } from './field.ts'
import type { Batch, Scanner, ScanOptions } from './scanner.ts'

const LF = 10
const CR = 13
const QUOTE = 34
const SEMICOLON = 59

// Where in the grammar the next byte stands. It is kept between chunks, so that no byte is walked over twice.
const AT_RECORD = 0
const AT_FIELD = 1
const IN_PLAIN = 2
const IN_QUOTES = 3
const AFTER_QUOTE = 4
const AFTER_CR = 5
const AFTER_CR_ON_BLANK_LINE = 6

const BARE_CR = 'a carriage return that no line feed follows stands outside quotes'

/**
 * The scanner in plain TypeScript: one state machine walks over the bytes once. What it does not look at (UTF-8, NUL) is
 * checked natively per batch, before the batch is handed out. The mistake that stands first in the export is the one
 * reported, however the bytes are chunked.
 *
 * @throws Failure `contract`, naming record, line and column (each from 1; columns count characters).
 */
export function createPlainScanner(options: ScanOptions): PlainScanner {
  return new PlainScanner(options)
}

/** The scanner in plain TypeScript: the reference of the fast one, and who finds where a mistake is. */
export class PlainScanner implements Scanner {
  header: Uint8Array = new Uint8Array(0)
  private readonly options: ScanOptions

  /** The records of the running batch and the unfinished one; only the latter stays for the next. */
  private buffer = Buffer.allocUnsafe(1 << 19)
  private length = 0
  private position = 0
  private state = AT_RECORD
  private byteOrderMarkPossible = true

  private recordStart = 0
  private fieldStart = 0
  private fieldEnd = 0
  private field = 0

  /** Wanted column → its place in a batch, -1 for the others; undefined until the header was read. */
  private slots: Int32Array | undefined
  private headerFields: string[] = []

  private records = new Uint32Array(512)
  private fields = new Uint32Array(4096)
  private width = 0
  private count = 0
  private first = 1

  /** Line numbers: of the front of the buffer, and of the first blank line, or 0. */
  private frontLine = 1
  private blankLine = 0

  constructor(options: ScanOptions) {
    this.options = options
  }

  write(chunk: Uint8Array): Batch {
    this.forgetBatch()
    this.append(chunk)
    if (this.byteOrderMarkPossible && !this.passByteOrderMark()) return this.batch()
    this.walk()
    this.checkBytes(this.recordStart)
    if (this.length - this.recordStart > this.options.maxRecordBytes) this.refuseLongRecord()
    return this.batch()
  }

  end(): Batch {
    this.forgetBatch()
    this.byteOrderMarkPossible = false
    this.walk()
    if (this.state === IN_QUOTES) this.refuse(this.fieldStart - 1, 'the quote that opens here is never closed')
    if (this.state === AFTER_CR || this.state === AFTER_CR_ON_BLANK_LINE) this.refuse(this.length - 1, BARE_CR)
    if (this.state !== AT_RECORD) {
      this.endField(this.state === AFTER_QUOTE ? this.fieldEnd : this.length)
      this.endRecord(this.length)
    }
    this.checkBytes(this.length)
    if (this.slots === undefined) throw new Failure('contract', `${this.options.name} is empty: it has no header`)
    return this.batch()
  }

  /** Says that so many sound records were read elsewhere since the header, with so many line feeds. */
  resume(records: number, lines: number): void {
    this.first += records
    this.frontLine += lines
  }

  private batch(): Batch {
    const { buffer, count, first, records, width, fields } = this
    return { bytes: buffer, count, first, records, width, fields }
  }

  /** Moves the unfinished record to the front of the buffer. */
  private forgetBatch(): void {
    const shift = this.recordStart
    if (shift > 0) {
      this.frontLine = this.lineAt(shift)
      this.buffer.copyWithin(0, shift, this.length)
      this.length -= shift
      this.position -= shift
      this.fieldStart -= shift
      this.fieldEnd -= shift
      this.recordStart = 0
      const unfinished = 2 * this.count * this.width
      for (let at = 0; at < 2 * this.width; at++) this.fields[at] = this.fields[unfinished + at]! - shift
    }
    this.first += this.count
    this.count = 0
  }

  private append(chunk: Uint8Array): void {
    const needed = this.length + chunk.length
    if (needed >= this.buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed + 1, this.buffer.length * 2))
      this.buffer.copy(larger, 0, 0, this.length)
      this.buffer = larger
    }
    this.buffer.set(chunk, this.length)
    this.length = needed
  }

  /** False while the first bytes may still become a byte order mark, which is dropped. */
  private passByteOrderMark(): boolean {
    const mark = [0xef, 0xbb, 0xbf]
    for (let i = 0; i < 3; i++) {
      if (i === this.length) return false
      if (this.buffer[i] !== mark[i]) break
      if (i === 2) {
        this.buffer.copyWithin(0, 3, this.length)
        this.length -= 3
      }
    }
    this.byteOrderMarkPossible = false
    return true
  }

  /** The state machine. */
  private walk(): void {
    const { buffer, length } = this
    let { position: i, state } = this
    buffer[length] = QUOTE
    while (i < length) {
      if (state === IN_QUOTES) {
        // Most bytes lie in quotes; the native search passes over them ten times as fast as a loop. A quote always
        // stands behind the last byte, so that it finds one.
        i = buffer.indexOf(QUOTE, i)
        if (i < length) {
          this.fieldEnd = i++
          state = AFTER_QUOTE
        }
        continue
      }
      const byte = buffer[i]!
      if (state === AFTER_QUOTE) {
        if (byte === QUOTE) {
          i++
          state = IN_QUOTES
          continue
        }
        if (byte !== SEMICOLON && byte !== LF && byte !== CR) this.refuse(i, 'text follows a closing quote')
      } else if (state === AFTER_CR || state === AFTER_CR_ON_BLANK_LINE) {
        if (byte !== LF) this.refuse(i - 1, BARE_CR)
        i++
        if (state === AFTER_CR) this.endRecord(i)
        else this.passBlankLine(i)
        state = AT_RECORD
        continue
      } else {
        if (state === AT_RECORD) {
          if (byte === LF) {
            this.passBlankLine(++i)
            continue
          }
          if (byte === CR) {
            i++
            state = AFTER_CR_ON_BLANK_LINE
            continue
          }
          if (this.blankLine > 0) this.refuseBlankLine()
        }
        if (state !== IN_PLAIN) {
          if (byte === QUOTE) {
            this.fieldStart = ++i
            state = IN_QUOTES
            continue
          }
          this.fieldStart = i
          state = IN_PLAIN
        }
        let plain = byte
        while (plain !== SEMICOLON && plain !== LF && plain !== CR) {
          if (plain === QUOTE) this.refuse(i, 'a quote stands inside a field that is not quoted')
          if (++i === length) break
          plain = buffer[i]!
        }
        if (i === length) break
        this.fieldEnd = i
      }
      // Here a field has ended, and `i` is at the byte that ended it.
      const ending = buffer[i++]!
      this.endField(this.fieldEnd)
      if (ending === SEMICOLON) {
        this.fieldStart = i
        state = AT_FIELD
      } else if (ending === LF) {
        this.endRecord(i)
        state = AT_RECORD
      } else state = AFTER_CR
    }
    this.position = i
    this.state = state
  }

  private endField(end: number): void {
    if (this.slots === undefined) {
      this.headerFields.push(decodeField(this.buffer, this.fieldStart, end))
    } else if (this.field < this.slots.length) {
      const slot = this.slots[this.field]!
      if (slot >= 0) {
        const at = 2 * (this.count * this.width + slot)
        this.fields[at] = this.fieldStart
        this.fields[at + 1] = end
      }
    }
    this.field++
  }

  private endRecord(end: number): void {
    if (end - this.recordStart > this.options.maxRecordBytes) this.refuseLongRecord()
    if (this.slots === undefined) this.readHeader(end)
    else {
      const expected = this.slots.length
      if (this.field !== expected) {
        this.refuse(this.recordStart, `the record has ${this.field} fields where the header has ${expected}`, end)
      }
      if (2 * this.count + 2 > this.records.length) this.records = doubled(this.records)
      this.records[2 * this.count] = this.recordStart
      this.records[2 * this.count + 1] = end
      this.count++
      if (2 * (this.count + 1) * this.width > this.fields.length) this.fields = doubled(this.fields)
    }
    this.field = 0
    this.recordStart = end
  }

  private readHeader(end: number): void {
    this.checkBytes(end)
    this.header = Uint8Array.prototype.slice.call(this.buffer, this.recordStart, end)
    const wanted = this.options.select(this.headerFields)
    this.width = wanted.length
    this.slots = new Int32Array(this.headerFields.length).fill(-1)
    wanted.forEach((column, slot) => {
      this.slots![column] = slot
    })
    this.headerFields = []
    while (2 * this.width > this.fields.length) this.fields = doubled(this.fields)
  }

  private passBlankLine(end: number): void {
    if (this.blankLine === 0) this.blankLine = this.lineAt(this.recordStart)
    this.recordStart = end
  }

  /** Refuses NUL and invalid UTF-8 before `end`: the native checks are quick, what they find is located by hand. */
  private checkBytes(end: number): void {
    const bytes = this.buffer.subarray(0, end)
    const nul = bytes.indexOf(0)
    const text = nul < 0 ? bytes : bytes.subarray(0, nul)
    if (!isUtf8(text)) throw this.failure(firstInvalid(text), 'the bytes here are not UTF-8')
    if (nul >= 0) throw this.failure(nul, 'a NUL byte stands here')
  }

  private refuse(position: number, what: string, checkedTo = position): never {
    this.checkBytes(checkedTo)
    if (position - this.recordStart > this.options.maxRecordBytes) this.refuseLongRecord()
    throw this.failure(position, what)
  }

  private refuseLongRecord(): never {
    const what = `the record is longer than ${this.options.maxRecordBytes} bytes; a larger max_record_size would accept it`
    this.refuse(this.recordStart, what)
  }

  private refuseBlankLine(): never {
    this.checkBytes(this.recordStart)
    const where = `line ${this.blankLine}, before ${this.nameOf(this.count)}`
    throw new Failure('contract', `${this.options.name}, ${where}: a blank line stands before the end`)
  }

  private nameOf(index: number): string {
    return this.slots === undefined ? 'the header' : `record ${this.first + index}`
  }

  private lineAt(position: number): number {
    const before = this.buffer.subarray(0, position)
    let line = this.frontLine
    for (let at = before.indexOf(LF); at >= 0; at = before.indexOf(LF, at + 1)) line++
    return line
  }

  private failure(position: number, what: string): Failure {
    let index = 0
    while (index < this.count && this.records[2 * index + 1]! <= position) index++
    const before = this.buffer.subarray(0, position)
    const column = before.subarray(before.lastIndexOf(LF) + 1).toString('utf8')
    const where = `${this.nameOf(index)}, line ${this.lineAt(position)}, column ${[...column].length + 1}`
    return new Failure('contract', `${this.options.name}, ${where}: ${what}`)
  }
}

function doubled(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2)
  larger.set(array)
  return larger
}

/** Length of the longest prefix that is valid UTF-8, found by halving. */
function firstInvalid(bytes: Buffer): number {
  let valid = 0
  let invalid = bytes.length
  while (invalid - valid > 1) {
    const middle = (valid + invalid) >> 1
    if (isValidPrefix(bytes.subarray(0, middle))) valid = middle
    else invalid = middle
  }
  while (!isUtf8(bytes.subarray(0, valid))) valid--
  return valid
}

/** Whether the bytes are valid but for their last three at most, which may be a character cut in two. */
function isValidPrefix(bytes: Buffer): boolean {
  for (let cut = 0; cut < 4 && cut <= bytes.length; cut++) {
    if (isUtf8(bytes.subarray(0, bytes.length - cut))) return true
  }
  return false
}
