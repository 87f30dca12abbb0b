import { createHash } from 'node:crypto'
import type { PendingObject } from '../stores/archive.ts'

/** Slices are gathered to blocks of this size before they are written. */
const BLOCK_BYTES = 1 << 18

/** Writes slices of passing buffers to a pending object, and knows the checksum of all of them. */
export class SliceWriter {
  bytes = 0
  private readonly object: PendingObject
  private readonly hash = createHash('sha256')
  private readonly full: Buffer[] = []
  private block: Buffer = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  /** A block that was written, to be filled again. */
  private spare: Buffer | undefined
  private filled = 0
  private digest: string | undefined

  constructor(object: PendingObject) {
    this.object = object
  }

  /** Copies the slice: its buffer may be reused at once. */
  add(slice: Uint8Array): void {
    this.bytes += slice.length
    let at = 0
    while (at < slice.length) {
      const part = slice.subarray(at, at + this.block.length - this.filled)
      this.block.set(part, this.filled)
      this.filled += part.length
      at += part.length
      if (this.filled === this.block.length) this.turnOver()
    }
  }

  /** Writes the blocks that are full. */
  async drain(): Promise<void> {
    for (let block = this.full.shift(); block !== undefined; block = this.full.shift()) {
      await this.object.write(block)
      this.spare = block
    }
  }

  /** Writes what is left; the checksum is then that of everything. */
  async end(): Promise<{ readonly bytes: number; readonly sha256: string }> {
    this.turnOver()
    await this.drain()
    this.digest ??= this.hash.digest('hex')
    return { bytes: this.bytes, sha256: this.digest }
  }

  private turnOver(): void {
    if (this.filled === 0) return
    const block = this.block.subarray(0, this.filled)
    this.hash.update(block)
    this.full.push(block)
    this.block = this.spare?.length === BLOCK_BYTES ? this.spare : Buffer.allocUnsafeSlow(BLOCK_BYTES)
    this.spare = undefined
    this.filled = 0
  }
}
