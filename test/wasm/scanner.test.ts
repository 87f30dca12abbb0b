import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createReferenceScanner } from '../../src/csv/referenceScanner.ts'
import { createWasmScanner } from '../../src/wasm/scanner.ts'
import { isWasmBatch } from '../../src/wasm/wasmInstance.ts'
import { scannerContract } from '../csv/contract.ts'
import { cut, outcomeOf } from './outcome.ts'

scannerContract('the WebAssembly scanner', createWasmScanner)

const bytes = (text: string) => Buffer.from(text, 'latin1')

function expectSame(content: Uint8Array, lengths: readonly number[], maxRecordBytes?: number): void {
  const chunks = cut(content, lengths)
  const options = maxRecordBytes === undefined ? {} : { maxRecordBytes }
  const expected = outcomeOf(createReferenceScanner, chunks, options)
  const actual = outcomeOf(createWasmScanner, chunks, options)
  if (actual.join('\n') !== expected.join('\n')) {
    expect({ content: Buffer.from(content).toString('latin1'), lengths, actual }).toEqual({ actual: expected })
  }
}

/**
 * Everything that can be wrong or unusual in an export, in a record of three fields. `…` is replaced by a filler, which moves
 * the rest to each place in a block.
 */
const UNUSUAL = {
  'nothing unusual': '"…";"b";"c"\n',
  'a doubled quote': '"…""";"b""b";"""c"\n',
  'doubled quotes only': '"…";"""""";""""\n',
  'separators and line ends in quotes': '"…;\n\r\n;\r";"b";"c"\n',
  'empty fields': '…;"";\n',
  CRLF: '"…";b;c\r\n',
  'CRLF after a quote': '"…";b;"c"\r\n',
  'mixed line ends': '"…";b;"c"\r\n"a";"b";c\n"a";b;\r\n',
  'no line end': '"…";"b";"c"',
  'no line end after plain text': '"…";"b";c',
  'blank lines at the end': '"…";"b";"c"\n\r\n\n',
  'a blank line inside': '"…";"b";"c"\n\n"a";"b";"c"\n',
  'a blank line with CR inside': '"…";"b";"c"\n\r\n"a";"b";"c"\n',
  'a bare CR': '…\r;"b";"c"\n',
  'a bare CR after a quote': '"…"\r;"b";"c"\n',
  'a bare CR before a quote': '…;\r"b";"c"\n',
  'a bare CR at the end': '…;"b";"c"\r',
  'two CRs': '"…";"b";"c"\r\r\n',
  'a quote in plain text': '…";"b";"c"\n',
  'a quote at the end of plain text': '"a";…;b"\n',
  'text after a closing quote': '"…"x;"b";"c"\n',
  'a space before a quote': '"…"; "b";"c"\n',
  'a quote never closed': '"…";"b;c\n"a";"b";"c"\n',
  'a field too few': '"…";"b"\n',
  'a field too many': '"…";"b";"c";"d"\n',
  'many fields too many, no line end': `"…"${';'.repeat(200)}`,
  NUL: '"…\0";"b";"c"\n',
  'NUL in plain text': '…\0;"b";"c"\n',
  'NUL at the end': '"…";"b";c\0',
  'good UTF-8': '"…é’😀";"b";"é"\n',
  'a continuation byte alone': '"…\x80";"b";"c"\n',
  'a lead byte alone': '"…\xc3";"b";"c"\n',
  'a lead byte before the line end': '"…";"b";\xe2\x80\n',
  'an overlong character': '"…\xc0\xaf";"b";"c"\n',
  'a surrogate': '"…\xed\xa0\x80";"b";"c"\n',
  'beyond Unicode': '"…\xf4\x90\x80\x80";"b";"c"\n',
  'a character cut off at the end': '"…";"b";\xf0\x9f\x98',
  'two mistakes': '"…\xff";"b"x;\r\n',
  'a mistake, then a mistake in an earlier field': '"…";"\xff";"b"x;"c\n',
}
const RUNS = Number(process.env.FUZZ_RUNS ?? 1_000)
const HEADER = '"id";"title";"tags"\n'
const BEFORE = '"a";b;"c"\r\n'
const BEHIND = '"a";b;"c"\r\n"a";"";\n'
const OFFSETS = 131

/** Ways to cut the bytes: not at all, in blocks, at each position around `place`, and into single bytes there. */
function chunkings(place: number): readonly (readonly number[])[] {
  const around = [-1, 0, 1, 2].map((step) => [place + step, 1 << 20])
  return [[1 << 20], [HEADER.length + 64, 64], ...around, [place - 2, 1, 1, 1, 1, 1, 1, 1 << 20]]
}

describe('the boundary sweep: the same records or the same error as the plain scanner, at each of 131 places', () => {
  for (const [what, record] of Object.entries(UNUSUAL)) {
    test(what, () => {
      for (let offset = 0; offset < OFFSETS; offset++) {
        const odd = record.replace('…', 'a'.repeat(offset))
        const content = offset % 2 === 0 ? HEADER + BEFORE + odd + BEHIND : HEADER + odd
        // The position after the `a`s, where the unusual part begins.
        const place = content.indexOf(odd) + record.indexOf('…') + offset
        for (const lengths of chunkings(place)) expectSame(bytes(content), lengths)
      }
    })
  }
})

/** The entries of UNUSUAL that are valid. */
const SOUND = [
  'nothing unusual',
  'a doubled quote',
  'doubled quotes only',
  'separators and line ends in quotes',
  'empty fields',
  'CRLF',
  'CRLF after a quote',
  'mixed line ends',
  'no line end',
  'no line end after plain text',
  'good UTF-8',
] as const

test.each(SOUND)('the plain scanner is not called in for %s', (what) => {
  for (let offset = 0; offset < OFFSETS; offset++) {
    const odd = UNUSUAL[what].replace('…', 'a'.repeat(offset))
    const content = what.startsWith('no line end') ? HEADER + odd : HEADER + BEFORE + odd + BEHIND
    for (const lengths of chunkings(content.indexOf(odd) + UNUSUAL[what].indexOf('…') + offset)) {
      const scanner = createWasmScanner({ name: 'the export', maxRecordBytes: 1 << 20, select: () => [0] })
      const batches = cut(Buffer.from(content), lengths).map((chunk) => scanner.write(chunk))
      expect(batches.filter(({ count }) => count > 0).every(isWasmBatch)).toBe(true)
    }
  }
})

const PIECES = [
  '"',
  '"',
  ';',
  '\n',
  '\r\n',
  'a',
  '";"',
  '";"',
  '""',
  '"\n"',
  '"\r\n"',
  '\r',
  '\0',
  '\xc3\xa9',
  '\xe2\x80\x99',
]
const RARE_PIECES = ['\xff', '\xc3', '\x80', '\n\n', 'x'.repeat(63), 'y'.repeat(64), 'z'.repeat(200)]

describe('generated exports', () => {
  test('the same records or the same error, whatever stands in an export and however it is cut', () => {
    const piece = fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, fc.constantFrom(...RARE_PIECES))
    const lengths = fc.array(fc.integer({ min: 1, max: 150 }), { minLength: 1, maxLength: 4 })
    const header = fc.constantFrom('a\n', 'a;b\n', '"a";"b";"c"\r\n', '')
    const property = fc.property(header, fc.array(piece, { maxLength: 60 }), lengths, (head, pieces, cuts) => {
      expectSame(bytes(head + pieces.join('')), cuts, 300)
    })
    fc.assert(property, { numRuns: RUNS })
  })

  test('the same for exports that are sound but for one byte', () => {
    const field = fc.oneof(
      fc
        .string({ unit: fc.constantFrom('a', 'é', '""', ';', '\n', '\r\n', '’'), maxLength: 80 })
        .map((text) => `"${text}"`),
      fc.string({ unit: fc.constantFrom('a', 'é', '1', ' '), maxLength: 20 }),
    )
    const record = fc
      .tuple(field, field, field, fc.constantFrom('\n', '\r\n'))
      .map(([a, b, c, end]) => Buffer.from(`${a};${b};${c}${end}`))
    const lengths = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1, maxLength: 4 })
    const records = fc.array(record, { minLength: 1, maxLength: 12 })
    const spoiling = fc.constantFrom(...bytes('"";;\n\r\0\x80\xc3\xffa'))
    const property = fc.property(records, lengths, fc.nat(), fc.option(spoiling), (parts, cuts, place, spoilt) => {
      const content = Buffer.concat([Buffer.from(HEADER), ...parts])
      if (spoilt !== null) content[place % content.length] = spoilt
      expectSame(content, cuts)
    })
    fc.assert(property, { numRuns: RUNS })
  })
})

describe('sizes', () => {
  const record = (length: number) => `"${'é'.repeat((length - 8) / 2)}";b;"c"\n`

  test('a record as long as allowed passes, one byte more is refused', () => {
    for (const lengths of [[1 << 20], [1000], [64]]) {
      for (const length of [998, 1000, 1002]) {
        const content = Buffer.from(
          HEADER + record(200) + record(length).replace('b', '') + record(length) + record(200),
        )
        expectSame(content, lengths, 1000)
      }
    }
  })

  test('a record that never ends is refused as soon as it is too long', () => {
    for (const lengths of [[64], [1000], [4096]]) expectSame(bytes(`${HEADER}"${'x'.repeat(50_000)}`), lengths, 1000)
  })

  test('a record much longer than all chunks before', () => {
    const content = Buffer.from(HEADER + record(100).repeat(20) + record(300_000) + record(100).repeat(20))
    for (const lengths of [[64], [4096], [100_000], [1, 200_000, 1]]) expectSame(content, lengths)
  })

  test('chunks that grow byte by byte', () => {
    const lengths = Array.from({ length: 700 }, (_, index) => index + 1)
    expectSame(Buffer.from(HEADER + record(100).repeat(3000)), lengths)
  })

  test('one column, thousands of columns', () => {
    for (const columns of [1, 2, 5000]) {
      const line = `${Array.from({ length: columns }, (_, column) => (column % 3 === 0 ? '"x;"' : `${column}`)).join(';')}\n`
      for (const lengths of [[1 << 20], [1000]]) expectSame(Buffer.from(line.repeat(columns > 100 ? 8 : 3000)), lengths)
    }
  })

  test('a chunk too long to be scanned at once', () => {
    const content = Buffer.from(HEADER + record(100_000).repeat(340))
    const counts = (lengths: number[]) =>
      outcomeOf(createWasmScanner, cut(content, lengths), { select: () => [] }).filter((line) => line !== '.').length
    expect(content.length).toBeGreaterThan(1 << 25)
    expect(counts([1 << 26])).toBe(341)
    expect(counts([1 << 20, 1 << 26])).toBe(341)
  })
})
