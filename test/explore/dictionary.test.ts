import fc from 'fast-check'
import { distance } from 'fastest-levenshtein'
import { expect, test } from 'vitest'
import { findWords, nearestWords, type Placement, wordText } from '../../src/explore/dictionary.ts'

const letters = fc.constantFrom(...'aabbcdeé1한𝒳')
const word = fc.array(letters, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''))
const words = fc.uniqueArray(word, { minLength: 1, maxLength: 60 })

function listOf(all: readonly string[]) {
  const starts: number[] = []
  let at = 1
  for (const one of all) {
    starts.push(at)
    at += Buffer.byteLength(one) + 1
  }
  return { bytes: Buffer.from(`\0${all.map((one) => `${one}\0`).join('')}`), starts: Uint32Array.from(starts) }
}

const IS_PLACED: Record<Placement, (word: string, text: string) => boolean> = {
  anywhere: (one, text) => one.includes(text),
  start: (one, text) => one.startsWith(text),
  end: (one, text) => one.endsWith(text),
  whole: (one, text) => one === text,
}

test('finds the words that have a text, each once', () => {
  fc.assert(
    fc.property(words, word, (all, text) => {
      const list = listOf(all)
      expect(all.map((_, index) => wordText(list, index))).toEqual(all)
      for (const [placement, isPlaced] of Object.entries(IS_PLACED)) {
        const found: number[] = []
        findWords(list, text, placement as Placement, (one) => found.push(one))
        expect(found).toEqual(all.flatMap((one, index) => (isPlaced(one, text) ? [index] : [])))
      }
    }),
  )
})

test('finds all words of which at most a third of the letters differ, closest first', () => {
  fc.assert(
    fc.property(words, word, (all, text) => {
      const most = Math.max(1, Math.floor(text.length / 3))
      const expected = all
        .map((one, index) => ({ word: index, typos: distance(one, text) }))
        .filter(({ typos }) => typos > 0 && typos <= most)
        .sort((a, b) => a.typos - b.typos)
      expect(nearestWords(listOf(all), text, 1_000)).toEqual(expected)
    }),
  )
})
