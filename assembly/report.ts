/** The results of a scan, all of them addresses. */
@unmanaged
export class Report {
  /** The starts of the first finished record and of the unfinished record, and the end of the bytes. */
  buffer: usize = 0
  recordStart: usize = 0
  filled: usize = 0
  /** The ranges of the finished records and of their selected fields: pairs of addresses. */
  records: usize = 0
  fields: usize = 0
  /** Number of line feeds in the last chunk. */
  lines: u32 = 0
}
