/** An invalid field of an export. The caller that reads the export adds its name, the line and the column. */
export class FieldError extends Error {
  /** The record in its batch, from 0. */
  readonly record: number
  /** The selected field. */
  readonly slot: number
  readonly next: string

  constructor(record: number, slot: number, why: string, next: string) {
    super(why)
    this.record = record
    this.slot = slot
    this.next = next
  }
}
