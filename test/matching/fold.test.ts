import { spawnSync } from 'node:child_process'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold, foldTerm } from '../../src/matching/fold.ts'
import { checkSeeds, seedsToTry } from '../helpers/seeds.ts'

/** Every code point that text can hold. */
const CHARACTERS: string[] = []
for (let code = 0; code < 0x110000; code++) {
  if (code < 0xd800 || code > 0xdfff) CHARACTERS.push(String.fromCodePoint(code))
}
const EXPANDING = CHARACTERS.filter((character) => [...fold(character)].length !== 1)
const SEPARATORS = [
  ...'\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2003\u200a\u2028\u2029\u202f\u205f\u3000',
  ..."-\u2010\u2011\u2012\u2013\u2014\u2015\u2212_'\u2018\u2019\u02bc\u00b4`",
]
const REMOVED = ['\u0301', '\u0327', '\u20dd', '\u00ad', '\u200b', '\u200d', '\ufeff', '\u{e0100}']

const oneOf = (characters: readonly string[]) => fc.nat(characters.length - 1).map((index) => characters[index]!)
const UNIT = fc.oneof(oneOf(EXPANDING), oneOf([...SEPARATORS, ...REMOVED, ...'aAΣσςİeœ']), oneOf(CHARACTERS))
const TEXT = fc.string({ unit: UNIT, maxLength: 20 })

describe('fold', () => {
  test.each([
    ['MOBILITÉ', 'mobilite'],
    ['mobilite\u0301', 'mobilite'],
    ['qualité de l’air', 'qualite de l air'],
    ['qualite-de-l-air', 'qualite de l air'],
    ['transport – \r\n_en\u00a0commun', 'transport en commun'],
    ['a \u0301-\u00ad\u200b b', 'a b'],
    ['plate\u00adforme', 'plateforme'],
    ['Œuvre, ex æquo, Straße, Łódź, Đà, smørrebrød', 'oeuvre, ex aequo, strasse, lodz, da, smorrebrod'],
    ['ǽ ǿ', 'ae o'],
    ['ΟΔΟΣ ὁδός', 'οδοσ οδοσ'],
    ['CO₂ m² ½ ℡ ﬁn …', 'co2 m2 1⁄2 tel fin ...'],
    ['ŉ', ' n'],
    ['İstanbul', 'istanbul'],
    [' ¨´ ', ' '],
    ['한', '\u1112\u1161\u11ab'],
    ['a.b;c/d·e•f', 'a.b;c/d·e•f'],
  ])('of %j is %j', (text, folded) => {
    expect(fold(text)).toBe(folded)
  })

  test.each([
    ["' Mobilité -", 'mobilite'],
    ["l'", 'l'],
    ['¨', ''],
    [' -_’ \u0301\u00ad', ''],
  ])('of the term %j is %j', (term, folded) => {
    expect(foldTerm(term)).toBe(folded)
  })

  test('makes one space of every separator, and of any run of them with removed characters between', () => {
    for (const separator of SEPARATORS) expect([separator, fold(`a${separator}b`)]).toEqual([separator, 'a b'])
    const unit = fc.constantFrom(...SEPARATORS, ...REMOVED)
    const property = fc.property(fc.string({ unit, maxLength: 12 }), (run) => fold(`a${run}-${run}b`) === 'a b')
    checkSeeds(property, 1_000)
  })

  test('of a text is that of its characters one after the other, with runs of spaces made one', () => {
    const property = fc.property(TEXT, (text) => {
      const apart = [...text].map((character) => fold(character)).join('')
      return fold(text) === apart.replace(/ +/g, ' ')
    })
    checkSeeds(property, 20_000)
    expect(EXPANDING.length).toBeGreaterThan(14_000)
  })

  test('changes nothing that was folded before', () => {
    const changed = CHARACTERS.filter((character) => fold(fold(character)) !== fold(character))
    expect(changed).toEqual([])
  })
})

const python = spawnSync('python3', ['-c', 'import unicodedata; print(unicodedata.unidata_version)'])
const hasPython = python.status === 0

describe.skipIf(!hasPython)('another implementation (python3, unicodedata)', () => {
  /** Returns the texts folded by test/matching/fold.py; null for characters that its Unicode version does not have. */
  const folds = (texts: readonly string[]): (string | null)[] => {
    const { stdout, stderr } = spawnSync('python3', [new URL('fold.py', import.meta.url).pathname], {
      input: JSON.stringify(texts),
      maxBuffer: 2 ** 28,
    })
    if (stdout.length === 0) throw new Error(stderr.toString())
    return JSON.parse(stdout.toString())
  }
  const differences = (texts: readonly string[]) => {
    const theirs = folds(texts)
    return texts.filter((text, index) => theirs[index] !== null && theirs[index] !== fold(text))
  }

  test('folds every character to the same', () => {
    expect(differences(CHARACTERS)).toEqual([])
  })

  test('folds texts to the same', () => {
    for (const seed of seedsToTry()) {
      const texts = fc.sample(TEXT, { seed, numRuns: 5_000 })
      expect({ seed, different: differences(texts) }).toEqual({ seed, different: [] })
    }
  })
})
