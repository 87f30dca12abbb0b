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
import { columnAt, createReferenceScanner } from '../csv/referenceScanner.ts'
import type { Batch, Scanner } from '../csv/scanner.ts'
import type { ExportName, Snapshot } from '../editions/edition.ts'
import { Failure } from '../errors.ts'
import { createWasmScanner } from '../wasm/scanner.ts'

/** Receives the records of an export while it is read. */
export interface Reader {
  /** The columns that it needs. Batches contain their fields in this order. */
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

/** The facts that identify the bytes of a file. */
export type FileFacts = Pick<ReadFacts, 'bytes' | 'sha1'>

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
  /**
   * Checks the file after all of it was read, even if a record breaks the contract: an error in the wrong file means nothing.
   * Throws if it is not the expected file.
   */
  readonly checkFile?: (facts: FileFacts) => void
  /** Receives the columns of the header before the needed ones are looked up. May throw. */
  readonly onHeader?: (columns: readonly string[]) => void
}

type Chunks = AsyncIterable<Uint8Array>

/**
 * Reads a CSV once, in constant memory, and computes its checksums.
 *
 * @param name the name of the CSV in error messages
 * @throws Failure `contract` for the first error in the export
 */
export async function readCsv(chunks: Chunks, name: string, reader: Reader, options: ReadOptions): Promise<ReadFacts> {
  const { createHash } = await import('node:crypto')
  const sha1 = createHash('sha1')
  const sha256 = createHash('sha256')
  let bytes = 0
  let isWhole = false
  async function* hash() {
    for await (const chunk of chunks) {
      bytes += chunk.length
      sha1.update(chunk)
      sha256.update(chunk)
      yield chunk
    }
    isWhole = true
  }
  const hashed = hash()
  const { checkFile } = options
  try {
    const facts = await scanCsv(withoutReturn(hashed), name, reader, options)
    const checksums = { sha1: sha1.digest('hex'), sha256: sha256.digest('hex') }
    checkFile?.({ bytes, sha1: checksums.sha1 })
    return { ...facts, ...checksums }
  } catch (error) {
    if (checkFile === undefined || !(error instanceof Failure) || error.kind !== 'contract') throw error
    for await (const _ of hashed);
    if (isWhole) checkFile({ bytes, sha1: sha1.digest('hex') })
    throw error
  } finally {
    await hashed.return(undefined)
  }
}

/** Keeps a generator open when the loop over it ends early. */
function withoutReturn(chunks: AsyncGenerator<Uint8Array>): Chunks {
  return { [Symbol.asyncIterator]: () => ({ next: () => chunks.next() }) }
}

/** Like `readCsv`, but refuses a file without records. */
export async function readExport(...[chunks, name, reader, options]: Parameters<typeof readCsv>): Promise<ReadFacts> {
  const facts = await readCsv(chunks, name, reader, options)
  assertNotEmpty(facts, name)
  return facts
}

/** Like `scanCsv`, but refuses a file without records. */
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
    idColumn: 'id',
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

/** Runs the scanner, and adds the remedy to its error. */
function scanned(scan: () => Batch): Batch {
  try {
    return scan()
  } catch (error) {
    if (!(error instanceof Failure) || error.kind === 'usage' || error.message.includes('; nothing was published'))
      throw error
    const advice = 'Fetch the file again; if it stays the same, report it to the portal.'
    throw new Failure(error.kind, `${error.message}; nothing was published. ${advice}`)
  }
}

function fieldFailure(
  { record, slot, message, advice }: FieldError,
  batch: Batch,
  scanner: Scanner,
  name: string,
): Failure {
  const start = batch.fieldRanges[2 * (record * batch.fieldsPerRecord + slot)]!
  const column = columnAt(batch.bytes, start, batch.recordRanges[2 * record])
  const where = `record ${batch.firstNumber + record}, line ${scanner.lineAt(start)}, column ${column}`
  return new Failure('contract', `${name}, ${where}: ${message}; nothing was published. ${advice}`)
}

/**
 * Returns the options for reading an export.
 *
 * @param found the column names recorded when it was fetched
 */
export function readOptions(
  name: ExportName,
  { max_record_size, columns }: Config,
  found?: FoundNames | undefined,
): ReadOptions {
  return { maxRecordBytes: max_record_size, columnNames: preferFound(found, columns[name]) }
}

/** Returns the options for reading both exports of a snapshot. */
export function snapshotReadOptions({ datasets, organizations }: Snapshot, config: Config) {
  return {
    datasets: readOptions('datasets', config, datasets.columns),
    organizations: readOptions('organizations', config, organizations.columns),
  }
}

/** Reads the header of a CSV and returns its columns. */
export async function readHeader(
  chunks: AsyncIterable<Uint8Array>,
  name: string,
  config: Config,
): Promise<readonly string[]> {
  let columns: readonly string[] | undefined
  const select = (header: readonly string[]) => {
    columns = header
    return []
  }
  const scanner = createReferenceScanner({ name, maxRecordBytes: config.max_record_size, select })
  for await (const chunk of chunks) {
    scanner.write(chunk)
    if (columns !== undefined) break
  }
  return columns ?? []
}
