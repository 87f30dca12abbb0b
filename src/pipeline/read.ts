import type { Config } from '../config/settings.ts'
import { type ColumnNames, findColumns } from '../csv/columns.ts'
import type { Batch } from '../csv/scanner.ts'
import type { ExportName } from '../editions/edition.ts'
import { Failure } from '../errors.ts'
import { createWasmScanner } from '../wasm/scanner.ts'

/** Somebody who listens to the records of an export while it is read. */
export interface Reader {
  /** The columns whose fields batches carry, in this order. */
  readonly columns: readonly string[]
  /** The header record as it stands in the export, and its columns. Discards what an earlier, failed attempt took. */
  begin?(header: Uint8Array, columns: readonly string[]): Promise<void> | void
  /** Takes what it needs from the batch, whose bytes are gone afterwards. */
  take(batch: Batch): void
  /** Lets what was taken flow out, so that reading never runs ahead of writing. */
  drain?(): Promise<void>
}

/** What was read, of the uncompressed CSV. */
interface ScanFacts {
  readonly bytes: number
  readonly records: number
  /** The header's columns. */
  readonly columns: readonly string[]
}

export interface ReadFacts extends ScanFacts {
  readonly sha1: string
  readonly sha256: string
}

export interface ReadOptions {
  readonly maxRecordBytes: number
  readonly called?: ColumnNames
}

type Chunks = AsyncIterable<Uint8Array>

/**
 * Reads a CSV once, from its first byte to its last, in constant memory, and takes its checksums.
 *
 * @param name what it is called in errors
 * @throws Failure `contract` for the first thing in it that an export may not hold
 */
export async function readCsv(chunks: Chunks, name: string, reader: Reader, options: ReadOptions): Promise<ReadFacts> {
  const { createHash } = await import('node:crypto')
  const sha1 = createHash('sha1')
  const sha256 = createHash('sha256')
  async function* summed() {
    for await (const chunk of chunks) {
      sha1.update(chunk)
      sha256.update(chunk)
      yield chunk
    }
  }
  const facts = await scanCsv(summed(), name, reader, options)
  return { ...facts, sha1: sha1.digest('hex'), sha256: sha256.digest('hex') }
}

/** As `readCsv`, for an export, which holds at least one record. */
export async function readExport(...[chunks, name, reader, options]: Parameters<typeof readCsv>): Promise<ReadFacts> {
  const facts = await readCsv(chunks, name, reader, options)
  refuseEmpty(facts, name)
  return facts
}

/** As `readExport`, for somebody who needs no checksums: they take twice as long as all the rest. */
export async function scanExport(...[chunks, name, reader, options]: Parameters<typeof readCsv>): Promise<ScanFacts> {
  const facts = await scanCsv(chunks, name, reader, options)
  refuseEmpty(facts, name)
  return facts
}

function refuseEmpty({ records }: ScanFacts, name: string): void {
  if (records > 0) return
  throw new Failure('contract', `${name} has a header but no record; a catalogue is never empty, nothing was published`)
}

async function scanCsv(
  chunks: Chunks,
  name: string,
  reader: Reader,
  { maxRecordBytes, called }: ReadOptions,
): Promise<ScanFacts> {
  let bytes = 0
  let records = 0
  let begun = false
  let columns: readonly string[] = []
  const scanner = createWasmScanner({
    name,
    maxRecordBytes,
    select: (header) => {
      columns = header
      return findColumns(header, reader.columns, name, called)
    },
  })
  const hand = async (batch: Batch) => {
    if (!begun && scanner.header.length > 0) {
      begun = true
      await reader.begin?.(scanner.header, columns)
    }
    if (batch.count === 0) return
    records += batch.count
    reader.take(batch)
    await reader.drain?.()
  }
  for await (const chunk of chunks) {
    bytes += chunk.length
    await hand(scanner.write(chunk))
  }
  await hand(scanner.end())
  return { bytes, records, columns }
}

/** How an export is read under a configuration. */
export function readOptions(name: ExportName, { max_record_size, columns }: Config): ReadOptions {
  return { maxRecordBytes: max_record_size, called: columns[name] }
}
