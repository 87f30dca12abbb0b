import type { Batch, Scanner, ScanOptions } from '../../src/csv/scanner.ts'
import { Failure } from '../../src/errors.ts'

/** Returns the result of a scanner: a line for each record, field and call, and the error at the end, if any. */
export function outcomeOf(
  create: (options: ScanOptions) => Scanner,
  chunks: readonly Uint8Array[],
  options: Partial<ScanOptions> = {},
): string[] {
  const said: string[] = []
  const scanner = create({ name: 'the export', maxRecordBytes: 1 << 20, select: firstAndLast, ...options })
  const take = (batch: Batch) => {
    for (let record = 0; record < batch.count; record++) {
      const range = batch.recordRanges.subarray(2 * record, 2 * record + 2)
      said.push(`${batch.firstNumber + record}: ${text(batch, range)}`)
      for (let slot = 0; slot < batch.fieldsPerRecord; slot++) {
        const at = 2 * (record * batch.fieldsPerRecord + slot)
        said.push(`  ${text(batch, batch.fieldRanges.subarray(at, at + 2))}`)
      }
    }
    said.push('.')
  }
  try {
    for (const chunk of chunks) take(scanner.write(chunk))
    take(scanner.end())
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    said.push(error.message)
  }
  said.push(Buffer.from(scanner.header).toString('latin1'))
  return said
}

function text({ bytes }: Batch, [start, end]: Uint32Array): string {
  return Buffer.from(bytes.subarray(start, end)).toString('latin1')
}

function firstAndLast(columns: readonly string[]): number[] {
  return columns.length < 2 ? [0] : [0, columns.length - 1]
}

/** Cuts bytes into chunks of these lengths. The last length repeats. */
export function cut(bytes: Uint8Array, lengths: readonly number[]): Uint8Array[] {
  const chunks: Uint8Array[] = []
  for (let at = 0; at < bytes.length; ) {
    const length = lengths[Math.min(chunks.length, lengths.length - 1)]!
    chunks.push(bytes.subarray(at, at + length))
    at += length
  }
  return chunks
}
