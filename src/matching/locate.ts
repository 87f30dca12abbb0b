import { fold, type MatchMode } from './fold.ts'

/** A range of a text, in UTF-16 units. */
export interface Place {
  readonly start: number
  readonly end: number
}

/** How many folded characters stay cached. A catalogue has about two thousand different ones. */
const MAX_KNOWN = 10_000
const known = new Map<string, string>()

const ASCII = Array.from({ length: 0x80 }, (_, code) => fold(String.fromCharCode(code)))

function foldCharacter(character: string): string {
  const ascii = ASCII[character.charCodeAt(0)]
  if (ascii !== undefined) return ascii
  const before = known.get(character)
  if (before !== undefined) return before
  const folded = fold(character)
  if (known.size < MAX_KNOWN) known.set(character, folded)
  return folded
}

/** A text folded once, in which any number of terms can be located. */
export class FoldedText {
  private readonly length: number
  private readonly folded: string
  /** For each UTF-16 unit of `folded`, the start of its character in the text. */
  private readonly origins: readonly number[]

  constructor(text: string) {
    const origins: number[] = []
    let folded = ''
    let at = 0
    for (const character of text) {
      const alone = foldCharacter(character)
      // A run of separators is one space, which begins where the run does.
      const letters = alone.startsWith(' ') && folded.endsWith(' ') ? alone.slice(1) : alone
      folded += letters
      for (let unit = 0; unit < letters.length; unit++) origins.push(at)
      at += character.length
    }
    this.length = text.length
    this.folded = folded
    this.origins = origins
  }

  /**
   * Finds every place where a folded term is present. A place covers whole characters of the text, so "euvre" is located
   * at "œuvre", and an accent belongs to the letter before it.
   */
  locate(term: string, mode: MatchMode): Place[] {
    const { folded, origins } = this
    const places: Place[] = []
    if (term === '') return places
    for (let at = folded.indexOf(term); at >= 0; at = folded.indexOf(term, at + 1)) {
      const end = at + term.length
      if (mode === 'word' && (isWordBefore(folded, at) || isWordAt(folded, end))) continue
      places.push({ start: origins[at]!, end: this.endOf(end) })
    }
    return places
  }

  /** Returns the end of the character that folds to the letter before `end`, including the marks that follow it. */
  private endOf(end: number): number {
    const { origins } = this
    let next = end
    // The rest of an expansion belongs to the same character.
    while (next < origins.length && origins[next] === origins[end - 1]) next++
    return origins[next] ?? this.length
  }
}

const isWordAt = (text: string, at: number) => /^[\p{L}\p{N}]/u.test(text.slice(at, at + 2))
const isWordBefore = (text: string, at: number) => /[\p{L}\p{N}]$/u.test(text.slice(Math.max(0, at - 2), at))
