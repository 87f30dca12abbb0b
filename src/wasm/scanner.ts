import { isUtf8 } from 'node:buffer'
import { createPlainScanner, type PlainScanner } from '../csv/plain.ts'
import type { Batch, Scanner, ScanOptions } from '../csv/scanner.ts'
import { Kernel, type KernelBatch } from './kernel.ts'

const LF = 10

/** Longer records and chunks than these are left to the plain scanner, since addresses have 31 bits. */
const LONGEST_RECORD = 1 << 28
const LONGEST_CHUNK = 1 << 25

/**
 * The scanner at full speed (assembly/scanner.ts). It knows sound records only. The header is read by the plain scanner,
 * and as soon as something is not as it should be, the plain scanner takes over for the rest, from the start of the
 * unfinished record: it finds the mistake, or that there is none (blank lines at the end), and its errors are the errors.
 *
 * @throws Failure `contract`, as the plain scanner
 */
export function createWasmScanner(options: ScanOptions): Scanner {
  return new WasmScanner(options)
}

class WasmScanner implements Scanner {
  private readonly plain: PlainScanner
  private readonly kernel = new Kernel()
  private width = 0
  private takenOver = false
  private records = 0
  private lines = 0

  constructor(options: ScanOptions) {
    const select = (columns: readonly string[]) => {
      const wanted = options.select(columns)
      this.open(columns.length, wanted, Math.min(options.maxRecordBytes, LONGEST_RECORD))
      return wanted
    }
    this.plain = createPlainScanner({ ...options, select })
  }

  get header(): Uint8Array {
    return this.plain.header
  }

  write(chunk: Uint8Array): Batch {
    if (this.takenOver) return this.plain.write(chunk)
    let from = 0
    while (this.header.length === 0) {
      const lineEnd = chunk.indexOf(LF, from)
      const batch = this.plain.write(chunk.subarray(from, lineEnd < 0 ? chunk.length : lineEnd + 1))
      if (lineEnd < 0) return batch
      from = lineEnd + 1
    }
    return this.scan(chunk.subarray(from))
  }

  end(): Batch {
    if (!this.takenOver && this.header.length > 0) this.handOver(new Uint8Array(0))
    return this.plain.end()
  }

  lineAt(position: number): number {
    if (this.takenOver) return this.plain.lineAt(position)
    const filled = this.report()[2]
    // All line ends received so far, without those after the position.
    let line = this.plain.nextLine + this.lines
    for (let at = position; at < filled; at++) if (this.kernel.bytes[at] === LF) line--
    return line
  }

  private open(columns: number, wanted: readonly number[], longest: number): void {
    this.width = wanted.length
    const address = this.kernel.call.open(columns, wanted.length, longest)
    this.kernel.numbers(address, wanted.length).set(wanted)
  }

  private scan(chunk: Uint8Array): Batch {
    const { kernel, width } = this
    if (chunk.length > LONGEST_CHUNK) return this.handOver(chunk)
    const address = kernel.call.reserve(chunk.length)
    kernel.bytes.set(chunk, address)
    const count = kernel.call.scan(chunk.length)
    const { bytes } = kernel
    const [buffer, recordStart, , recordsAt, fieldsAt, lines] = this.report()
    if (count < 0 || !isUtf8(bytes.subarray(buffer, recordStart))) return this.handOver(chunk, buffer, address)
    const first = this.records + 1
    this.records += count
    this.lines += lines
    const records = kernel.numbers(recordsAt, 2 * count)
    const fields = kernel.numbers(fieldsAt, 2 * count * width)
    const batch: KernelBatch = { bytes, count, first, records, width, fields, fieldsAt, kernel }
    return batch
  }

  /** Lets the plain scanner go on with the chunk, and with what there is of an unfinished record before it. */
  private handOver(chunk: Uint8Array, start = this.report()[1], end = this.report()[2]): Batch {
    const unfinished = this.kernel.bytes.subarray(start, end)
    let lines = this.lines
    for (let at = unfinished.indexOf(LF); at >= 0; at = unfinished.indexOf(LF, at + 1)) lines--
    this.plain.resume(this.records, lines)
    this.plain.write(unfinished)
    this.takenOver = true
    return this.plain.write(chunk)
  }

  private report(): Report {
    const { kernel } = this
    return kernel.numbers(kernel.call.reportAt(), 6) as unknown as Report
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
