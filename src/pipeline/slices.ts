import type { Hash } from 'node:crypto'

/** Writers that work side by side fill so much memory before they write; as much again may be on its way out. */
const SHARED_BYTES = 1 << 22
const LARGEST_BLOCK = 1 << 18
const SMALLEST_BLOCK = 1 << 14

/** The memory of writers that work side by side: what one has written, another fills again. */
export class Blocks {
  /** Of each, in bytes. */
  readonly size: number
  private readonly most: number
  private readonly spare: Buffer<ArrayBuffer>[] = []
  private taken = 0

  constructor(writers: number) {
    this.size = Math.max(SMALLEST_BLOCK, Math.min(LARGEST_BLOCK, Math.floor(SHARED_BYTES / writers)))
    this.most = writers + SHARED_BYTES / this.size
  }

  /** Whether some should be written before more is gathered. */
  get scarce(): boolean {
    return this.taken > this.most
  }

  take(): Buffer<ArrayBuffer> {
    this.taken++
    return this.spare.pop() ?? Buffer.allocUnsafeSlow(this.size)
  }

  giveBack(block: Buffer<ArrayBuffer>): void {
    this.taken--
    this.spare.push(block)
  }
}

/** A block, and how much of it is filled. */
interface Part {
  readonly block: Buffer<ArrayBuffer>
  readonly length: number
}

interface SliceWriterOptions {
  /** Shared with others; memory of its own otherwise. */
  readonly blocks?: Blocks
  readonly hash?: Hash
}

/** Writes slices of passing buffers somewhere, in large blocks, and takes the checksum of all of them if one is wanted. */
export class SliceWriter {
  bytes = 0
  private readonly write: (block: Uint8Array) => Promise<void>
  private readonly hash: Hash | undefined
  private readonly blocks: Blocks
  private block: Buffer<ArrayBuffer> | undefined
  private filled = 0
  /** Blocks to be written. */
  private full: Part[] = []
  private writing = Promise.resolve()

  /** @param write may keep its block until it resolves */
  constructor(write: (block: Uint8Array) => Promise<void>, { blocks = new Blocks(1), hash }: SliceWriterOptions = {}) {
    this.write = write
    this.hash = hash
    this.blocks = blocks
  }

  /** Copies the slice: its buffer may be reused at once. */
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

  /** Begins to write the blocks that are full, once those before are written; more may be added meanwhile. */
  async drain(): Promise<void> {
    if (this.full.length === 0) return
    await this.writing
    this.writing = this.writeAll(this.full.splice(0))
    // Whoever waits for it is told; it must not end the process before.
    this.writing.catch(() => {})
    if (this.blocks.scarce) await this.writing
  }

  /** Writes what is left. */
  async end(): Promise<void> {
    if (this.block) this.close(this.block)
    await this.drain()
    await this.writing
  }

  /** Waits until nothing is being written any more, whatever became of it. */
  async settle(): Promise<void> {
    await this.writing.catch(() => {})
  }

  private async writeAll(parts: readonly Part[]): Promise<void> {
    for (const { block, length } of parts) {
      await this.write(block.subarray(0, length))
      this.blocks.giveBack(block)
    }
  }

  private close(block: Buffer<ArrayBuffer>): void {
    this.hash?.update(block.subarray(0, this.filled))
    this.full.push({ block, length: this.filled })
    this.block = undefined
    this.filled = 0
  }
}
