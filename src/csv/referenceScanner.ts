import { isUtf8 } from 'node:buffer'
import { Failure, quoted } from '../errors.ts'
import { BatchBuilder } from './batchBuilder.ts'
import { delimiterFailure, isOtherDelimiter } from './columns.ts'
import { decodeField } from './field.ts'
import type { Batch, Scanner, ScanOptions } from './scanner.ts'
import { firstInvalidByte } from './utf8.ts'

const LF = 10
const CR = 13
const QUOTE = 34
const SEMICOLON = 59

// The state before the next byte, kept between chunks.
const AT_RECORD = 0
const AT_FIELD = 1
const IN_PLAIN = 2
const IN_QUOTES = 3
const AFTER_QUOTE = 4
const AFTER_CR = 5
const AFTER_CR_ON_BLANK_LINE = 6

const BARE_CR = 'a carriage return without a line feed outside quotes'

/**
 * Creates a scanner in plain TypeScript: a state machine that reads each byte once. Native code checks each batch for invalid
 * UTF-8 and NUL. Always reports the first error of the export, however its bytes are split into chunks.
 *
 * @throws Failure `contract` with record, line and column (each from 1; columns count characters).
 */
export function createReferenceScanner(options: ScanOptions): ReferenceScanner {
  return new ReferenceScanner(options)
}

/** The reference for the WebAssembly scanner, for which it also locates errors. */
export class ReferenceScanner implements Scanner {
  header: Uint8Array = new Uint8Array(0)
  private readonly options: ScanOptions

  /** The records of the current batch and the unfinished one, which is kept for the next batch. */
  private buffer = Buffer.allocUnsafe(1 << 19)
  private length = 0
  private position = 0
  private state = AT_RECORD
  private mayStartWithBom = true

  private recordStart = 0
  private fieldStart = 0
  private fieldEnd = 0
  /** The number of complete fields of the unfinished record. */
  private field = 0

  /** The slot of each column in a batch, -1 for unselected ones; undefined before the header. */
  private slots: Int32Array | undefined
  private headerFields: string[] = []
  private idColumn = -1
  private batch = new BatchBuilder(0)

  /** The line number at the start of the buffer. */
  private firstLine = 1
  /** The line number of the first blank line, or 0. */
  private blankLine = 0

  constructor(options: ScanOptions) {
    this.options = options
  }

  write(chunk: Uint8Array): Batch {
    this.clearBatch()
    this.append(chunk)
    if (this.mayStartWithBom && !this.skipBom()) return this.batch.build(this.buffer)
    this.walk()
    this.checkEncoding(this.recordStart)
    if (this.length - this.recordStart > this.options.maxRecordBytes) this.refuseLongRecord()
    return this.batch.build(this.buffer)
  }

  end(): Batch {
    this.clearBatch()
    this.mayStartWithBom = false
    this.walk()
    if (this.state === IN_QUOTES) this.refuse(this.fieldStart - 1, 'the quote that opens here is never closed')
    if (this.state === AFTER_CR || this.state === AFTER_CR_ON_BLANK_LINE) this.refuse(this.length - 1, BARE_CR)
    if (this.state !== AT_RECORD) {
      this.endField(this.state === AFTER_QUOTE ? this.fieldEnd : this.length)
      this.endRecord(this.length)
    }
    this.checkEncoding(this.length)
    if (this.slots === undefined) throw new Failure('contract', `${this.options.name} is empty: it has no header`)
    return this.batch.build(this.buffer)
  }

  /** Adds the records and lines that another scanner has read since the header. */
  resume(records: number, lines: number): void {
    this.batch.firstNumber += records
    this.firstLine += lines
  }

  /** Moves the unfinished record to the start of the buffer. */
  private clearBatch(): void {
    const shift = this.recordStart
    if (shift > 0) {
      this.firstLine = this.lineAt(shift)
      this.buffer.copyWithin(0, shift, this.length)
      this.length -= shift
      this.position -= shift
      this.fieldStart -= shift
      this.fieldEnd -= shift
      this.recordStart = 0
    }
    this.batch.clear(shift)
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

  /** Removes a byte order mark. @returns false if more bytes are needed to recognize it */
  private skipBom(): boolean {
    const bom = [0xef, 0xbb, 0xbf]
    for (let i = 0; i < 3; i++) {
      if (i === this.length) return false
      if (this.buffer[i] !== bom[i]) break
      if (i === 2) {
        this.buffer.copyWithin(0, 3, this.length)
        this.length -= 3
      }
    }
    this.mayStartWithBom = false
    return true
  }

  /** Runs the state machine over the bytes in the buffer. */
  private walk(): void {
    const { buffer, length } = this
    let { position: i, state } = this
    buffer[length] = QUOTE
    while (i < length) {
      if (state === IN_QUOTES) {
        // Most bytes are in quotes. The native search is ten times as fast as a loop, and always ends at the quote
        // appended to the buffer.
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
        if (byte !== SEMICOLON && byte !== LF && byte !== CR) this.refuseAfterQuote(i)
      } else if (state === AFTER_CR || state === AFTER_CR_ON_BLANK_LINE) {
        if (byte !== LF) this.refuse(i - 1, BARE_CR)
        i++
        if (state === AFTER_CR) this.endRecord(i)
        else this.skipBlankLine(i)
        state = AT_RECORD
        continue
      } else if (state === AT_RECORD && (byte === LF || byte === CR)) {
        i++
        if (byte === LF) this.skipBlankLine(i)
        else state = AFTER_CR_ON_BLANK_LINE
        continue
      } else {
        if (state === AT_RECORD && this.blankLine > 0) this.refuseBlankLine()
        if (state !== IN_PLAIN) {
          state = byte === QUOTE ? IN_QUOTES : IN_PLAIN
          if (byte === QUOTE) i++
          this.fieldStart = i
          if (state === IN_QUOTES) continue
        }
        i = this.findPlainEnd(i)
        if (i === length) break
        this.fieldEnd = i
      }
      state = this.passSeparator(i++)
    }
    this.position = i
    this.state = state
  }

  /** Returns the position of the byte that ends the unquoted field, or the length of the buffer. */
  private findPlainEnd(from: number): number {
    const { buffer, length } = this
    for (let i = from; i < length; i++) {
      const byte = buffer[i]!
      if (byte === SEMICOLON || byte === LF || byte === CR) return i
      if (byte === QUOTE) this.refuse(i, 'a quote inside an unquoted field')
    }
    return length
  }

  /** Ends the field before a separator, and returns the next state. */
  private passSeparator(position: number): number {
    this.endField(this.fieldEnd)
    const separator = this.buffer[position]!
    if (separator === CR) return AFTER_CR
    if (separator === SEMICOLON) {
      this.fieldStart = position + 1
      return AT_FIELD
    }
    this.endRecord(position + 1)
    return AT_RECORD
  }

  private endField(end: number): void {
    if (this.slots === undefined) {
      this.headerFields.push(decodeField(this.buffer, this.fieldStart, end))
    } else if (this.field < this.slots.length) {
      const slot = this.slots[this.field]!
      if (slot >= 0) this.batch.setField(slot, this.fieldStart, end)
    }
    this.field++
  }

  private endRecord(end: number): void {
    if (end - this.recordStart > this.options.maxRecordBytes) this.refuseLongRecord()
    if (this.slots === undefined) this.readHeader(end)
    else {
      const expected = this.slots.length
      if (this.field !== expected) {
        this.refuse(this.recordStart, `the record has ${this.field} fields, but the header has ${expected}`, end)
      }
      this.batch.endRecord(this.recordStart, end)
    }
    this.field = 0
    this.recordStart = end
  }

  private readHeader(end: number): void {
    this.checkEncoding(end)
    this.header = Uint8Array.prototype.slice.call(this.buffer, this.recordStart, end)
    const selected = this.options.select(this.headerFields)
    const slots = new Int32Array(this.headerFields.length).fill(-1)
    selected.forEach((column, slot) => {
      slots[column] = slot
    })
    this.slots = slots
    this.idColumn = this.headerFields.indexOf(this.options.idColumn ?? '')
    this.headerFields = []
    this.batch = new BatchBuilder(selected.length)
  }

  private skipBlankLine(end: number): void {
    if (this.blankLine === 0) this.blankLine = this.lineAt(this.recordStart)
    this.recordStart = end
  }

  /** Refuses NUL and invalid UTF-8 before `end`. */
  private checkEncoding(end: number): void {
    const bytes = this.buffer.subarray(0, end)
    const nul = bytes.indexOf(0)
    const text = nul < 0 ? bytes : bytes.subarray(0, nul)
    if (!isUtf8(text)) throw this.encodingFailure(firstInvalidByte(text), 'invalid UTF-8')
    if (nul >= 0) throw this.encodingFailure(nul, 'a NUL byte')
  }

  private encodingFailure(position: number, what: string): Failure {
    const id = this.slots === undefined ? undefined : this.idOfRecord(position)
    if (id === undefined) return this.failureAt(position, what)
    const next = `Correct the record ${quoted(id)} on the portal, or run with a corrected copy of the file.`
    return this.failureAt(position, `${what} in the record with the id ${quoted(id)}; nothing was published. ${next}`)
  }

  /** Returns the id of the record at a position. Undefined if there is no column of ids, or if the id itself is the problem. */
  private idOfRecord(position: number): string | undefined {
    if (this.idColumn < 0) return undefined
    let at = this.batch.startAt(position) ?? this.recordStart
    for (let column = 0; ; column++) {
      const isQuoted = this.buffer[at] === QUOTE
      const start = isQuoted ? at + 1 : at
      const end = isQuoted ? this.closingQuote(start) : this.buffer.indexOf(SEMICOLON, at)
      if (end < 0 || end >= position) return undefined
      if (column === this.idColumn) return decodeField(this.buffer, start, end)
      at = isQuoted ? end + 2 : end + 1
    }
  }

  private closingQuote(from: number): number {
    let at = this.buffer.indexOf(QUOTE, from)
    while (at >= 0 && this.buffer[at + 1] === QUOTE) at = this.buffer.indexOf(QUOTE, at + 2)
    return at
  }

  /** Throws an error at a position, or an earlier one if there is any. */
  private refuse(position: number, what: string, checkedTo = position): never {
    this.checkEncoding(checkedTo)
    if (position - this.recordStart > this.options.maxRecordBytes) this.refuseLongRecord()
    throw this.failureAt(position, what)
  }

  private refuseAfterQuote(position: number): never {
    const character = String.fromCharCode(this.buffer[position]!)
    // In the first field of the header, it may be the delimiter of another dialect.
    if (this.slots === undefined && this.field === 0 && isOtherDelimiter(character)) {
      this.checkEncoding(position)
      throw delimiterFailure(`${this.options.name}, ${this.whereIs(position)}`, character)
    }
    this.refuse(position, 'text after a closing quote')
  }

  private refuseLongRecord(): never {
    const what = `the record is longer than ${this.options.maxRecordBytes} bytes; a larger max_record_size would accept it`
    this.refuse(this.recordStart, what)
  }

  private refuseBlankLine(): never {
    this.checkEncoding(this.recordStart)
    const where = `line ${this.blankLine}, before ${this.recordLabel(this.batch.count)}`
    throw new Failure('contract', `${this.options.name}, ${where}: a blank line before the end`)
  }

  private failureAt(position: number, what: string): Failure {
    return new Failure('contract', `${this.options.name}, ${this.whereIs(position)}: ${what}`)
  }

  private whereIs(position: number): string {
    const record = this.recordLabel(this.batch.indexAt(position))
    return `${record}, line ${this.lineAt(position)}, column ${columnAt(this.buffer, position)}`
  }

  private recordLabel(index: number): string {
    return this.slots === undefined ? 'the header' : `record ${this.batch.firstNumber + index}`
  }

  /** The line number of the next record. */
  get nextLine(): number {
    return this.lineAt(this.recordStart)
  }

  lineAt(position: number): number {
    const before = this.buffer.subarray(0, position)
    let line = this.firstLine
    for (let at = before.indexOf(LF); at >= 0; at = before.indexOf(LF, at + 1)) line++
    return line
  }
}

/** Returns the column (from 1) of a byte in its line, in characters. */
export function columnAt(bytes: Uint8Array, position: number, from = 0): number {
  const before = Buffer.from(bytes.buffer, bytes.byteOffset + from, position - from)
  return [...before.subarray(before.lastIndexOf(LF) + 1).toString('utf8')].length + 1
}
