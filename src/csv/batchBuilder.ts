import type { Batch } from './scanner.ts'

/** Collects the records of a batch, and the wanted fields of each, as byte ranges in a buffer. */
export class BatchBuilder {
  /** The number of complete records. */
  count = 0
  /** The number of the first record in the export, from 1. */
  first = 1
  private readonly width: number
  private records = new Uint32Array(512)
  private fields = new Uint32Array(4096)

  constructor(width: number) {
    this.width = width
    while (2 * width > this.fields.length) this.fields = doubled(this.fields)
  }

  /** Sets a wanted field of the unfinished record. */
  setField(slot: number, start: number, end: number): void {
    const at = 2 * (this.count * this.width + slot)
    this.fields[at] = start
    this.fields[at + 1] = end
  }

  /** Completes the unfinished record. */
  endRecord(start: number, end: number): void {
    if (2 * this.count + 2 > this.records.length) this.records = doubled(this.records)
    this.records[2 * this.count] = start
    this.records[2 * this.count + 1] = end
    this.count++
    if (2 * (this.count + 1) * this.width > this.fields.length) this.fields = doubled(this.fields)
  }

  /** Removes the complete records. The unfinished one has moved toward the start of the buffer by `shift` bytes. */
  clear(shift: number): void {
    const unfinished = 2 * this.count * this.width
    for (let at = 0; at < 2 * this.width; at++) this.fields[at] = this.fields[unfinished + at]! - shift
    this.first += this.count
    this.count = 0
  }

  /** Returns the index of the record that contains a position in the buffer. */
  indexAt(position: number): number {
    let index = 0
    while (index < this.count && this.records[2 * index + 1]! <= position) index++
    return index
  }

  /** Returns where the complete record that contains a position starts; undefined for the unfinished one. */
  startAt(position: number): number | undefined {
    const index = this.indexAt(position)
    return index < this.count ? this.records[2 * index] : undefined
  }

  build(bytes: Uint8Array): Batch {
    const { count, first, records, width, fields } = this
    return { bytes, count, first, records, width, fields }
  }
}

function doubled(array: Uint32Array): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2)
  larger.set(array)
  return larger
}
