/** Letters that Unicode does not decompose, and how slugs and keyboards without them write them. */
const LETTERS: Readonly<Record<string, string>> = { œ: 'oe', æ: 'ae', ß: 'ss', ø: 'o', ł: 'l', đ: 'd', ς: 'σ' }

/** White space, hyphens and dashes, underscores, apostrophes. */
const SEPARATORS = /[\p{White_Space}\-\u2010-\u2015\u2212_'\u2018\u2019\u02bc\u00b4`]+/gu

/**
 * Reduces a text to what is compared. Two texts that fold to the same are the same to a watch:
 *
 * 1. Unicode NFKD, lower case, without combining marks and format characters (soft hyphens, zero-width characters);
 * 2. `œ` as `oe`, `æ` as `ae`, `ß` as `ss`, `ø` as `o`, `ł` as `l`, `đ` as `d`, `ς` as `σ`;
 * 3. each run of separators as one space.
 *
 * The portal's tags are slugs ("qualite-de-l-air") and its titles have typographic apostrophes ("qualité de l’air"):
 * ignoring accents and case alone finds 378 of 820 datasets.
 *
 * This is the definition. The automaton (automaton.ts, src/wasm) has to give the same answers.
 */
export function fold(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\p{M}\p{Cf}]+/gu, '')
    .replace(/[œæßøłđς]/g, (letter) => LETTERS[letter]!)
    .replace(SEPARATORS, ' ')
}

/** Folds a term. Separators around it do not count. Empty if the term holds nothing to look for. */
export function foldTerm(term: string): string {
  return fold(term).trim()
}

export type MatchMode = 'substring' | 'word'

/**
 * Whether `term` is present in `text`, by definition. A whole word has no letter or digit next to it: "transport" is one in
 * the tag `transport-en-commun`, but not in "transports".
 */
export function isPresent(term: string, text: string, mode: MatchMode): boolean {
  const folded = foldTerm(term)
  if (mode === 'substring') return fold(text).includes(folded)
  const escaped = folded.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
  return new RegExp(`(?<![\\p{L}\\p{N}])${escaped}(?![\\p{L}\\p{N}])`, 'u').test(fold(text))
}
