import { decodeField } from '../csv/field.ts'
import { FieldError } from '../csv/fieldError.ts'
import type { Batch } from '../csv/scanner.ts'
import type { RankedOrganization } from '../editions/edition.ts'
import { quoted } from '../errors.ts'
import type { Reader } from './read.ts'

/** An organization of the export, and its rank. */
export type Organization = Omit<RankedOrganization, 'datasets'>

/** The columns that ranking needs. */
export const RANKED_COLUMNS = ['id', 'name', 'metric.followers'] as const

/**
 * Reads the organizations export and ranks it: followers descending, then id ascending. If an id is repeated,
 * the first record counts: uData's cursor repeats some records when the collection changes.
 */
export class Ranking implements Reader {
  readonly columns = RANKED_COLUMNS
  private readonly organizations: Omit<Organization, 'rank'>[] = []
  private readonly ids = new Set<string>()

  begin(): void {
    this.organizations.length = 0
    this.ids.clear()
  }

  take(batch: Batch): void {
    for (let record = 0; record < batch.count; record++) {
      const id = textOf(batch, record, 0)
      if (/^\p{White_Space}*$/u.test(id))
        throw new FieldError(record, 0, `the organization has no id (${quoted(id)})`, REPORT)
      const followers = wholeNumber(batch, record, 2)
      if (this.ids.has(id)) continue
      this.ids.add(id)
      this.organizations.push({ id, name: textOf(batch, record, 1), followers })
    }
  }

  has(id: string): boolean {
    return this.ids.has(id)
  }

  get size(): number {
    return this.ids.size
  }

  /** Returns the `size` most followed organizations, in order. */
  top(size: number): readonly Organization[] {
    const byRank = (a: Omit<Organization, 'rank'>, b: Omit<Organization, 'rank'>) =>
      b.followers - a.followers || compareIds(a.id, b.id)
    return this.organizations
      .sort(byRank)
      .slice(0, size)
      .map((organization, index) => ({ rank: index + 1, ...organization }))
  }
}

/** Returns field `slot` of a record as text. */
export function textOf(batch: Batch, record: number, slot: number): string {
  const at = 2 * (record * batch.fieldsPerRecord + slot)
  return decodeField(batch.bytes, batch.fieldRanges[at]!, batch.fieldRanges[at + 1]!)
}

/** UTF-16 orders texts without these units as UTF-8 does. */
const SURROGATE_OR_LATER = /[\ud800-\uffff]/

/** Compares ids by their UTF-8 bytes, which is the order of code points in every locale. */
export function compareIds(a: string, b: string): number {
  if (SURROGATE_OR_LATER.test(a) || SURROGATE_OR_LATER.test(b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Parses a count as the portal writes it; empty is 0.
 *
 * @param slot the slot of `metric.followers`
 * @throws FieldError if the field is not a whole number, or is too large to be exact
 */
export function wholeNumber(batch: Batch, record: number, slot: number): number {
  const text = textOf(batch, record, slot)
  if (text === '') return 0
  const number = Number(text)
  if (/^[0-9]+$/.test(text) && Number.isSafeInteger(number)) return number
  const why = `metric.followers is ${quoted(text)}, which is not a whole number`
  throw new FieldError(record, slot, why, REPORT)
}

/** What to do about an invalid field of an export. */
export const REPORT = 'Wait for the next export, or report it to the portal.'
