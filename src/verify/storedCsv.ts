import { createReferenceScanner } from '../csv/referenceScanner.ts'
import { Failure } from '../errors.ts'
import type { Archive, PendingObject } from '../stores/archive.ts'
import type { Difference } from './difference.ts'

/** Compares the bytes written to it with the archived CSV. Stores nothing. */
export class StoredCsv implements PendingObject {
  private stored: AsyncIterator<Uint8Array> | undefined
  private chunk: Uint8Array = new Uint8Array(0)
  private at = 0
  private found: Difference | undefined

  constructor(
    private readonly archive: Archive,
    private readonly key: string,
  ) {}

  async write(bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.length && this.found === undefined; ) {
      if (this.chunk.length === 0 && !(await this.next())) {
        if (this.found === undefined) this.differ(bytes[from], undefined)
        return
      }
      const length = Math.min(bytes.length - from, this.chunk.length)
      const [expected, stored] = [bytes.subarray(from, from + length), this.chunk.subarray(0, length)]
      if (Buffer.compare(expected, stored) !== 0) {
        const index = expected.findIndex((byte, i) => byte !== stored[i])
        this.at += index
        return this.differ(expected[index], stored[index])
      }
      this.chunk = this.chunk.subarray(length)
      this.at += length
      from += length
    }
  }

  /** Returns the first difference, or undefined if the bytes are equal. Call it after writing everything. */
  async difference(): Promise<Difference | undefined> {
    if (this.found === undefined && (this.chunk.length > 0 || (await this.next())))
      this.differ(undefined, this.chunk[0])
    await this.stored?.return?.()
    if (this.found === undefined || !this.found.part.startsWith('byte')) return this.found
    return { ...this.found, part: `${this.found.part}${await this.recordAt(this.at)}` }
  }

  async complete(): Promise<void> {}

  async commit(): Promise<void> {}

  async abort(): Promise<void> {
    await this.stored?.return?.()
  }

  private differ(expected: number | undefined, found: number | undefined): void {
    const describe = (byte: number | undefined, end: string) =>
      byte === undefined ? end : `0x${byte.toString(16).padStart(2, '0')}`
    this.found = {
      where: this.key,
      part: `byte ${this.at}`,
      expected: describe(expected, 'the end'),
      found: describe(found, 'the end'),
    }
  }

  private async next(): Promise<boolean> {
    try {
      this.stored ??= this.archive.read(this.key)[Symbol.asyncIterator]()
      const next = await this.stored.next()
      this.chunk = next.done ? new Uint8Array(0) : next.value
      return !next.done
    } catch (error) {
      const isThere = (await this.archive.stat(this.key)) !== undefined
      if (isThere) await refuseUnlessDamaged(this.archive, this.key, this.at, error)
      const found = isThere ? (error as Error).message : undefined
      this.found = { where: this.key, part: '', expected: 'the CSV of the edition', found }
      return false
    }
  }

  /** Returns ` (record 17)` for a position, by counting the records before it. */
  private async recordAt(position: number): Promise<string> {
    let records = 0
    let remaining = position
    const scanner = createReferenceScanner({
      name: this.key,
      maxRecordBytes: Number.MAX_SAFE_INTEGER,
      select: () => [],
    })
    for await (const chunk of this.archive.read(this.key, { start: 0, end: Math.max(0, position - 1) })) {
      records += scanner.write(chunk.subarray(0, remaining)).count
      remaining -= chunk.length
    }
    return scanner.header.length === 0 ? ' (the header)' : ` (record ${records + 1})`
  }
}

/**
 * Throws the error, unless it means that the object is damaged. A store with checksums reports damage only after the last byte,
 * so an earlier error is a problem of the store itself.
 */
export async function refuseUnlessDamaged(archive: Archive, key: string, read: number, error: unknown): Promise<void> {
  if (!(error instanceof Failure)) throw error
  if (error.kind === 'store' && (await archive.stat(key))?.bytes !== read) throw error
}
