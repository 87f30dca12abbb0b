import type { Config } from '../config/settings.ts'
import {
  type ColumnNames,
  type FoundNames,
  findColumns,
  findNames,
  preferFound,
  refuseOtherModel,
} from '../csv/columns.ts'
import { FieldError } from '../csv/fieldError.ts'
import { columnAt } from '../csv/referenceScanner.ts'
import type { Batch, Scanner } from '../csv/scanner.ts'
import type { ExportName } from '../editions/edition.ts'
import { Failure } from '../errors.ts'
import { createWasmScanner } from '../wasm/scanner.ts'

/** Receives the records of an export while it is read. */
export interface Reader {
  /** The columns whose fields batches carry, in this order. */
  readonly columns: readonly string[]
  /** Receives the unchanged header record of the export, and its columns. Discards the records of an earlier, failed attempt. */
  begin?(header: Uint8Array, columns: readonly string[]): Promise<void> | void
  /** Copies the fields it needs from the batch, whose buffer is reused afterwards. */
  take(batch: Batch): void
  /** Writes the records read so far, so that reading never runs ahead of writing. */
  drain?(): Promise<void>
}

/** Facts about the uncompressed CSV. */
interface ScanFacts {
  readonly bytes: number
  readonly records: number
  /** The header's columns. */
  readonly columns: readonly string[]
  /** Needed column → its name in the header. */
  readonly names: FoundNames
}

export interface ReadFacts extends ScanFacts {
  readonly sha1: string
  readonly sha256: string
}

export interface ReadOptions {
  readonly maxRecordBytes: number
  /** The names that the needed columns may have. */
  readonly columnNames?: ColumnNames
  /** Refuses an export that seems to be of another model. */
  readonly model?: ExportName
  /** Receives the columns of the header before the needed ones are looked up. May throw. */
  readonly onHeader?: (columns: readonly string[]) => void
}

type Chunks = AsyncIterable<Uint8Array>

/**
 * Reads a CSV once, in constant memory, and computes its checksums.
 *
 * @param name its name in errors
 * @throws Failure `contract` for the first thing that an export must not contain
 */
export async function readCsv(chunks: Chunks, name: string, reader: Reader, options: ReadOptions): Promise<ReadFacts> {
  const { createHash } = await import('node:crypto')
  const sha1 = createHash('sha1')
  const sha256 = createHash('sha256')
  async function* hashed() {
    for await (const chunk of chunks) {
      sha1.update(chunk)
      sha256.update(chunk)
      yield chunk
    }
  }
  const facts = await scanCsv(hashed(), name, reader, options)
  return { ...facts, sha1: sha1.digest('hex'), sha256: sha256.digest('hex') }
}

/** Reads an export: like `readCsv`, and refuses a file without records. */
export async function readExport(...[chunks, name, reader, options]: Parameters<typeof readCsv>): Promise<ReadFacts> {
  const facts = await readCsv(chunks, name, reader, options)
  assertNotEmpty(facts, name)
  return facts
}

/** Reads an export: like `scanCsv`, and refuses a file without records. */
export async function scanExport(...[chunks, name, reader, options]: Parameters<typeof readCsv>): Promise<ScanFacts> {
  const facts = await scanCsv(chunks, name, reader, options)
  assertNotEmpty(facts, name)
  return facts
}

function assertNotEmpty({ records }: ScanFacts, name: string): void {
  if (records > 0) return
  throw new Failure(
    'contract',
    `${name} has a header but no record, and a catalogue is never empty; nothing was published`,
  )
}

/** Reads a CSV without computing checksums, which take twice as long as everything else. */
export async function scanCsv(
  chunks: Chunks,
  name: string,
  reader: Reader,
  { maxRecordBytes, columnNames, model, onHeader }: ReadOptions,
): Promise<ScanFacts> {
  let bytes = 0
  let records = 0
  let hasBegun = false
  let columns: readonly string[] = []
  const scanner = createWasmScanner({
    name,
    maxRecordBytes,
    select: (header) => {
      columns = header
      onHeader?.(header)
      const found = findColumns(header, reader.columns, name, columnNames)
      if (model !== undefined) refuseOtherModel(header, model, name)
      return found
    },
  })
  const pass = async (batch: Batch) => {
    if (!hasBegun && scanner.header.length > 0) {
      hasBegun = true
      await reader.begin?.(scanner.header, columns)
    }
    if (batch.count === 0) return
    records += batch.count
    try {
      reader.take(batch)
    } catch (error) {
      throw error instanceof FieldError ? fieldFailure(error, batch, scanner, name) : error
    }
    await reader.drain?.()
  }
  for await (const chunk of chunks) {
    bytes += chunk.length
    await pass(scanned(() => scanner.write(chunk)))
  }
  await pass(scanned(() => scanner.end()))
  return { bytes, records, columns, names: findNames(columns, reader.columns, columnNames) }
}

/** Adds the remedy to an error of the scanner. */
function scanned(scan: () => Batch): Batch {
  try {
    return scan()
  } catch (error) {
    if (!(error instanceof Failure) || error.kind === 'usage' || error.message.includes('; nothing was published'))
      throw error
    const next = 'Fetch the file again; if it stays the same, report it to the portal.'
    throw new Failure(error.kind, `${error.message}; nothing was published. ${next}`)
  }
}

/** Creates the failure for an invalid field, with its record, line and column. */
function fieldFailure(
  { record, slot, message, next }: FieldError,
  batch: Batch,
  scanner: Scanner,
  name: string,
): Failure {
  const start = batch.fields[2 * (record * batch.width + slot)]!
  const column = columnAt(batch.bytes, start, batch.records[2 * record])
  const where = `record ${batch.first + record}, line ${scanner.lineAt(start)}, column ${column}`
  return new Failure('contract', `${name}, ${where}: ${message}; nothing was published. ${next}`)
}

/**
 * Returns how an export is read under a configuration.
 *
 * @param found the names that were found in this export when it was fetched
 */
export function readOptions(
  name: ExportName,
  { max_record_size, columns }: Config,
  found?: FoundNames | undefined,
): ReadOptions {
  return { maxRecordBytes: max_record_size, columnNames: preferFound(found, columns[name]) }
}
