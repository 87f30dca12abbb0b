import { fold, isPresent, type MatchMode } from './fold.ts'

/** Where something stands in a text, in UTF-16 units. */
export interface Place {
  readonly start: number
  readonly end: number
}

/** Where a term is present in a text as it is written there, accents and case included. */
export function locate(term: string, text: string, mode: MatchMode): Place[] {
  if (!isPresent(term, text, mode)) return []
  const { letters, origins } = unfold(text)
  const wanted = oneSigma(fold(term))
  const places: Place[] = []
  for (let at = letters.indexOf(wanted); at >= 0; at = letters.indexOf(wanted, at + 1)) {
    const behind = at + wanted.length
    if (mode === 'word' && (isWordBefore(letters, at) || isWordAt(letters, behind))) continue
    places.push({ start: origins[at]!, end: origins[behind] ?? text.length })
  }
  return places
}

/**
 * The folded letters of a text, and for each of their UTF-16 units where in the text its character begins. Marks belong to
 * the character before them. One by one, characters fold as they do together, but for Σ.
 */
function unfold(text: string): { readonly letters: string; readonly origins: readonly number[] } {
  const origins: number[] = []
  let letters = ''
  let at = 0
  for (const character of text) {
    const folded = oneSigma(fold(character))
    letters += folded
    for (let unit = 0; unit < folded.length; unit++) origins.push(at)
    at += character.length
  }
  return { letters, origins }
}

/** The lower case of Σ depends on its neighbours; here its two forms are one letter. */
const oneSigma = (folded: string) => folded.replaceAll('ς', 'σ')

const isWordAt = (text: string, at: number) => /^[\p{L}\p{N}]/u.test(text.slice(at, at + 2))
const isWordBefore = (text: string, at: number) => /[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, at - 2), at))
