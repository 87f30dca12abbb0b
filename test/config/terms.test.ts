import { expect, test } from 'vitest'
import { reviewTerms } from '../../src/config/terms.ts'

test('terms are trimmed, and terms that fold to the same text count once', () => {
  const { terms, warnings } = reviewTerms([' transport public ', 'Mobilité', 'transport-public', 'MOBILITE\u0301'])
  expect(terms).toEqual(['transport public', 'Mobilité'])
  expect(warnings).toEqual([
    'the terms "transport public" and "transport-public" match the same texts; the second is ignored',
    'the terms "Mobilité" and "MOBILITE\u0301" match the same texts; the second is ignored',
  ])
})

test.each([
  ['"bus"', /^the quotes around "\\"bus\\"" are part of the term: a text without them does not match; remove them$/],
  ['« bus »', /a text without them does not match; remove them$/],
  ['“bus”', /a text without them does not match; remove them$/],
  ["'bus'", /^the quotes around "'bus'" are part of the term: they count as separators and are ignored$/],
  ['e', /^the term "e" is a single letter, which nearly every text contains$/],
  ["l'", /^the term "l'" is a single letter/],
])('%s is kept with a warning', (term, message) => {
  const { terms, warnings } = reviewTerms([term])
  expect(terms).toEqual([term])
  expect(warnings).toEqual([expect.stringMatching(message)])
})

test.each(['bus', 'rue de l’"Eau"', "l'air d'ici", 'CO2', '12"'])('%s is kept without a warning', (term) => {
  expect(reviewTerms([term])).toEqual({ terms: [term], warnings: [] })
})
