import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold, isPresent } from '../../src/matching/fold.ts'
import { locate } from '../../src/matching/locate.ts'

const cut = (text: string, term: string, mode: 'substring' | 'word' = 'substring') =>
  locate(term, text, mode).map(({ start, end }) => text.slice(start, end))

describe('a term is located', () => {
  test.each([
    [
      'with its accents and case as they are written',
      'La MOBILITE\u0301 et la mobilite',
      'mobilité',
      ['MOBILITE\u0301', 'mobilite'],
    ],
    ['inside of a word', 'le transporteur', 'transport', ['transport']],
    ['behind characters of two units', '🚋🚋 Transport', 'transport', ['Transport']],
    ['in letters that fold to several', '한국 tram', '국 t', ['국 t']],
    ['whichever form a sigma has', 'ΜΕΤΑΦΟΡΕΣ μεταφορεσ', 'μεταφορές', ['ΜΕΤΑΦΟΡΕΣ', 'μεταφορεσ']],
    ['nowhere, when it is not there', 'budget', 'transport', []],
  ])('%s', (_, text, term, found) => {
    expect(cut(text, term)).toEqual(found)
  })

  test('as a whole word only, when words are asked for', () => {
    expect(locate('transport', 'transports, transport-en-commun 𝒜transport', 'word')).toEqual([{ start: 12, end: 21 }])
  })

  test('exactly where the definition finds it, in any text', () => {
    const letters = fc.constantFrom('a', 'A', 'é', 'e\u0301', '\u0301', 'ß', 'İ', '한', '-', ' ', '🚋', 'ﬁ')
    const texts = fc.array(letters, { maxLength: 12 }).map((some) => some.join(''))
    const terms = fc.array(letters, { minLength: 1, maxLength: 3 }).map((some) => some.join(''))
    const modes = fc.constantFrom('substring' as const, 'word' as const)
    fc.assert(
      fc.property(texts, terms, modes, (text, term, mode) => {
        if (fold(term) === '') return
        const places = locate(term, text, mode)
        expect(places.length > 0).toBe(isPresent(term, text, mode))
        for (const { start, end } of places) expect(fold(text.slice(start, end))).toContain(fold(term))
      }),
    )
  })
})
