/**
 * The scanner's interface: bytes of an export in, batches of records out.
 *
 * The dialect is the portal's: `;` between fields, `"` around text, `""` for a quote inside, records ended by CRLF or LF.
 * A record is handed out as a byte range, and so are the fields that somebody asked for; no string is ever made here.
 * Everything handed out has been checked: UTF-8, no NUL, quotes, number of fields.
 */
export interface Scanner {
  /** The header record as it stands in the export, with its line end and without BOM; empty until it was read. */
  readonly header: Uint8Array
  /** Takes the next bytes and returns the records that they complete (perhaps none). */
  write(chunk: Uint8Array): Batch
  /** Says that the export ends here; returns the record that had no line end, if there is one. */
  end(): Batch
}

export interface ScanOptions {
  /** What the export is called in errors: `datasets export`. */
  readonly name: string
  /** The longest record accepted, in bytes. */
  readonly maxRecordBytes: number
  /** Given the header's columns, the indexes of the fields wanted, in the order in which batches carry them. */
  readonly select: (columns: readonly string[]) => readonly number[]
}

/**
 * Records of one call, valid until the next call to the scanner: the arrays are reused. Offsets count from the start of
 * `bytes`; ends are exclusive.
 */
export interface Batch {
  readonly bytes: Uint8Array
  /** How many records there are. */
  readonly count: number
  /** Number of the first record in the export; the header is not counted, the first record is 1. */
  readonly first: number
  /** Record i lies from `records[2i]` to `records[2i + 1]`, its line end included. */
  readonly records: Uint32Array
  /** How many fields are carried per record. */
  readonly width: number
  /**
   * Wanted field j of record i lies from `fields[2(i * width + j)]` to the element after it, without its outer quotes. A
   * quote inside is still doubled.
   */
  readonly fields: Uint32Array
}
