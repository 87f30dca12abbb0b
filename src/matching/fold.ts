/**
 * What two texts must share to count as the same: Unicode NFD, lower case, combining marks removed. The portal's tags are
 * slugs without accents ("mobilite"), so a comparison that minds accents loses 879 of 11,155 datasets.
 *
 * This is the definition; the automaton is held against it.
 */
export function fold(text: string): string {
  return text.normalize('NFD').toLowerCase().replace(/\p{M}/gu, '')
}

export type MatchMode = 'substring' | 'word'

/**
 * Whether `term` is present in `text`, by definition. A whole word is one that no letter or digit touches: in the tag
 * `transport-en-commun` "transport" is one, in "transports" it is not.
 */
export function isPresent(term: string, text: string, mode: MatchMode): boolean {
  const folded = fold(term)
  if (mode === 'substring') return fold(text).includes(folded)
  const escaped = folded.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'u').test(fold(text))
}
