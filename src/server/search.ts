import { foldTerm } from '../matching/fold.ts'

/** The words and phrases of a search field, folded. */
export interface Search {
  readonly wanted: readonly string[]
  readonly excluded: readonly string[]
}

/** Splits a search field into its words and phrases, as they were typed. */
const partsOf = (query: string) =>
  [...query.matchAll(/(?<minus>(?<!\S)-)?(?:"(?<phrase>[^"]*)"?|(?<word>[^\s"]+))/g)].map(({ groups }) => ({
    isExcluded: groups!.minus !== undefined,
    text: groups!.phrase ?? groups!.word ?? '',
  }))

/**
 * Parses a search: every word has to occur, `"two words"` is a phrase, and `-word` excludes. A word matches as the term of a watch
 * does, so "l'air" finds "l’air" and "l-air".
 */
export function parseSearch(query: string): Search {
  const parts = partsOf(query)
  // A word counts once: each one is searched for in every dataset.
  const terms = (isExcluded: boolean) => {
    const found = parts.filter((part) => part.isExcluded === isExcluded).map(({ text }) => foldTerm(text))
    return [...new Set(found)].filter((term) => term !== '')
  }
  return { wanted: terms(false), excluded: terms(true) }
}

/** The search for any words of the catalogue takes at most this many, of these lengths. */
const MAX_WORDS = 8
const [MIN_LETTERS, MAX_LETTERS] = [2, 64]

/** Returns the wanted words and phrases of a search as they were typed, for a search of the whole catalogue. */
export function searchedWords(query: string): readonly string[] {
  const words = partsOf(query)
    .filter(({ isExcluded }) => !isExcluded)
    // A comma separates the words there.
    .map(({ text }) => text.replaceAll(',', ' ').trim())
    .filter((word) => foldTerm(word).length >= MIN_LETTERS && word.length <= MAX_LETTERS)
  return [...new Set(words)].slice(0, MAX_WORDS)
}

/** Whether a folded text has all wanted words and none of the excluded ones. */
export function isFound(folded: string, { wanted, excluded }: Search): boolean {
  return wanted.every((word) => folded.includes(word)) && !excluded.some((word) => folded.includes(word))
}

/** Whether each wanted word occurs at the start of a word: "car" in "carte", but not in "écart". */
export function startsWords(folded: string, { wanted }: Search): boolean {
  return wanted.every((word) => {
    for (let at = folded.indexOf(word); at >= 0; at = folded.indexOf(word, at + 1)) {
      if (at === 0 || !/[\p{L}\p{N}]/u.test(folded[at - 1]!)) return true
    }
    return false
  })
}
