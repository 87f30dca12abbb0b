import { distance } from 'fastest-levenshtein'
import type { WordList } from '../wasm/wordIndexer.ts'

/** How a part of a term lies in a word: anywhere, at its start, at its end, or it is the whole word. */
export type Placement = 'anywhere' | 'start' | 'end' | 'whole'

/** Calls `onWord` with the number of each word that has a text. */
export function findWords(
  { bytes, starts }: WordList,
  text: string,
  placement: Placement,
  onWord: (word: number) => void,
): void {
  const isStart = placement === 'start' || placement === 'whole'
  const isEnd = placement === 'end' || placement === 'whole'
  const wanted = Buffer.from(`${isStart ? '\0' : ''}${text}${isEnd ? '\0' : ''}`)
  let word = 0
  for (let at = bytes.indexOf(wanted); at >= 0; ) {
    word = wordAt(starts, isStart ? at + 1 : at, word)
    onWord(word)
    const next = starts[word + 1]
    if (next === undefined) return
    // The byte before a word separates it from the previous one.
    at = bytes.indexOf(wanted, next - 1)
  }
}

/** Returns the word that has the byte at a position, not before word `from`. */
function wordAt(starts: Uint32Array, position: number, from: number): number {
  let step = 1
  let low = from
  while (low + step < starts.length && starts[low + step]! <= position) {
    low += step
    step *= 2
  }
  let high = Math.min(low + step, starts.length)
  while (high - low > 1) {
    const middle = (low + high) >>> 1
    if (starts[middle]! <= position) low = middle
    else high = middle
  }
  return low
}

/** Returns the length of a word in bytes. */
export function wordLength({ bytes, starts }: WordList, word: number): number {
  return (starts[word + 1] ?? bytes.length) - 1 - starts[word]!
}

/** Returns a word, folded. */
export function wordText({ bytes, starts }: WordList, word: number): string {
  const end = (starts[word + 1] ?? bytes.length) - 1
  return bytes.toString('utf8', starts[word], end)
}

/** A word, and the number of letters that differ. */
interface NearWord {
  readonly word: number
  readonly typos: number
}

/** Returns the words that are closest to a text, closest first: at most a third of its letters may differ. */
export function nearestWords(list: WordList, text: string, most: number): readonly NearWord[] {
  const letters = Math.max(1, Math.floor(text.length / 3))
  const wanted = Buffer.from(text)
  const wantedSet = letterSet(wanted, 0, wanted.length)
  const sets = letterSets(list)
  const near: NearWord[] = []
  for (let word = 0; word < list.starts.length; word++) {
    const length = wordLength(list, word)
    // A letter that is added or missing changes the length by up to three bytes.
    if (Math.abs(length - wanted.length) > 3 * letters) continue
    // Each letter that differs adds a letter to the word, takes one from it, or both.
    if (countBits(sets[word]! ^ wantedSet) > 2 * letters) continue
    const typos = distance(wordText(list, word), text)
    if (typos > 0 && typos <= letters) near.push({ word, typos })
  }
  return near.sort((a, b) => a.typos - b.typos).slice(0, most)
}

const ASCII = 0x80
const sets = new WeakMap<WordList, Uint32Array>()

/** Returns for each word the set of its letters. Comparing sets rules out nearly all words, which are then not decoded. */
function letterSets(list: WordList): Uint32Array {
  const known = sets.get(list)
  if (known !== undefined) return known
  const { bytes, starts } = list
  const found = new Uint32Array(starts.length)
  for (let word = 0; word < starts.length; word++)
    found[word] = letterSet(bytes, starts[word]!, starts[word]! + wordLength(list, word))
  sets.set(list, found)
  return found
}

/** Returns a bit for each ASCII letter. Other letters are not in the set. */
function letterSet(bytes: Uint8Array, start: number, end: number): number {
  let set = 0
  for (let at = start; at < end; at++) if (bytes[at]! < ASCII) set |= 1 << (bytes[at]! & 31)
  return set
}

function countBits(set: number): number {
  let count = 0
  for (let bits = set; bits !== 0; bits &= bits - 1) count++
  return count
}
