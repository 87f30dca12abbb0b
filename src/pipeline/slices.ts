import type { Hash } from 'node:crypto'

/** Memory that parallel writers fill before they write. The same amount again may be in use by writes in progress. */
const SHARED_BYTES = 1 << 22
const LARGEST_BLOCK = 1 << 18
const SMALLEST_BLOCK = 1 << 14

/** A pool of memory blocks for parallel writers. */
export class Blocks {
  /** Size of a block, in bytes. */
  readonly size: number
  private readonly most: number
  private readonly spare: Buffer<ArrayBuffer>[] = []
  private taken = 0

  constructor(writers: number) {
    this.size = Math.max(SMALLEST_BLOCK, Math.min(LARGEST_BLOCK, Math.floor(SHARED_BYTES / writers)))
    this.most = writers + SHARED_BYTES / this.size
  }

  /** Whether blocks should be written before more are filled. */
  get scarce(): boolean {
    return this.taken > this.most
  }

  take(): Buffer<ArrayBuffer> {
    this.taken++
    return this.spare.pop() ?? Buffer.allocUnsafeSlow(this.size)
  }

  release(block: Buffer<ArrayBuffer>): void {
    this.taken--
    this.spare.push(block)
  }
}

interface Part {
  readonly block: Buffer<ArrayBuffer>
  readonly length: number
}

/** Collects slices in large blocks and writes the blocks. Also hashes all bytes if a hash is given. */
export class SliceWriter {
  bytes = 0
  private block: Buffer<ArrayBuffer> | undefined
  private filled = 0
  /** Blocks that wait to be written. */
  private full: Part[] = []
  private writing = Promise.resolve()

  /**
   * @param write owns the block until it resolves
   * @param blocks the memory, shared with other writers
   */
  constructor(
    private readonly write: (block: Uint8Array) => Promise<void>,
    private readonly blocks: Blocks,
    private readonly hash?: Hash,
  ) {}

  /** Copies a slice, so the caller can reuse its buffer. */
  add(slice: Uint8Array): void {
    this.bytes += slice.length
    for (let rest = slice; rest.length > 0; ) {
      this.block ??= this.blocks.take()
      const part = rest.subarray(0, this.block.length - this.filled)
      this.block.set(part, this.filled)
      this.filled += part.length
      rest = rest.subarray(part.length)
      if (this.filled === this.block.length) this.close(this.block)
    }
  }

  /** Starts writing the full blocks once the earlier ones are written. More slices can be added meanwhile. */
  async drain(): Promise<void> {
    if (this.full.length === 0) return
    await this.writing
    this.writing = this.writeAll(this.full.splice(0))
    // The error is thrown where `writing` is awaited; until then it must not end the process.
    this.writing.catch(() => {})
    if (this.blocks.scarce) await this.writing
  }

  /** Writes the last block, and waits for all writes. */
  async end(): Promise<void> {
    if (this.block) this.close(this.block)
    await this.drain()
    await this.writing
  }

  /** Waits until the last write has succeeded or failed. */
  async settle(): Promise<void> {
    await this.writing.catch(() => {})
  }

  private async writeAll(parts: readonly Part[]): Promise<void> {
    for (const { block, length } of parts) {
      await this.write(block.subarray(0, length))
      this.blocks.release(block)
    }
  }

  private close(block: Buffer<ArrayBuffer>): void {
    this.hash?.update(block.subarray(0, this.filled))
    this.full.push({ block, length: this.filled })
    this.block = undefined
    this.filled = 0
  }
}
