/**
 * Splits the bytes of an export into batches of records.
 *
 * The dialect is that of the portal: fields separated by `;`, text in `"`, `""` for a quote in a text, records ended by CRLF or LF.
 * Records and the selected fields are byte ranges; no strings are created. All of them are valid: UTF-8 without NUL, closed quotes, the
 * same number of fields as the header.
 */
export interface Scanner {
  /** The bytes of the header record, with its line end and without BOM; empty before it was read. */
  readonly header: Uint8Array
  /** Adds bytes, and returns the records that they complete (possibly none). */
  write(chunk: Uint8Array): Batch
  /** Ends the export, and returns its last record if that has no line end. */
  end(): Batch
  /** Returns the line number (from 1) of a byte of the last batch. It counts line ends, so it is for errors. */
  lineAt(position: number): number
}

export interface ScanOptions {
  /** The name of the export in errors: `datasets export`. */
  readonly name: string
  /** The column whose text identifies a record in errors about its bytes. */
  readonly idColumn?: string
  /** The longest accepted record, in bytes. */
  readonly maxRecordBytes: number
  /** Selects columns of the header by index. Batches contain their fields in this order. */
  readonly select: (columns: readonly string[]) => readonly number[]
}

/**
 * The records of one call, valid until the next call, which reuses the arrays. Offsets count from the start of `bytes`; ends are
 * exclusive.
 */
export interface Batch {
  readonly bytes: Uint8Array
  /** The number of records. */
  readonly count: number
  /** The number of the first record in the export, from 1; the header does not count. */
  readonly first: number
  /** Record i lies from `records[2i]` to `records[2i + 1]`, its line end included. */
  readonly records: Uint32Array
  /** The number of selected fields per record. */
  readonly width: number
  /**
   * Selected field j of record i lies from `fields[2(i * width + j)]` to the next element, without its outer quotes. Quotes in
   * it are still doubled.
   */
  readonly fields: Uint32Array
}
