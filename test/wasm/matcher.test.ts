import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { encodeField } from '../../src/csv/field.ts'
import { createReferenceScanner } from '../../src/csv/referenceScanner.ts'
import type { Batch, Scanner, ScanOptions } from '../../src/csv/scanner.ts'
import { fold, foldTerm, isPresent } from '../../src/matching/fold.ts'
import type { Matcher, Query } from '../../src/matching/matcher.ts'
import { createWasmMatcher } from '../../src/wasm/matcher.ts'
import { createWasmScanner } from '../../src/wasm/scanner.ts'
import { checkSeeds } from '../helpers/seeds.ts'
import { matcherContract } from '../matching/contract.ts'
import { createPlainMatcher } from '../matching/plain.ts'
import { cut } from './outcome.ts'

matcherContract('the WebAssembly matcher', createWasmMatcher)

const RUNS = Number(process.env.FUZZ_RUNS ?? 300)
const HEADER = 'title;tags\n'
const COLUMNS = ['title', 'tags']
interface Create {
  scanner(options: ScanOptions): Scanner
  matcher(queries: readonly Query[], columns: readonly string[]): Matcher
}

const WASM: Create = { scanner: createWasmScanner, matcher: createWasmMatcher }
const PLAIN: Create = { scanner: createReferenceScanner, matcher: createPlainMatcher }
/** The WebAssembly matcher with batches of another memory. */
const COPYING: Create = { scanner: createReferenceScanner, matcher: createWasmMatcher }

/** For each record, the numbers of the queries that it matches. */
function matchesOf(
  create: Create,
  content: Uint8Array,
  queries: readonly Query[],
  lengths: readonly number[] = [1 << 18],
): string[] {
  const options = { name: 'the export', maxRecordBytes: 1 << 24, select: () => [0, 1] }
  const scanner = create.scanner(options)
  const matcher = create.matcher(queries, COLUMNS)
  const matches: string[] = []
  const take = (batch: Batch) => {
    const found = Array.from({ length: batch.count }, (): number[] => [])
    matcher.match(batch, (record, query) => found[record]!.push(query))
    matches.push(...found.map((queries) => queries.join()))
  }
  for (const chunk of cut(content, lengths)) take(scanner.write(chunk))
  take(scanner.end())
  return matches
}

function recordsOf(titles: readonly string[], tags = ''): Buffer {
  return Buffer.from(HEADER + titles.map((title) => `${encodeField(title)};${encodeField(tags)}\n`).join(''))
}

function querying(terms: readonly string[], match: Query['match'] = 'substring', columns = COLUMNS): Query {
  return { terms, columns, match }
}

/** More terms than the matcher uses nibble tables for. */
const MANY = Array.from({ length: 40 }, (_, index) => querying([`q${index.toString(36)}x`]))

/** Further queries that make the matcher use the nibble tables, the prefix table, or the automaton alone. */
const METHODS: readonly (readonly [string, readonly Query[]])[] = [
  ['the nibble tables', []],
  ['the prefix table', MANY],
  ['the automaton alone', [querying(['"q'])]],
]

/** For each text, whether it matches a query that is used together with others. */
function isMatched(create: Create, texts: readonly string[], others: readonly Query[], query: Query): boolean[] {
  return matchesOf(create, recordsOf(texts), [query, ...others]).map((answer) => answer.split(',').includes('0'))
}

describe.each(METHODS)('%s find every spelling', (_, others) => {
  // Every character that folds to something else, every one below U+3000, and one for each other pair of first bytes.
  const characters: string[] = []
  for (let code = 1; code < 0x110000; code++) {
    if (code >= 0xd800 && code <= 0xdfff) continue
    const character = String.fromCodePoint(code)
    if (code < 0x3000 || code % 0x40 === 0x21 || fold(character) !== character) characters.push(character)
  }

  test.each([
    ['the first', ['mob', 'érable', 'euvre', 'σ', '각'], (c: string) => `x${c}ob`],
    ['the second', ['mob', 'tœnia', 'l’eau', 'm b'], (c: string) => `xm${c}b`],
    ['the third', ['mob', 'tra', 'mo b', 'moeb'], (c: string) => `xmo${c}`],
    ['the fourth', ['mobi', 'mob i', 'tran'], (c: string) => `xmob${c}`],
    ['the only', ['a', 'é', 'n', 'ω', '的'], (c: string) => `x${c}`],
  ])('when any character of Unicode is %s letter of a term', (_, terms, spell) => {
    expectAsPlain(characters.map(spell), querying(terms))
  })

  test('when any character of Unicode stands before a word', () => {
    const texts = characters.map((character) => `${character}mob`)
    expectAsPlain(texts, querying(['mob', 'tra'], 'word'))
  })

  function expectAsPlain(texts: readonly string[], query: Query): void {
    const expected = isMatched(PLAIN, texts, others, query)
    const wrong = isMatched(WASM, texts, others, query).flatMap((is, index) => (is === expected[index] ? [] : [index]))
    expect(wrong.map((index) => characters[index]!.codePointAt(0))).toEqual([])
    expect(expected.length).toBeGreaterThan(30_000)
  }
})

describe('the boundary sweep', () => {
  const spellings = [
    'transport',
    'TRÂNSPORT',
    'tra\u0302nsport',
    't\u0327ransport',
    't\u0301\u0327\u0301ransport',
    'ţransport',
    'ṫṙansport',
    'transpo\u0302rt',
    '"transport"',
  ]
  const fillings = ['trans"m', 'les ', 'œt’mé"']
  const offsets = [...Array(70).keys(), ...Array.from({ length: 24 }, (_, index) => 4080 + index)]

  test.each(METHODS)('%s find a term at each place in a field, a vector and a strip', (_, others) => {
    for (const filling of fillings) {
      for (const spelling of spellings) {
        const texts = offsets.flatMap((offset) => {
          const before = filling.repeat(1_100).slice(0, offset)
          return [before + spelling, before + spelling.slice(0, -1), `${before}${spelling} ${before}`]
        })
        for (const match of ['substring', 'word'] as const) {
          const expected = texts.map((text) => isPresent('transport', text, match))
          expect(isMatched(WASM, texts, others, querying(['mobilité', 'transport'], match))).toEqual(expected)
        }
      }
    }
  })

  test.each(METHODS)('%s match neither inside a character nor from the second of two quotes', (_, others) => {
    // In five bits, the end of ã and < look like ü, and a quote looks like a b.
    expect(isMatched(WASM, ['ã<co', 'üco', 'ãuco'], others, querying(['uco']))).toEqual([false, true, true])
    expect(isMatched(WASM, ['"art', 'b"art', '"bar'], others, querying(['bart', 'art']))).toEqual([true, true, false])
  })

  test('bytes after a field do not count', () => {
    const queries = [querying(['ab', 'abc"', 'a'], 'substring', ['title']), querying(['b'], 'word', ['title'])]
    const texts = ['x', 'xa', 'b', 'cab', 'abc"', '', '"a']
    const expected = texts.map((text) => {
      const first = ['ab', 'abc"', 'a'].some((term) => isPresent(term, text, 'substring'))
      return [first ? ['0'] : [], isPresent('b', text, 'word') ? ['1'] : []].flat().join()
    })
    expect(matchesOf(WASM, recordsOf(texts, 'abc'), queries)).toEqual(expected)
  })
})

describe('generated texts', () => {
  const letters = [
    ...'œæß½–ʼ_aàbBcCçtTrRmMoOôs¨"’σςΣİıſK각ㄱ가的🚲 -,;1٣',
    '\u0301',
    '\u0327',
    '\u20dd',
    '\u00ad',
    '\u00a0',
    '\u200b',
    '\r\n',
    'mob',
    'tra',
  ]
  const unit = fc.constantFrom(...letters)
  const text = fc.string({ unit, maxLength: 40 })
  const term = fc.string({ unit, minLength: 1, maxLength: 4 }).filter((one) => foldTerm(one) !== '')
  const columns = fc.constantFrom(['title'], ['tags'], COLUMNS, [])
  const match = fc.constantFrom('substring' as const, 'word' as const)
  const query = fc.record({ terms: fc.array(term, { minLength: 1, maxLength: 3 }), columns, match })
  const queries = fc.oneof(
    fc.array(query, { minLength: 1, maxLength: 5 }),
    fc.array(query, { minLength: 1, maxLength: 40 }).map((some) => [...MANY.slice(0, 30), ...some]),
  )
  const titles = fc.array(fc.tuple(text, text), { minLength: 1, maxLength: 8 })
  const lengths = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 3 })

  test('match the same queries as with the plain matcher, in place and copied', () => {
    const property = fc.property(queries, titles, lengths, (some, rows, cuts) => {
      const content = Buffer.from(HEADER + rows.map((row) => `${row.map(encodeField).join(';')}\n`).join(''))
      const expected = matchesOf(PLAIN, content, some, cuts)
      expect(matchesOf(WASM, content, some, cuts)).toEqual(expected)
      expect(matchesOf(COPYING, content, some, cuts)).toEqual(expected)
    })
    checkSeeds(property, RUNS)
  })
})

test('a chunk may end at every byte', () => {
  const titles = [
    'Qualité de l’air,\r\nBŒUF « 12"" tour » ½',
    '-point \u0301\u00ad– d’arrêt_',
    "L'\r\nAIR, plate\u00adforme CO₂ ĳ 각 𝐞",
    '’',
    "de l'",
  ]
  const terms = ["qualité de l'air", 'boeuf', 'point d arrêt', 'l air', 'plateforme', 'co2', 'j', 'e', '2', 'de', '12"']
  const queries = [...terms, ...terms].map((term, index) =>
    querying([term], index < terms.length ? 'substring' : 'word'),
  )
  const tags = '’-é'
  const expected = titles.map((title) =>
    [...queries.keys()]
      .filter((index) => {
        const { terms, match } = queries[index]!
        return [title, tags].some((text) => isPresent(terms[0]!, text, match))
      })
      .join(),
  )
  const content = recordsOf(titles, tags)
  for (let end = 1; end < content.length; end++) {
    expect([end, matchesOf(WASM, content, queries, [end, 1 << 18])]).toEqual([end, expected])
  }
  expect(matchesOf(WASM, content, queries, [1])).toEqual(expected)
})

describe('one memory', () => {
  const filling = 'Les transports doux, la mobilité '.repeat(30)

  test('holds a scanner and its matchers without a copy', () => {
    const { Instance } = WebAssembly
    const instances = vi.fn()
    vi.stubGlobal('WebAssembly', {
      ...WebAssembly,
      Module: WebAssembly.Module,
      Instance: class extends Instance {
        constructor(...given: ConstructorParameters<typeof Instance>) {
          super(...given)
          instances()
        }
      },
    })
    try {
      const content = recordsOf(Array<string>(9_000).fill(filling))
      for (const lengths of [[1 << 16], [1 << 18], [1 << 20], [1 << 22]]) {
        instances.mockClear()
        matchesOf(WASM, content, [querying(['mobilité']), ...MANY, ...MANY, ...MANY], lengths)
        expect(instances).toHaveBeenCalledTimes(1)
      }
    } finally {
      vi.unstubAllGlobals()
    }
  })

  test('grows for long records without losing the queries in it', () => {
    const texts = [filling, `${'a'.repeat(6_000_000)} transport`, filling, 'a', `${'é'.repeat(9)}transport`]
    for (const lengths of [[1 << 12], [1 << 18]]) {
      expect(matchesOf(WASM, recordsOf(texts), [querying(['transport'])], lengths)).toEqual(['0', '0', '0', '', '0'])
    }
  })

  test('without room for the queries gives them one of their own', () => {
    const long = 'abcdefghijklmnopqrstuvwxyz0123456789'.repeat(500)
    const queries = [querying([long]), querying(['transport'])]
    const texts = [filling, long, long.slice(1), `${long.slice(1)}transport`, `a${long}`]
    expect(matchesOf(WASM, recordsOf(texts), queries)).toEqual(['1', '0', '', '1', '0'])
  })

  test('is not used any more once the plain scanner takes over, and the queries still match', () => {
    const content = Buffer.concat([recordsOf([filling, 'a', filling]), Buffer.from('"transport";\n\r\n\r\n')])
    expect(matchesOf(WASM, content, [querying(['transport'])], [1])).toEqual(['0', '', '0', '0'])
    expect(matchesOf(WASM, content, [querying(['transport'])])).toEqual(['0', '', '0', '0'])
  })

  test('of another scanner works with the same matcher', () => {
    const matcher = createWasmMatcher([querying(['transport'])], COLUMNS)
    const create = { ...WASM, matcher: () => matcher }
    for (let time = 0; time < 3; time++) {
      expect(matchesOf(create, recordsOf([filling, 'a']), [querying(['transport'])])).toEqual(['0', ''])
    }
  })
})

test('switching to the automaton alone changes nothing', () => {
  // Every other word begins like a term, so the matcher switches after half a mebibyte.
  const texts = Array.from(
    { length: 6_000 },
    (_, index) => `${'tram mobile '.repeat(30)}${index % 7 === 0 ? 'transport' : ''}`,
  )
  for (const match of ['substring', 'word'] as const) {
    const expected = texts.map((_, index) => (index % 7 === 0 ? '0' : ''))
    expect(matchesOf(WASM, recordsOf(texts), [querying(['mobilité', 'transport'], match)])).toEqual(expected)
  }
})
