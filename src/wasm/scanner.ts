import { isUtf8 } from 'node:buffer'
import { createReferenceScanner, type ReferenceScanner } from '../csv/referenceScanner.ts'
import type { Batch, Scanner, ScanOptions } from '../csv/scanner.ts'
import { type WasmBatch, WasmInstance } from './wasmInstance.ts'

const LF = 10

/** Addresses have 31 bits, so the reference scanner reads longer records and chunks. */
const MAX_RECORD_BYTES = 1 << 28
const MAX_CHUNK_BYTES = 1 << 25

/**
 * Creates the scanner of assembly/scanner.ts, which reads only well-formed records. The reference scanner reads the header. It
 * also takes over at the first record that looks wrong, and reports the error, or none for blank lines at the end. So both
 * scanners report the same errors.
 *
 * @throws Failure `contract`, as the reference scanner does
 */
export function createWasmScanner(options: ScanOptions): Scanner {
  return new WasmScanner(options)
}

class WasmScanner implements Scanner {
  private readonly reference: ReferenceScanner
  private readonly instance = new WasmInstance()
  private fieldsPerRecord = 0
  private usesReference = false
  private records = 0
  private lines = 0

  constructor(options: ScanOptions) {
    const select = (columns: readonly string[]) => {
      const selected = options.select(columns)
      this.open(columns.length, selected, Math.min(options.maxRecordBytes, MAX_RECORD_BYTES))
      return selected
    }
    this.reference = createReferenceScanner({ ...options, select })
  }

  get header(): Uint8Array {
    return this.reference.header
  }

  write(chunk: Uint8Array): Batch {
    if (this.usesReference) return this.reference.write(chunk)
    let from = 0
    while (this.header.length === 0) {
      const lineEnd = chunk.indexOf(LF, from)
      const batch = this.reference.write(chunk.subarray(from, lineEnd < 0 ? chunk.length : lineEnd + 1))
      if (lineEnd < 0) return batch
      from = lineEnd + 1
    }
    return this.scan(chunk.subarray(from))
  }

  end(): Batch {
    if (!this.usesReference && this.header.length > 0) this.switchToReference(new Uint8Array(0))
    return this.reference.end()
  }

  lineAt(position: number): number {
    if (this.usesReference) return this.reference.lineAt(position)
    const filled = this.report()[2]
    // All line ends received so far, without those after the position.
    let line = this.reference.nextLine + this.lines
    for (let at = position; at < filled; at++) if (this.instance.bytes[at] === LF) line--
    return line
  }

  private open(columns: number, selected: readonly number[], longest: number): void {
    this.fieldsPerRecord = selected.length
    const address = this.instance.exports.open(columns, selected.length, longest)
    this.instance.uint32s(address, selected.length).set(selected)
  }

  private scan(chunk: Uint8Array): Batch {
    const { instance, fieldsPerRecord } = this
    if (chunk.length > MAX_CHUNK_BYTES) return this.switchToReference(chunk)
    const address = instance.exports.reserve(chunk.length)
    instance.bytes.set(chunk, address)
    const count = instance.exports.scan(chunk.length)
    const { bytes } = instance
    const [buffer, recordStart, , recordsAt, fieldsAt, lines] = this.report()
    if (count < 0 || !isUtf8(bytes.subarray(buffer, recordStart))) return this.switchToReference(chunk, buffer, address)
    const firstNumber = this.records + 1
    this.records += count
    this.lines += lines
    const recordRanges = instance.uint32s(recordsAt, 2 * count)
    const fieldRanges = instance.uint32s(fieldsAt, 2 * count * fieldsPerRecord)
    const batch: WasmBatch = {
      bytes,
      count,
      firstNumber,
      recordRanges,
      fieldsPerRecord,
      fieldRanges,
      fieldsAt,
      instance,
    }
    return batch
  }

  /** Continues with the reference scanner, from the start of the unfinished record. */
  private switchToReference(chunk: Uint8Array, start = this.report()[1], end = this.report()[2]): Batch {
    const unfinished = this.instance.bytes.subarray(start, end)
    let lines = this.lines
    for (let at = unfinished.indexOf(LF); at >= 0; at = unfinished.indexOf(LF, at + 1)) lines--
    this.reference.resume(this.records, lines)
    this.reference.write(unfinished)
    this.usesReference = true
    return this.reference.write(chunk)
  }

  private report(): Report {
    const { instance } = this
    return instance.uint32s(instance.exports.reportAddress(), 6) as unknown as Report
  }
}

/** As in assembly/scanner.ts. */
type Report = readonly [
  buffer: number,
  recordStart: number,
  filled: number,
  records: number,
  fields: number,
  lines: number,
]
