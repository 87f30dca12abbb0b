import { createHash } from 'node:crypto'
import { findColumns } from '../csv/columns.ts'
import { createPlainScanner } from '../csv/plain.ts'
import type { Batch } from '../csv/scanner.ts'
import { Failure } from '../errors.ts'

/** Somebody who listens to the records of an export while it is read. */
export interface Reader {
  /** The columns whose fields batches carry, in this order. */
  readonly columns: readonly string[]
  /** The header record as it stands in the export. Whatever was taken before belongs to an attempt that failed. */
  begin?(header: Uint8Array): Promise<void> | void
  /** Takes what it needs from the batch, whose bytes are gone afterwards. */
  take(batch: Batch): void
  /** Lets what was taken flow out, so that reading never runs ahead of writing. */
  drain?(): Promise<void>
}

/** What was read: sizes and checksums of the uncompressed CSV. */
export interface ReadFacts {
  readonly bytes: number
  readonly sha1: string
  readonly sha256: string
  readonly records: number
}

/**
 * Reads a CSV once, from its first byte to its last, in constant memory.
 *
 * @param name what it is called in errors
 * @throws Failure `contract` for the first thing in it that an export may not hold
 */
export async function readCsv(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  reader: Reader,
  maxRecordBytes: number,
): Promise<ReadFacts> {
  const sha1 = createHash('sha1')
  const sha256 = createHash('sha256')
  let bytes = 0
  let records = 0
  let begun = false
  const scanner = createPlainScanner({
    name,
    maxRecordBytes,
    select: (header) => findColumns(header, reader.columns, name),
  })
  const hand = async (batch: Batch) => {
    if (!begun && scanner.header.length > 0) {
      begun = true
      await reader.begin?.(scanner.header)
    }
    if (batch.count === 0) return
    records += batch.count
    reader.take(batch)
    await reader.drain?.()
  }
  for await (const chunk of chunks) {
    sha1.update(chunk)
    sha256.update(chunk)
    bytes += chunk.length
    await hand(scanner.write(chunk))
  }
  await hand(scanner.end())
  return { bytes, sha1: sha1.digest('hex'), sha256: sha256.digest('hex'), records }
}

/** As `readCsv`, for an export, which holds at least one record. */
export async function readExport(...[chunks, name, reader, max]: Parameters<typeof readCsv>): Promise<ReadFacts> {
  const facts = await readCsv(chunks, name, reader, max)
  if (facts.records > 0) return facts
  throw new Failure('contract', `${name} has a header but no record; a catalogue is never empty, nothing was published`)
}
