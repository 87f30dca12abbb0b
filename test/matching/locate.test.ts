import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fold, foldTerm, isPresent, type MatchMode } from '../../src/matching/fold.ts'
import { FoldedText } from '../../src/matching/locate.ts'

const locate = (term: string, text: string, mode: MatchMode) => new FoldedText(text).locate(foldTerm(term), mode)
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
    [
      'whatever separates its words',
      "Qualité de l’air, qualite-de-l-air, qualité  de\r\nl'air",
      "qualité de l'air",
      ['Qualité de l’air', 'qualite-de-l-air', "qualité  de\r\nl'air"],
    ],
    ['with the soft hyphens inside', 'une plate\u00adforme', 'plateforme', ['plate\u00adforme']],
    ['in a whole character when it is a part of one', 'Œuvre, bœuf, CO₂', 'euvre', ['Œuvre']],
    ['to the end of the character it ends in', 'bœuf, cob', 'bo', ['bœ']],
    ['in each letter of an expansion', 'ﬃ', 'f', ['ﬃ', 'ﬃ']],
    ['without the separators around it', ' - transport -', "'transport'", ['transport']],
    ['nowhere, when it is not there', 'budget', 'transport', []],
  ])('%s', (_, text, term, found) => {
    expect(cut(text, term)).toEqual(found)
  })

  test('only as a whole word, in word mode', () => {
    expect(locate('transport', 'transports, transport-en-commun 𝒜transport', 'word')).toEqual([{ start: 12, end: 21 }])
  })

  test('exactly where the definition finds it, in any text', () => {
    const letters = fc.constantFrom(...'aAéßİ한- ’🚋ﬁœ½s\u0301\u00ad\u200b', 'e\u0301')
    const texts = fc.array(letters, { maxLength: 12 }).map((some) => some.join(''))
    const terms = fc.array(letters, { minLength: 1, maxLength: 3 }).map((some) => some.join(''))
    const modes = fc.constantFrom('substring' as const, 'word' as const)
    fc.assert(
      fc.property(texts, terms, modes, (text, term, mode) => {
        if (foldTerm(term) === '') return
        const places = locate(term, text, mode)
        expect(places.length > 0).toBe(isPresent(term, text, mode))
        for (const { start, end } of places) expect(fold(text.slice(start, end))).toContain(foldTerm(term))
      }),
    )
  })
})
