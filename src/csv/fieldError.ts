/** An invalid field. The reader of the export turns it into a Failure with file name, line and column. */
export class FieldError extends Error {
  /** The index of the record in its batch. */
  readonly record: number
  /** The index of the field among the selected ones. */
  readonly slot: number
  /** The advice for the user. */
  readonly advice: string

  constructor(record: number, slot: number, why: string, advice: string) {
    super(why)
    this.record = record
    this.slot = slot
    this.advice = advice
  }
}
