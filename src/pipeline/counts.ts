import { decodeField } from '../csv/field.ts'
import { FieldError } from '../csv/fieldError.ts'
import type { Batch } from '../csv/scanner.ts'
import type { ExportName } from '../editions/edition.ts'
import { quoted } from '../errors.ts'
import { IdTable } from './ids.ts'
import { PROJECTED_COLUMNS } from './project.ts'
import { RANKED_COLUMNS, REPORT, textOf } from './rank.ts'
import type { Reader } from './read.ts'

/** About as many as data.gouv.fr has. More are possible, but a little slower. */
const EXPECTED_IDS = { datasets: 130_000, organizations: 6_000 } as const

const COUNTED = { datasets: PROJECTED_COLUMNS, organizations: RANKED_COLUMNS } as const

/**
 * Passes an export on to its reader, and computes the counts that the completeness gate compares from week to week. A failing
 * getter of uData leaves a column blank in some or all rows, in a well-formed file with a correct checksum.
 */
export class CountingReader implements Reader {
  readonly columns: readonly string[]
  /** Sum of `metric.followers` over the first record of each id; anything but a whole number counts as 0. */
  followers = 0
  /** Number of records that repeat the id of an earlier one. */
  repeated = 0
  firstRepeated = ''
  /** Number of datasets whose organization is not in the organizations export. */
  orphans = 0
  readonly ids: IdTable
  private readonly blanks: Uint32Array
  private readonly idSlot: number
  private readonly followersSlot: number
  private readonly organizationSlot: number

  /** @param organizations the ids of the organizations export, to count the orphans in the datasets export */
  constructor(
    name: ExportName,
    private readonly inner: Reader,
    private readonly organizations?: IdTable,
  ) {
    this.ids = new IdTable(EXPECTED_IDS[name])
    this.columns = [...new Set([...inner.columns, ...COUNTED[name]])]
    this.blanks = new Uint32Array(this.columns.length)
    this.idSlot = this.columns.indexOf('id')
    this.followersSlot = this.columns.indexOf('metric.followers')
    this.organizationSlot = this.columns.indexOf('organization_id')
  }

  async begin(header: Uint8Array, columns: readonly string[]): Promise<void> {
    this.followers = this.repeated = this.orphans = 0
    this.ids.clear()
    this.blanks.fill(0)
    await this.inner.begin?.(header, columns)
  }

  /** Runs for every field of the export, so it allocates nothing and calls few functions. */
  take(batch: Batch): void {
    const { bytes, fieldRanges, fieldsPerRecord, count } = batch
    const { blanks, ids, organizations, organizationSlot } = this
    const followersSlot = 2 * this.followersSlot
    const idSlot = 2 * this.idSlot
    let isOrphan = false
    for (let record = 0, at = 0; record < count; record++, at += 2 * fieldsPerRecord) {
      for (let slot = 0; slot < fieldsPerRecord; slot++) {
        const start = fieldRanges[at + 2 * slot]!
        const end = fieldRanges[at + 2 * slot + 1]!
        // A white-space character can only begin with these bytes.
        if (start === end || ((bytes[start]! <= 0x20 || bytes[start]! >= 0xc2) && isSpace(bytes, start, end)))
          blanks[slot]!++
      }
      if (blanks[this.idSlot] !== 0) throw this.blankId(batch, record)
      const known = ids.size
      if (ids.add(bytes, fieldRanges[at + idSlot]!, fieldRanges[at + idSlot + 1]!) !== known)
        this.countRepeated(batch, record)
      else
        this.followers += wholeNumberAt(bytes, fieldRanges[at + followersSlot]!, fieldRanges[at + followersSlot + 1]!)
      if (organizations === undefined) continue
      const start = fieldRanges[at + 2 * organizationSlot]!
      const end = fieldRanges[at + 2 * organizationSlot + 1]!
      // Three in four datasets have the same organization as the previous one.
      if (record === 0 || !isSame(bytes, start, end, at - 2 * fieldsPerRecord + 2 * organizationSlot, fieldRanges))
        isOrphan = end > start && !organizations.has(bytes, start, end)
      if (isOrphan) this.orphans++
    }
    this.inner.take(batch)
  }

  async drain(): Promise<void> {
    await this.inner.drain?.()
  }

  /** Needed column → number of records in which it is blank. */
  get blankFields(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.columns.map((column, slot) => [column, this.blanks[slot]!]))
  }

  private countRepeated(batch: Batch, record: number): void {
    if (this.repeated === 0) this.firstRepeated = textOf(batch, record, this.idSlot)
    this.repeated++
  }

  private blankId(batch: Batch, record: number): FieldError {
    const id = quoted(textOf(batch, record, this.idSlot))
    return new FieldError(record, this.idSlot, `the column id is blank (${id})`, REPORT)
  }
}

/** Whether a field has the same bytes as the one at `other` in `fieldRanges`. */
function isSame(bytes: Uint8Array, start: number, end: number, other: number, fieldRanges: Uint32Array): boolean {
  let from = fieldRanges[other]!
  if (fieldRanges[other + 1]! - from !== end - start) return false
  for (let at = start; at < end; at++, from++) if (bytes[at] !== bytes[from]) return false
  return true
}

/** Whether a field is only white space. Decodes it only if none of its bytes rules that out. */
function isSpace(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if (bytes[at]! > 0x20 && bytes[at]! < 0x80) return false
  return /^\p{White_Space}*$/u.test(decodeField(bytes, start, end))
}

function wholeNumberAt(bytes: Uint8Array, start: number, end: number): number {
  let number = 0
  for (let at = start; at < end; at++) {
    const digit = bytes[at]! - 0x30
    if (digit < 0 || digit > 9) return 0
    number = 10 * number + digit
  }
  return Number.isSafeInteger(number) ? number : 0
}
