/**
 * Splits the bytes of an export into batches of records.
 *
 * Reads the portal's dialect: fields are separated by `;` and may be quoted with `"`, a quote inside is doubled, and records
 * end with CRLF or LF. Records and selected fields are byte ranges, so no strings are created. Every record in a batch is
 * valid: UTF-8 without NUL, closed quotes, and as many fields as the header.
 */
export interface Scanner {
  /** The header record with its line end, without a byte order mark; empty until it has been read. */
  readonly header: Uint8Array
  /** Adds bytes and returns the records that they complete, if any. */
  write(chunk: Uint8Array): Batch
  /** Ends the export. Returns its last record if that has no line end. */
  end(): Batch
  /** Returns the line number (from 1) of a byte of the last batch. Slow, because it counts line ends: for errors only. */
  lineAt(position: number): number
}

export interface ScanOptions {
  /** The name of the export in error messages, such as `datasets export`. */
  readonly name: string
  /** The column that identifies a record in error messages. */
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
  readonly count: number
  /** The number of the first record in the export, from 1; the header does not count. */
  readonly firstNumber: number
  /** Record i spans `recordRanges[2i]` to `recordRanges[2i + 1]`, including its line end. */
  readonly recordRanges: Uint32Array
  readonly fieldsPerRecord: number
  /**
   * Selected field j of record i spans `fieldRanges[k]` to `fieldRanges[k + 1]`, where k is `2(i * fieldsPerRecord + j)`, without its outer quotes.
   * Quotes in it are still doubled.
   */
  readonly fieldRanges: Uint32Array
}
