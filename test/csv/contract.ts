import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeField } from '../../src/csv/field.ts'
import type { Batch, Scanner, ScanOptions } from '../../src/csv/scanner.ts'
import { Failure } from '../../src/errors.ts'
import { parse, Refusal } from '../reference.ts'

type Create = (options: ScanOptions) => Scanner

/** The result of a scanner that selects every column, or its error message. */
type Result = { header: string; columns: string[]; records: { bytes: string; fields: string[] }[] } | string

/** Scans bytes in chunks of these sizes (the last one repeats). */
function scan(
  create: Create,
  bytes: Buffer,
  chunks: readonly number[] = [bytes.length || 1],
  maxRecordBytes = 1 << 20,
): Result {
  let columns: readonly string[] = []
  const scanner = create({
    name: 'export',
    maxRecordBytes,
    select: (header) => {
      columns = header
      return header.map((_, index) => index)
    },
  })
  const records: { bytes: string; fields: string[] }[] = []
  const take = (batch: Batch) => {
    expect(batch.count === 0 || batch.firstNumber === records.length + 1).toBe(true)
    for (let i = 0; i < batch.count; i++) {
      const fields = columns.map((_, slot) => {
        const at = 2 * (i * batch.fieldsPerRecord + slot)
        return decodeField(batch.bytes, batch.fieldRanges[at]!, batch.fieldRanges[at + 1]!)
      })
      records.push({
        bytes: Buffer.from(batch.bytes.subarray(batch.recordRanges[2 * i], batch.recordRanges[2 * i + 1])).toString(
          'latin1',
        ),
        fields,
      })
    }
  }
  try {
    for (let at = 0, i = 0; at < bytes.length; i++) {
      const size = chunks[Math.min(i, chunks.length - 1)]!
      take(scanner.write(bytes.subarray(at, at + size)))
      at += size
    }
    take(scanner.end())
  } catch (error) {
    if (error instanceof Failure) return error.message
    throw error
  }
  return { header: Buffer.from(scanner.header).toString('latin1'), columns: [...columns], records }
}

function referenceResult(bytes: Buffer): Result | undefined {
  try {
    const { header, records } = parse(bytes)
    return {
      header: header.bytes.toString('latin1'),
      columns: [...header.fields],
      records: records.map((record) => ({ bytes: record.bytes.toString('latin1'), fields: [...record.fields] })),
    }
  } catch (error) {
    if (error instanceof Refusal) return undefined
    throw error
  }
}

/** Invalid UTF-8: a lone continuation byte, a truncated character, an overlong form, a surrogate. */
const INVALID_UTF8 = [[0x80], [0xe2, 0x82], [0xc0, 0xaf], [0xed, 0xa0, 0x80]].map((bytes) => Buffer.from(bytes))

const CHUNKINGS: readonly (readonly number[])[] = [[1 << 20], [1], [2], [3], [7], [64], [65], [1, 63, 128]]
const RUNS = Number(process.env.FUZZ_RUNS ?? 300)

/** The contract of every scanner. */
export function scannerContract(name: string, create: Create): void {
  const scanAllWays = (text: string | Buffer, maxRecordBytes?: number) => {
    const bytes = Buffer.from(text as string)
    const [whole, ...others] = CHUNKINGS.map((chunks) => scan(create, bytes, chunks, maxRecordBytes))
    for (const other of others) expect(other).toEqual(whole)
    return whole!
  }

  describe(`${name}: accepts`, () => {
    test.each([
      ['CRLF line ends', '"a";"b"\r\n"1";2\r\n', [['1', '2']]],
      [
        'LF line ends',
        'a;b\n1;2\n3;4\n',
        [
          ['1', '2'],
          ['3', '4'],
        ],
      ],
      [
        'both, mixed',
        'a;b\n1;2\r\n3;4\n',
        [
          ['1', '2'],
          ['3', '4'],
        ],
      ],
      ['a last record without a line end', 'a;b\n1;2', [['1', '2']]],
      ['a last record that ends in a quote', 'a;b\n1;"2"', [['1', '2']]],
      [
        'line breaks, separators and quotes inside quotes',
        'a;b\n"x\r\ny;z";"say ""hi"""\n',
        [['x\r\ny;z', 'say "hi"']],
      ],
      ['a bare CR inside quotes', 'a;b\n"x\ry";\n', [['x\ry', '']]],
      [
        'empty fields',
        'a;b\n;\n"";""\n',
        [
          ['', ''],
          ['', ''],
        ],
      ],
      ['a field of one doubled quote', 'a;b\n"""";x\n', [['"', 'x']]],
      ['blank lines at the end', 'a;b\n1;2\n\n\r\n\n', [['1', '2']]],
      ['a byte order mark', '\ufeffa;b\n1;2\n', [['1', '2']]],
      ['a byte order mark inside', 'a;b\n\ufeff;2\n', [['\ufeff', '2']]],
      ['every length of UTF-8', 'a;b\né€𝒳\u2028;ÿ\n', [['é€𝒳\u2028', 'ÿ']]],
      ['a header without records', 'a;b', []],
      ['columns of the same name', 'a;a\n1;2\n', [['1', '2']]],
      ['one column', 'a\n1\n""\n', [['1'], ['']]],
    ])('%s', (_, text, fields) => {
      const scanned = scanAllWays(text)
      if (typeof scanned === 'string') throw new Error(scanned)
      expect(scanned.records.map((record) => record.fields)).toEqual(fields)
      expect(scanned).toEqual(referenceResult(Buffer.from(text)))
    })
  })

  describe(`${name}: refuses with record, line and column`, () => {
    const invalid = (...bytes: number[]) =>
      Buffer.concat([Buffer.from('a;b\n1;2\n"é\n'), Buffer.from(bytes), Buffer.from('";x\n')])
    test.each<[string, string | Buffer, string]>([
      ['an empty file', '', 'export is empty: it has no header'],
      ['a file of blank lines', '\r\n\n', 'export is empty: it has no header'],
      [
        'too few fields',
        'a;b\n1;2\n3\n',
        'export, record 2, line 3, column 1: the record has 1 fields, but the header has 2',
      ],
      [
        'too many fields',
        'a;b\n"\n";2;3\n',
        'export, record 1, line 2, column 1: the record has 3 fields, but the header has 2',
      ],
      [
        'a quote in an unquoted field',
        'a;b\n1;é"2\n',
        'export, record 1, line 2, column 4: a quote inside an unquoted field',
      ],
      [
        'text after a closing quote',
        'a;b\n"x\ny"z;2\n',
        'export, record 1, line 3, column 3: text after a closing quote',
      ],
      [
        'an unclosed quote',
        'a;b\n1;2\n1;"2\n\n',
        'export, record 2, line 3, column 3: the quote that opens here is never closed',
      ],
      [
        'a bare CR',
        'a;b\n1\r;2\n',
        'export, record 1, line 2, column 2: a carriage return without a line feed outside quotes',
      ],
      [
        'a bare CR at the end',
        'a;b\n1;2\r',
        'export, record 1, line 2, column 4: a carriage return without a line feed outside quotes',
      ],
      [
        'a blank line in the middle',
        'a;b\n1;2\n\n3;4\n',
        'export, line 3, before record 2: a blank line before the end',
      ],
      ['a blank line at the start', '\na;b\n', 'export, line 1, before the header: a blank line before the end'],
      ['NUL', 'a;b\n1;2\nx;"y\nz\0"\n', 'export, record 2, line 4, column 2: a NUL byte'],
      ['NUL in the header', 'a;\0b\n', 'export, the header, line 1, column 3: a NUL byte'],
      ['a lone continuation byte', invalid(0x80), 'export, record 2, line 4, column 1: invalid UTF-8'],
      ['an overlong form', invalid(0xc0, 0xaf), 'export, record 2, line 4, column 1: invalid UTF-8'],
      ['a surrogate', invalid(0xed, 0xa0, 0x80), 'export, record 2, line 4, column 1: invalid UTF-8'],
      [
        'a code point beyond Unicode',
        invalid(0xf4, 0x90, 0x80, 0x80),
        'export, record 2, line 4, column 1: invalid UTF-8',
      ],
      ['a truncated character', invalid(0x78, 0xe2, 0x82), 'export, record 2, line 4, column 2: invalid UTF-8'],
    ])('%s', (_, text, message) => {
      expect(scanAllWays(text)).toBe(message)
      expect(referenceResult(Buffer.from(text as string))).toBeUndefined()
    })

    test('a record that is too long, complete or not', () => {
      const message =
        'export, record 1, line 2, column 1: the record is longer than 64 bytes; a larger max_record_size would accept it'
      expect(scanAllWays(`a;b\n1;"${'x'.repeat(80)}"\n`, 64)).toBe(message)
      expect(scanAllWays(`a;b\n1;"${'x'.repeat(80)}`, 64)).toBe(message)
      expect(scanAllWays(`a;b\n1;"${'x'.repeat(58)}"\n`, 64)).not.toBe(message)
    })

    test('the first of several errors', () => {
      expect(scanAllWays('a;b\n1;2\n1;\0\n1;2;3\n')).toMatch(/^export, record 2, line 3, column 3: a NUL/)
      expect(scanAllWays('a;b\n1;2;3\n1;\0\n')).toMatch(/^export, record 1, line 2, column 1: the record has 3/)
    })
  })

  describe(`${name}: boundaries`, () => {
    const anomalies = ['"', '""', ';', '\n', '\r\n', '\r', '\0', 'é', '\u{1f68b}', '"\r\n"', '";"', '\n\n']

    test('reads every anomaly at 66 offsets, with each ending and in several chunkings, as the reference does', () => {
      for (const anomaly of [...anomalies.map((text) => Buffer.from(text)), ...INVALID_UTF8]) {
        for (let offset = 0; offset < 66; offset++) {
          for (const [before, after] of [
            ['"', '"'],
            ['', ''],
          ] as const) {
            const head = Buffer.from(`a;b\n${before}${'x'.repeat(offset)}`)
            const bytes = Buffer.concat([head, anomaly, Buffer.from(`y${after};z\r\n1;2`)])
            const [first, ...rest] = [[1 << 20], [1], [head.length], [head.length + 1]].map((chunks) =>
              scan(create, bytes, chunks),
            )
            for (const other of rest) expect(other).toEqual(first)
            const reference = referenceResult(bytes)
            if (reference === undefined) expect(typeof first).toBe('string')
            else expect(first).toEqual(reference)
          }
        }
      }
    })

    test.each([
      ['more records in a batch than the arrays hold', 1, 40_000],
      ['more fields in a batch', 50, 2_000],
      ['a header wider than the arrays', 5_000, 3],
    ])('reads %s completely', (_, width, count) => {
      const line = (record: number) =>
        `${Array.from({ length: width }, (_, field) => `${record}.${field}`).join(';')}\n`
      const bytes = Buffer.from(Array.from({ length: count + 1 }, (_, record) => line(record)).join(''))
      const scanned = scan(create, bytes)
      if (typeof scanned === 'string') throw new Error(scanned)
      expect(scanned.records.length).toBe(count)
      for (const at of [0, 255, 256, 511, 512, count >> 1, count - 1].filter((one) => one < count)) {
        expect(scanned.records[at]!.bytes).toBe(line(at + 1))
        expect(scanned.records[at]!.fields).toEqual(
          line(at + 1)
            .trimEnd()
            .split(';'),
        )
      }
    })

    test('reads a record that spans many chunks and is larger than every buffer', () => {
      const long = `a;b\n"${'é'.repeat(1_500_000)}";${'z'.repeat(10)}\n1;2\n`
      const bytes = Buffer.from(long)
      expect(scan(create, bytes, [65_536], 1 << 26)).toEqual(referenceResult(bytes))
    })
  })

  describe(`${name}: generated files`, () => {
    const piece = fc.constantFrom(
      '"',
      '""',
      ';',
      '\n',
      '\r\n',
      '\r',
      '\0',
      'a',
      'é',
      'x;y',
      '"";',
      '"q"',
      '\ufeff',
      '1;2\n',
      '"a";"b"\r\n',
    )
    const raw = fc.constantFrom(...INVALID_UTF8, Buffer.from([0xff]))
    const hostile = fc
      .array(
        fc.oneof({ weight: 20, arbitrary: piece.map((text) => Buffer.from(text)) }, { weight: 1, arbitrary: raw }),
        { maxLength: 24 },
      )
      .map((pieces) => Buffer.concat([Buffer.from('a;b\n'), ...pieces]))
    const cell = fc
      .array(fc.constantFrom('a', ';', '"', '\n', '\r', 'é', '\u{1f68b}', ' '), { maxLength: 8 })
      .map((parts) => parts.join(''))
    const record = fc
      .tuple(cell, cell, cell)
      .map((cells) => cells.map((one) => `"${one.replaceAll('"', '""')}"`).join(';'))
    const valid = fc
      .tuple(fc.array(fc.tuple(record, fc.constantFrom('\n', '\r\n'))), fc.boolean())
      .map(([records, cut]) => {
        const text = `x;y;z\n${records.map(([line, end]) => line + end).join('')}`
        return Buffer.from(cut ? text.replace(/\r?\n$/, '') : text)
      })
    const chunks = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 4 })

    test.each([
      ['hostile', hostile],
      ['valid', valid],
    ])('%s ones are read or refused as by the reference', (_, files) => {
      fc.assert(
        fc.property(files, chunks, (bytes, sizes) => {
          const whole = scan(create, bytes)
          expect(scan(create, bytes, sizes)).toEqual(whole)
          const reference = referenceResult(bytes)
          if (reference === undefined) expect(typeof whole).toBe('string')
          else expect(whole).toEqual(reference)
        }),
        { numRuns: RUNS },
      )
    })
  })
}
