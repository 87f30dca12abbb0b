import { expect, test } from 'vitest'
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
