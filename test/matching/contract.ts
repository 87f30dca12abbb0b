import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Batch } from '../../src/csv/scanner.ts'
import { fold, foldTerm, isPresent } from '../../src/matching/fold.ts'
import type { Matcher, Query } from '../../src/matching/matcher.ts'
import { checkSeeds } from '../helpers/seeds.ts'

type Create = (queries: readonly Query[], columns: readonly string[]) => Matcher

const RUNS = Number(process.env.FUZZ_RUNS ?? 200)

/** Creates a batch of one record with these fields, as a scanner does. */
function batchOf(texts: readonly string[]): Batch {
  const parts = texts.map((text) => Buffer.from(text.replaceAll('"', '""')))
  // The matcher must ignore the bytes next to a field.
  const bytes = Buffer.concat(parts.flatMap((part) => [Buffer.from('transport"é'), part, Buffer.from('mobilité"')]))
  const fieldRanges = new Uint32Array(2 * parts.length)
  let at = 0
  parts.forEach((part, slot) => {
    at += 12
    fieldRanges[2 * slot] = at
    at += part.length
    fieldRanges[2 * slot + 1] = at
    at += 10
  })
  return {
    bytes,
    count: 1,
    firstNumber: 1,
    recordRanges: Uint32Array.of(0, bytes.length),
    fieldsPerRecord: parts.length,
    fieldRanges,
  }
}

/** The queries that the only record of a batch matches. */
function matchesIn(matcher: Matcher, batch: Batch): number[] {
  const matched: number[] = []
  matcher.match(batch, (record, query) => {
    if (record !== 0) throw new Error(`record ${record} of one`)
    matched.push(query)
  })
  return matched
}

/** Tests that every matcher has to pass. */
export function matcherContract(name: string, create: Create): void {
  const found = (queries: readonly Query[], texts: readonly string[], columns = texts.map((_, i) => `c${i}`)) => {
    const matched = matchesIn(create(queries, columns), batchOf(texts))
    return queries.map((_, query) => matched.includes(query))
  }
  const finds = (term: string, text: string, match: Query['match'] = 'substring') =>
    found([{ terms: [term], columns: ['c0'], match }], [text])[0]!

  // Letters that fold in many ways or to several letters, marks, Hangul, Greek sigmas, quotes, and separators of words.
  const letters =
    'œ Œ æ ǽ ø ł Đ ﬀ ½ ² ₂ ℡ … ŉ ﷺ ¨ ´ ` ’ ‘ ʼ – — − ‐ \u2011 \u00a0 \u202f \u3000 \u00ad \u200b \ufeff a e E é É e\u0301 ç c\u0327 İ ı i I ß ẞ K k Å Å å ﬁ Σ σ ς ΑΣ ạ̈ ộ 각 가 ᆨ 각 ð\u0308 ü u\u0308 \u0301 \u0327 \u20dd ן क् के น้ 🚋 𝒳 Ǆ ǅ'
  const unit = fc.constantFrom(
    ...letters.split(' '),
    ' ',
    '-',
    '_',
    '"',
    "'",
    '1',
    '٣',
    ',',
    'x',
    'e',
    'o',
    '\u2028',
    '\r\n',
    '\t',
  )
  const text = fc.array(unit, { maxLength: 12 }).map((units) => units.join(''))
  const term = fc
    .array(unit, { minLength: 1, maxLength: 4 })
    .map((units) => units.join(''))
    .filter((one) => foldTerm(one) !== '')

  describe(`${name}: presence`, () => {
    test('is fold(text).includes(foldTerm(term)), for any term and text', () => {
      fc.assert(
        fc.property(term, text, (one, within) => {
          expect(finds(one, within)).toBe(fold(within).includes(foldTerm(one)))
        }),
        { numRuns: RUNS * 6 },
      )
    })

    test('of a term cut out of the text is found however the text writes it', () => {
      fc.assert(
        fc.property(text, fc.nat(12), fc.integer({ min: 1, max: 4 }), (within, from, size) => {
          const one = [...fold(within)].slice(from, from + size).join('')
          fc.pre(foldTerm(one) !== '')
          expect(finds(one, within)).toBe(fold(within).includes(foldTerm(one)))
          expect(finds(one, within.toUpperCase())).toBe(fold(within.toUpperCase()).includes(foldTerm(one)))
        }),
        { numRuns: RUNS * 2 },
      )
    })

    test('of a whole word is what the definition says', () => {
      fc.assert(
        fc.property(term, text, (one, within) => {
          expect(finds(one, within, 'word')).toBe(isPresent(one, within, 'word'))
          expect(finds(one, `${one} ${within}`, 'word')).toBe(isPresent(one, `${one} ${within}`, 'word'))
        }),
        { numRuns: RUNS * 2 },
      )
    })

    test('is right for every character of Unicode that folds to something else', () => {
      const columns = ['c0']
      const folding: string[] = []
      for (let code = 0; code < 0x110000; code++) {
        if (code >= 0xd800 && code <= 0xdfff) continue
        const character = String.fromCodePoint(code)
        const folded = fold(character)
        if (folded !== character && folded.trim() !== '') folding.push(character)
      }
      expect(folding.length).toBeGreaterThan(12_000)
      for (let at = 0; at < folding.length; at += 250) {
        const some = folding.slice(at, at + 250)
        const terms = [...new Set(some.map(foldTerm))]
        const matcher = create(
          terms.map((one) => ({ terms: [one], columns, match: 'substring' as const })),
          columns,
        )
        for (const character of some) {
          const matched = matchesIn(matcher, batchOf([`-${character}-`]))
          const folded = fold(`-${character}-`)
          const wanted = terms.filter((one) => folded.includes(one))
          expect([character, matched.map((query) => terms[query])]).toEqual([character, wanted])
        }
      }
    })

    test.each([
      ['mobilité', 'Les MOBILITES douces', true],
      ['mobilite', 'mobilite\u0301', true],
      ['mobilité', 'm\u0301o\u0327\u0301bilite', true],
      ['mobili té', 'mobili-té', true],
      ['mobilité', 'mobili-té', false],
      ['mobilité', 'mobi\u00adlité', true],
      ['12"', 'un 12" tour', true],
      ['"a"', 'say "a"', true],
      ['""', 'x"y', false],
      ['ΟΔΟΣ', 'οδος', true],
      ['ΟΔΟΣ', 'ΟΔΟΣΑ', true],
      ["qualité de l'air", 'La QUALITE\u0301 de l’air', true],
      ["qualité de l'air", 'qualite-de-l-air', true],
      ["qualité de l'air", 'qualité  de\r\nl’\u200b \u0301air', true],
      ["qualité de l'air", 'qualité de lair', false],
      ['borne-de_recharge', 'Bornes, borne\u00a0de–recharge', true],
      ['euvre', 'Œuvres', true],
      ['bo', 'bœuf', true],
      ['½—o', 'x ½—o y', true],
      ['¼ heure', 'tous les ¼–heure', true],
      ['cœur', 'COEUR', true],
      ['coeur', 'cœur', true],
      ['2', 'CO₂', true],
      ['1', '½', true],
      ['e', 'æ', true],
      ['ff', 'oﬃce', true],
      ['fic', 'oﬃce', true],
      ['n', 'ŉ', true],
      ["' mobilité -", 'mobilite', true],
      ['a b', 'a\u0301\u00ad-\u0301_\u0327 b', true],
      ['a b', 'a,b', false],
    ])('of %s in %s is %s', (one, within, expected) => {
      expect(finds(one, within)).toBe(expected)
      expect(isPresent(one, within, 'substring')).toBe(expected)
    })

    test.each([
      ['transport', 'transport-en-commun', true],
      ['transport', 'x_transport_y', true],
      ['transport', 'transports', false],
      ['transport', 'transport\u0301', true],
      ['transport', 'transport2', false],
      ['transport', 'le transport', true],
      ['en commun', '(en commun)', true],
      ["l'air", 'l’air', true],
      ["l'air", 'l-air,', true],
      ["l'air", 'l’airain', false],
      ["l'", 'l’air', true],
      ['CO2', 'CO₂ et', true],
      ['CO', 'CO₂', false],
      ['1', '½', true],
      ['bo', 'bœuf', false],
    ])('of the word %s in %s is %s', (one, within, expected) => {
      expect(finds(one, within, 'word')).toBe(expected)
    })
  })

  describe(`${name}: watches`, () => {
    test('a hundred at once find what each finds alone', () => {
      const query = fc.record({
        terms: fc.array(term, { minLength: 1, maxLength: 3 }),
        columns: fc.constantFrom(['c0'], ['c1'], ['c0', 'c1'], ['c2', 'c0']),
        match: fc.constantFrom('substring' as const, 'word' as const),
      })
      fc.assert(
        fc.property(fc.array(query, { minLength: 1, maxLength: 100 }), fc.tuple(text, text, text), (queries, texts) => {
          const columns = ['c0', 'c1', 'c2']
          const alone = queries.map((one) =>
            one.columns.some((column) =>
              one.terms.some((t) => isPresent(t, texts[columns.indexOf(column)]!, one.match)),
            ),
          )
          expect(found(queries, texts, columns)).toEqual(alone)
        }),
        { numRuns: RUNS / 5 },
      )
    })

    // A few letters and many marks, so that terms overlap, and begin and end where the marks are.
    test.each([
      ['two letters', ['a', 'b', '\u0301']],
      ['letters, marks and spaces', ['e', 'é', 'h', 'o', 'b', '\u0301', '\u0302', '\u{1e8d0}', ' ', '’']],
      ['quotes, hyphens and letters of four bytes', ['v', 'e', 'e\u0301', 'h', 'i', 'É', '-', '"', '\u0327', '𝐞']],
      ['letters that stand for several', [...'œoeæa½1⁄2ßsﬃfi', '\u0301', '\u00ad', 'ǽ']],
      ['runs of separators', [...'ab -_’‐`\u00a0\u2009\u00ad\u200b\u0301¨ŉ\n']],
    ])('up to 20 over %s answer as each does alone', (_, units) => {
      const unit = fc.constantFrom(...units)
      const short = fc.string({ unit, minLength: 1, maxLength: 5 }).filter((one) => foldTerm(one) !== '')
      const one = fc.record({
        terms: fc.array(short, { minLength: 1, maxLength: 2 }),
        columns: fc.constant(['c0']),
        match: fc.constantFrom('substring' as const, 'substring' as const, 'word' as const),
      })
      const texts = fc.array(fc.string({ unit, maxLength: 16 }), { minLength: 1, maxLength: 20 })
      const property = fc.property(fc.array(one, { minLength: 1, maxLength: 20 }), texts, (queries, many) => {
        const matcher = create(queries, ['c0'])
        for (const text of many) {
          const expected = [...queries.keys()].filter((query) =>
            queries[query]!.terms.some((term) => isPresent(term, text, queries[query]!.match)),
          )
          const matched = matchesIn(matcher, batchOf([text]))
          if (matched.join() !== expected.join()) expect([text, matched]).toEqual([text, expected])
        }
      })
      checkSeeds(property, RUNS * 3)
    })

    test.each([
      [['e'], ['véhicule'], 've\u0301hicule'],
      [['ob'], ['mobr'], 'mob\u0301r'],
      [['E'], ['oER'], 'oE\u0302R'],
    ])('%j does not hide %j in %j', (one, other, text) => {
      const queries = [one, other].map((terms) => ({ terms, columns: ['c0'], match: 'substring' as const }))
      expect(found(queries, [text])).toEqual([true, true])
    })

    test('search only their own columns', () => {
      const queries: Query[] = [
        { terms: ['transport'], columns: ['title'], match: 'substring' },
        { terms: ['transport'], columns: ['tags', 'description'], match: 'substring' },
      ]
      expect(found(queries, ['Transport', '', ''], ['title', 'tags', 'description'])).toEqual([true, false])
      expect(found(queries, ['', '', 'transport'], ['title', 'tags', 'description'])).toEqual([false, true])
    })

    test('a matcher remembers nothing from one record to the next', () => {
      const matcher = create([{ terms: ['ab'], columns: ['c0'], match: 'substring' }], ['c0'])
      expect(['a', 'b', 'ab', 'b'].map((one) => matchesIn(matcher, batchOf([one])))).toEqual([[], [], [0], []])
    })
  })
}
