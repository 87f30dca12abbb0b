import type { Batch } from '../csv/scanner.ts'
import type { OnMatch, Query } from '../matching/matcher.ts'
import { createWasmMatcher } from '../wasm/matcher.ts'
import { type WasmBatch, WasmInstance } from '../wasm/wasmInstance.ts'
import { RECORD_COLUMNS } from './indexedSnapshot.ts'

/** How many bytes of records are copied to the matcher's memory at a time. A longer record is copied alone. */
const BLOCK_BYTES = 1 << 20
const MAX_RECORDS = 1 << 12
/** The matcher reads past the end of a field. */
const SLACK = 64

/** Calls `onMatch` for each of some records of a batch that a query matches. */
export function matchRecords(
  batch: Batch,
  numbers: readonly number[],
  queries: readonly Query[],
  onMatch: OnMatch,
): void {
  if (numbers.length === 0) return
  const { recordRanges: records, fieldsPerRecord: width } = batch
  const lengthOf = (record: number) => records[2 * record + 1]! - records[2 * record]!
  const longest = numbers.reduce((most, record) => Math.max(most, lengthOf(record)), BLOCK_BYTES)
  const instance = new WasmInstance()
  const textAt = instance.exports.allocate(longest + SLACK)
  const fieldsAt = instance.exports.allocate(8 * width * MAX_RECORDS)
  const matcher = createWasmMatcher(queries, RECORD_COLUMNS)
  for (let start = 0; start < numbers.length; ) {
    const fields = instance.uint32s(fieldsAt, 2 * width * MAX_RECORDS)
    let count = 0
    let filled = 0
    while (start + count < numbers.length && count < MAX_RECORDS) {
      const record = numbers[start + count]!
      if (filled + lengthOf(record) > longest) break
      const from = records[2 * record]!
      instance.bytes.set(batch.bytes.subarray(from, records[2 * record + 1]), textAt + filled)
      const shift = textAt + filled - from
      for (let at = 0; at < 2 * width; at++)
        fields[2 * width * count + at] = batch.fieldRanges[2 * width * record + at]! + shift
      filled += lengthOf(record)
      count++
    }
    const first = start
    const block: WasmBatch = { ...batch, bytes: instance.bytes, count, fieldRanges: fields, instance, fieldsAt }
    matcher.match(block, (record, query) => onMatch(numbers[first + record]!, query))
    start += count
  }
}
