/** Letters that NFKD does not decompose, and what slugs and keyboards without them use instead. */
const LETTER_REPLACEMENTS: Readonly<Record<string, string>> = {
  œ: 'oe',
  æ: 'ae',
  ß: 'ss',
  ø: 'o',
  ł: 'l',
  đ: 'd',
  ς: 'σ',
}

/** White space, hyphens and dashes, underscores, apostrophes. */
const SEPARATORS = /[\p{White_Space}\-\u2010-\u2015\u2212_'\u2018\u2019\u02bc\u00b4`]+/gu

/**
 * Normalizes a text for comparison. A watch treats two texts as equal if they fold to the same string:
 *
 * 1. Unicode NFKD, lower case, without combining marks and format characters (soft hyphens, zero-width characters);
 * 2. `œ` as `oe`, `æ` as `ae`, `ß` as `ss`, `ø` as `o`, `ł` as `l`, `đ` as `d`, `ς` as `σ`;
 * 3. each run of separators as one space.
 *
 * The portal's tags are slugs ("qualite-de-l-air") and its titles have typographic apostrophes ("qualité de l’air").
 * Folding only accents and case would find 378 of the 820 datasets.
 *
 * This function defines matching. The automaton (automaton.ts, src/wasm) must agree with it.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{M}\p{Cf}]+/gu, '')
    .replace(/[œæßøłđς]/g, (letter) => LETTER_REPLACEMENTS[letter]!)
    .replace(SEPARATORS, ' ')
}

/** Folds a term and removes leading and trailing separators. Returns an empty string if nothing is left to search for. */
export function foldTerm(term: string): string {
  return fold(term).trim()
}

export type MatchMode = 'substring' | 'word'

/**
 * Returns whether `term` occurs in `text`. Reference implementation for the automaton. A whole word has no letter or digit
 * next to it: "transport" is one in the tag `transport-en-commun`, but not in "transports".
 */
export function isPresent(term: string, text: string, mode: MatchMode): boolean {
  const folded = foldTerm(term)
  if (mode === 'substring') return fold(text).includes(folded)
  const escaped = folded.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'u').test(fold(text))
}
