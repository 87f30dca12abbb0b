import type { Hash } from 'node:crypto'

/** Slices are gathered to blocks before they are written. All writers that work side by side share so much memory. */
const SHARED_BYTES = 1 << 22
const LARGEST_BLOCK = 1 << 18
const SMALLEST_BLOCK = 1 << 14

interface SliceWriterOptions {
  readonly writers?: number
  readonly hash?: Hash
}

/** Writes slices of passing buffers somewhere, in large blocks, and takes the checksum of all of them if one is wanted. */
export class SliceWriter {
  bytes = 0
  private readonly write: (block: Uint8Array) => Promise<void>
  private readonly hash: Hash | undefined
  private readonly blockBytes: number
  private block: Buffer<ArrayBuffer>
  private filled = 0
  /** Blocks to be written, and blocks that were, to be filled again. */
  private full: Buffer<ArrayBuffer>[] = []
  private readonly spare: Buffer<ArrayBuffer>[] = []
  private writing = Promise.resolve()

  /**
   * @param write may keep its block until it resolves
   * @param writers how many work side by side
   */
  constructor(write: (block: Uint8Array) => Promise<void>, { writers = 1, hash }: SliceWriterOptions = {}) {
    this.write = write
    this.hash = hash
    this.blockBytes = Math.max(SMALLEST_BLOCK, Math.min(LARGEST_BLOCK, Math.floor(SHARED_BYTES / writers)))
    this.block = Buffer.allocUnsafeSlow(this.blockBytes)
  }

  /** Copies the slice: its buffer may be reused at once. */
  add(slice: Uint8Array): void {
    this.bytes += slice.length
    let rest = slice
    for (let room = this.room; rest.length >= room; room = this.room) {
      this.fill(rest.subarray(0, room))
      rest = rest.subarray(room)
      this.turnOver()
    }
    this.fill(rest)
  }

  /** Begins to write the blocks that are full, once those before are written; more may be added meanwhile. */
  async drain(): Promise<void> {
    if (this.full.length === 0) return
    await this.writing
    this.writing = this.writeAll(this.full.splice(0))
    // Whoever waits for it is told; it must not end the process before.
    this.writing.catch(() => {})
  }

  /** Writes what is left. */
  async end(): Promise<void> {
    if (this.filled > 0) this.turnOver()
    await this.drain()
    await this.writing
  }

  /** Waits until nothing is being written any more, whatever became of it. */
  async settle(): Promise<void> {
    await this.writing.catch(() => {})
  }

  private async writeAll(blocks: readonly Buffer<ArrayBuffer>[]): Promise<void> {
    for (const block of blocks) {
      await this.write(block)
      if (block.length === this.blockBytes) this.spare.push(block)
    }
  }

  private get room(): number {
    return this.blockBytes - this.filled
  }

  private fill(part: Uint8Array): void {
    this.block.set(part, this.filled)
    this.filled += part.length
  }

  private turnOver(): void {
    const block = this.block.subarray(0, this.filled)
    this.hash?.update(block)
    this.full.push(block)
    this.block = this.spare.pop() ?? Buffer.allocUnsafeSlow(this.blockBytes)
    this.filled = 0
  }
}
