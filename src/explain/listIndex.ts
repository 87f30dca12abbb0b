import type { Context } from '../context.ts'
import { findColumns } from '../csv/columns.ts'
import { createReferenceScanner } from '../csv/referenceScanner.ts'
import type { Batch } from '../csv/scanner.ts'
import type { Edition } from '../editions/edition.ts'
import { textOf } from '../pipeline/rank.ts'
import type { Reader } from '../pipeline/read.ts'
import { type DatasetSource, openListSource } from './source.ts'

/**
 * Reads the archived CSV of an edition once, and indexes where each dataset is, so that one is read without the others. The names in
 * the index are IDs and slugs.
 *
 * @throws Failure `store` if the archive does not have the CSV
 */
export async function indexList(edition: Edition, context: Context) {
  const list = await openListSource(edition, context)
  const reader = new PlaceReader(list.identifiers)
  await list.read(reader)
  const { header, places } = reader
  const { columnNames, maxRecordBytes } = list.options

  /** Reads a record with the reference scanner: the fast one takes longer to begin than this one for the record. */
  async function readRecord({ start, end, number }: Place, reader: Reader): Promise<void> {
    const select = (columns: readonly string[]) => findColumns(columns, reader.columns, list.key, columnNames)
    const scanner = createReferenceScanner({ name: list.key, maxRecordBytes, select })
    scanner.write(header)
    for await (const chunk of context.archive.read(list.key, { start, end })) take(scanner.write(chunk))
    take(scanner.end())

    function take(batch: Batch): void {
      if (batch.count > 0) reader.take({ ...batch, firstNumber: number })
    }
  }

  return {
    size: places.size,
    has: (name: string) => places.has(name),
    /** Returns a source that has only the dataset of a name in the index. */
    sourceOf: (name: string): DatasetSource => ({ ...list, read: (reader) => readRecord(places.get(name)!, reader) }),
  }
}

export type ListIndex = Awaited<ReturnType<typeof indexList>>

/** Where a record is: its first and its last byte, and its number in the list. */
interface Place {
  readonly start: number
  readonly end: number
  readonly number: number
}

/** Collects the place of each dataset by its identifiers. If several records have one, the first counts. */
class PlaceReader implements Reader {
  readonly columns: readonly string[]
  readonly places = new Map<string, Place>()
  header: Uint8Array = new Uint8Array()
  private at = 0

  constructor(identifiers: readonly string[]) {
    this.columns = identifiers
  }

  begin(header: Uint8Array): void {
    this.header = header.slice()
    this.at = header.length
    this.places.clear()
  }

  take(batch: Batch): void {
    for (let record = 0; record < batch.count; record++) {
      const length = batch.recordRanges[2 * record + 1]! - batch.recordRanges[2 * record]!
      const place = { start: this.at, end: this.at + length - 1, number: batch.firstNumber + record }
      for (const slot of this.columns.keys()) {
        const name = textOf(batch, record, slot)
        if (!this.places.has(name)) this.places.set(name, place)
      }
      this.at += length
    }
  }
}
