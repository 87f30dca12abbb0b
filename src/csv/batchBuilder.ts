import type { Batch } from './scanner.ts'

/** Collects the records of a batch, and the selected fields of each, as byte ranges in a buffer. */
export class BatchBuilder {
  count = 0
  /** The number of the first record in the export, from 1. */
  firstNumber = 1
  private readonly fieldsPerRecord: number
  private recordRanges = new Uint32Array(512)
  private fieldRanges = new Uint32Array(4096)

  constructor(fieldsPerRecord: number) {
    this.fieldsPerRecord = fieldsPerRecord
    while (2 * fieldsPerRecord > this.fieldRanges.length) this.fieldRanges = doubled(this.fieldRanges)
  }

  /** Sets a selected field of the unfinished record. */
  setField(slot: number, start: number, end: number): void {
    const at = 2 * (this.count * this.fieldsPerRecord + slot)
    this.fieldRanges[at] = start
    this.fieldRanges[at + 1] = end
  }

  endRecord(start: number, end: number): void {
    if (2 * this.count + 2 > this.recordRanges.length) this.recordRanges = doubled(this.recordRanges)
    this.recordRanges[2 * this.count] = start
    this.recordRanges[2 * this.count + 1] = end
    this.count++
    if (2 * (this.count + 1) * this.fieldsPerRecord > this.fieldRanges.length)
      this.fieldRanges = doubled(this.fieldRanges)
  }

  /** Removes the complete records. The unfinished one has moved toward the start of the buffer by `shift` bytes. */
  clear(shift: number): void {
    const unfinished = 2 * this.count * this.fieldsPerRecord
    for (let at = 0; at < 2 * this.fieldsPerRecord; at++)
      this.fieldRanges[at] = this.fieldRanges[unfinished + at]! - shift
    this.firstNumber += this.count
    this.count = 0
  }

  /** Returns the index of the record that contains a position in the buffer. */
  indexAt(position: number): number {
    let index = 0
    while (index < this.count && this.recordRanges[2 * index + 1]! <= position) index++
    return index
  }

  /** Returns where the complete record that contains a position starts; undefined for the unfinished one. */
  startAt(position: number): number | undefined {
    const index = this.indexAt(position)
    return index < this.count ? this.recordRanges[2 * index] : undefined
  }

  build(bytes: Uint8Array): Batch {
    const { count, firstNumber, recordRanges, fieldsPerRecord, fieldRanges } = this
    return { bytes, count, firstNumber, recordRanges, fieldsPerRecord, fieldRanges }
  }
}

function doubled(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2)
  larger.set(array)
  return larger
}
