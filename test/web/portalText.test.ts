import { expect, test } from 'vitest'
import { sanitize } from '../../src/server/pages/parts/portalText.tsx'

test.each([
  ['Vélos en\r\nlibre-service\t', 'Vélos en libre-service'],
  ['«\u00a0Géoïdd\u00a0»', '«\u00a0Géoïdd\u00a0»'],
  ['a\u2028b', 'a b'],
  ['a\u0000b\u001b[31mc\u0085', 'a\ufffdb\ufffd[31mc\ufffd'],
  ['safe\u202egpj.exe', 'safe\ufffdgpj.exe'],
  ['a\u2066b\u2069\u200f\u061c', 'a\ufffdb\ufffd\ufffd\ufffd'],
  ['lone \ud800 surrogate', 'lone \ufffd surrogate'],
  ['👩‍👩‍👧 café', '👩‍👩‍👧 café'],
  [' \n ', ''],
])('%j is shown as %j', (text, shown) => {
  expect(sanitize(text)).toBe(shown)
})

test('a title of a megabyte is cut', () => {
  expect(sanitize('x'.repeat(1_000_000))).toBe(`${'x'.repeat(400)}…`)
})
