import { describe, expect, test } from 'vitest'
import { createLocale } from '../../src/server/pages/locale.ts'
import { explainTextsIn } from '../../src/server/pages/translations/explainTexts.ts'
import { negotiateLanguage } from '../../src/server/pages/translations/language.ts'

test.each([
  [null, undefined, 'fr', false],
  [null, 'en-GB,en;q=0.9,fr;q=0.8', 'en', false],
  [null, 'fr-FR,fr;q=0.9,en;q=0.8', 'fr', false],
  [null, 'de;q=1, en;q=0.5, fr;q=0.7', 'fr', false],
  [null, 'en;q=0', 'fr', false],
  [null, ';;,q=,,en;q=x', 'fr', false],
  ['en', 'fr', 'en', true],
  ['fr', 'en', 'fr', true],
  ['<script>', 'en', 'en', false],
])('lang=%s and Accept-Language %s choose %s', (lang, acceptLanguage, language, isExplicit) => {
  expect(negotiateLanguage(lang, acceptLanguage)).toEqual({ language, isExplicit })
})

describe('a French page', () => {
  const { day, longDay, shortDay } = createLocale({ language: 'fr', isExplicit: false, timeZone: 'UTC' })

  test('writes the first of a month as an ordinal, and other days as they are', () => {
    expect([day('2026-01-01'), longDay('2026-01-01')]).toEqual(['1er janvier 2026', 'jeudi 1er janvier 2026'])
    expect([shortDay('2026-01-01'), day('2026-01-21')]).toEqual(['1er janv. 2026', '21 janvier 2026'])
  })

  test('writes ranks as feminine ordinals', () => {
    const texts = explainTextsIn('fr')
    expect(texts.ranked('1', '422', '9 abonnés')).toBe(', 1re sur 422, 9 abonnés.')
    expect(texts.behind('3', '30')).toBe('Il lui en manque 3 pour rejoindre la 30e.')
  })
})
