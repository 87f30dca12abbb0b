import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeField } from '../../src/csv/field.ts'
import type { Batch, Scanner, ScanOptions } from '../../src/csv/scanner.ts'
import { Failure } from '../../src/errors.ts'
import { parse, Refusal } from '../reference.ts'

type Create = (options: ScanOptions) => Scanner

/** What comes out of a scanner when everything is wanted, or the message with which it refuses. */
type Scanned = { header: string; columns: string[]; records: { bytes: string; fields: string[] }[] } | string

/** Scans bytes that arrive in chunks of the sizes given (the last one repeats). */
function scan(create: Create, bytes: Buffer, chunks: readonly number[] = [bytes.length || 1], most = 1 << 20): Scanned {
  let columns: readonly string[] = []
  const scanner = create({
    name: 'export',
    maxRecordBytes: most,
    select: (found) => {
      columns = found
      return found.map((_, index) => index)
    },
  })
  const records: { bytes: string; fields: string[] }[] = []
  const take = (batch: Batch) => {
    expect(batch.count === 0 || batch.first === records.length + 1).toBe(true)
    for (let i = 0; i < batch.count; i++) {
      const fields = columns.map((_, slot) => {
        const at = 2 * (i * batch.width + slot)
        return decodeField(batch.bytes, batch.fields[at]!, batch.fields[at + 1]!)
      })
      records.push({
        bytes: Buffer.from(batch.bytes.subarray(batch.records[2 * i], batch.records[2 * i + 1])).toString('latin1'),
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

function expected(bytes: Buffer): Scanned | undefined {
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

/** Bytes that are no UTF-8: a lone continuation, a character cut short, an overlong form, a surrogate. */
const BROKEN = [[0x80], [0xe2, 0x82], [0xc0, 0xaf], [0xed, 0xa0, 0x80]].map((bytes) => Buffer.from(bytes))

const CHUNKINGS: readonly (readonly number[])[] = [[1 << 20], [1], [2], [3], [7], [64], [65], [1, 63, 128]]
const RUNS = Number(process.env.FUZZ_RUNS ?? 300)

/** What every scanner promises. */
export function scannerContract(name: string, create: Create): void {
  const both = (text: string | Buffer, most?: number) => {
    const bytes = Buffer.from(text as string)
    const [whole, ...others] = CHUNKINGS.map((chunks) => scan(create, bytes, chunks, most))
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
      ['a header alone', 'a;b', []],
      ['columns named alike', 'a;a\n1;2\n', [['1', '2']]],
      ['one column', 'a\n1\n""\n', [['1'], ['']]],
    ])('%s', (_, text, fields) => {
      const scanned = both(text)
      if (typeof scanned === 'string') throw new Error(scanned)
      expect(scanned.records.map((record) => record.fields)).toEqual(fields)
      expect(scanned).toEqual(expected(Buffer.from(text)))
    })
  })

  describe(`${name}: refuses, by record, line and column,`, () => {
    const invalid = (...bytes: number[]) =>
      Buffer.concat([Buffer.from('a;b\n1;2\n"é\n'), Buffer.from(bytes), Buffer.from('";x\n')])
    test.each<[string, string | Buffer, string]>([
      ['an empty file', '', 'export is empty: it has no header'],
      ['a file of blank lines', '\r\n\n', 'export is empty: it has no header'],
      [
        'too few fields',
        'a;b\n1;2\n3\n',
        'export, record 2, line 3, column 1: the record has 1 fields where the header has 2',
      ],
      [
        'too many fields',
        'a;b\n"\n";2;3\n',
        'export, record 1, line 2, column 1: the record has 3 fields where the header has 2',
      ],
      [
        'a quote inside a field that is not quoted',
        'a;b\n1;é"2\n',
        'export, record 1, line 2, column 4: a quote stands inside a field that is not quoted',
      ],
      [
        'text after a closing quote',
        'a;b\n"x\ny"z;2\n',
        'export, record 1, line 3, column 3: text follows a closing quote',
      ],
      [
        'a quote that is never closed',
        'a;b\n1;2\n1;"2\n\n',
        'export, record 2, line 3, column 3: the quote that opens here is never closed',
      ],
      [
        'a bare CR',
        'a;b\n1\r;2\n',
        'export, record 1, line 2, column 2: a carriage return that no line feed follows stands outside quotes',
      ],
      [
        'a bare CR at the end',
        'a;b\n1;2\r',
        'export, record 1, line 2, column 4: a carriage return that no line feed follows stands outside quotes',
      ],
      [
        'a blank line in the middle',
        'a;b\n1;2\n\n3;4\n',
        'export, line 3, before record 2: a blank line stands before the end',
      ],
      ['a blank line at the start', '\na;b\n', 'export, line 1, before the header: a blank line stands before the end'],
      ['NUL', 'a;b\n1;2\nx;"y\nz\0"\n', 'export, record 2, line 4, column 2: a NUL byte stands here'],
      ['NUL in the header', 'a;\0b\n', 'export, the header, line 1, column 3: a NUL byte stands here'],
      ['a lone continuation byte', invalid(0x80), 'export, record 2, line 4, column 1: the bytes here are not UTF-8'],
      ['an overlong form', invalid(0xc0, 0xaf), 'export, record 2, line 4, column 1: the bytes here are not UTF-8'],
      ['a surrogate', invalid(0xed, 0xa0, 0x80), 'export, record 2, line 4, column 1: the bytes here are not UTF-8'],
      [
        'a code point beyond Unicode',
        invalid(0xf4, 0x90, 0x80, 0x80),
        'export, record 2, line 4, column 1: the bytes here are not UTF-8',
      ],
      [
        'a character cut short',
        invalid(0x78, 0xe2, 0x82),
        'export, record 2, line 4, column 2: the bytes here are not UTF-8',
      ],
    ])('%s', (_, text, message) => {
      expect(both(text)).toBe(message)
      expect(expected(Buffer.from(text as string))).toBeUndefined()
    })

    test('a record that is longer than allowed, whether it ends or not', () => {
      const message =
        'export, record 1, line 2, column 1: the record is longer than 64 bytes; a larger max_record_size would accept it'
      expect(both(`a;b\n1;"${'x'.repeat(80)}"\n`, 64)).toBe(message)
      expect(both(`a;b\n1;"${'x'.repeat(80)}`, 64)).toBe(message)
      expect(both(`a;b\n1;"${'x'.repeat(58)}"\n`, 64)).not.toBe(message)
    })

    test('the mistake that stands first', () => {
      expect(both('a;b\n1;2\n1;\0\n1;2;3\n')).toMatch(/^export, record 2, line 3, column 3: a NUL/)
      expect(both('a;b\n1;2;3\n1;\0\n')).toMatch(/^export, record 1, line 2, column 1: the record has 3/)
    })
  })

  describe(`${name}: boundaries`, () => {
    const anomalies = ['"', '""', ';', '\n', '\r\n', '\r', '\0', 'é', '\u{1f68b}', '"\r\n"', '";"', '\n\n']

    test('every anomaly at each of 66 offsets, with each ending, in several chunkings, is read as the reference reads it', () => {
      for (const anomaly of [...anomalies.map((text) => Buffer.from(text)), ...BROKEN]) {
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
            const wanted = expected(bytes)
            if (wanted === undefined) expect(typeof first).toBe('string')
            else expect(first).toEqual(wanted)
          }
        }
      }
    })

    test.each([
      ['more records at once than any table is laid out for', 1, 40_000],
      ['more fields at once', 50, 2_000],
      ['a header that is wider than the table', 5_000, 3],
    ])('%s are all there, each with its fields', (_, width, count) => {
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

    test('a record may span any number of chunks and be larger than every buffer', () => {
      const long = `a;b\n"${'é'.repeat(1_500_000)}";${'z'.repeat(10)}\n1;2\n`
      const bytes = Buffer.from(long)
      expect(scan(create, bytes, [65_536], 1 << 26)).toEqual(expected(bytes))
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
    const raw = fc.constantFrom(...BROKEN, Buffer.from([0xff]))
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
    ])('%s ones give what the reference gives, or are refused as it refuses them', (_, files) => {
      fc.assert(
        fc.property(files, chunks, (bytes, sizes) => {
          const whole = scan(create, bytes)
          expect(scan(create, bytes, sizes)).toEqual(whole)
          const wanted = expected(bytes)
          if (wanted === undefined) expect(typeof whole).toBe('string')
          else expect(whole).toEqual(wanted)
        }),
        { numRuns: RUNS },
      )
    })
  })
}
