import { fold } from './fold.ts'

/** Symbols that stand for every letter which no term uses; the letters of the terms are numbered from FIRST_LETTER on. */
export const NO_WORD = 0
const WORD = 1
export const MARK = 2
export const FIRST_LETTER = 3

/**
 * The letters of all terms, and the way from any character to them. `é`, `É`, `E` and `e` lead to one symbol; a combining
 * mark leads to MARK; a Hangul syllable leads to its two or three letters.
 *
 * A character is folded on its first appearance, by the runtime's own Unicode: a catalogue has some two thousand
 * different ones, and no table can be out of date.
 */
export class Alphabet {
  private readonly letters = new Map<string, number>()
  private readonly known = new Map<number, readonly number[]>()

  constructor(terms: readonly string[]) {
    for (const term of terms) {
      for (const letter of lettersOf(term)) {
        if (!this.letters.has(letter)) this.letters.set(letter, FIRST_LETTER + this.letters.size)
      }
    }
  }

  /** Number of symbols. */
  get size(): number {
    return FIRST_LETTER + this.letters.size
  }

  /** Symbols for which `isWord` holds: letters and digits, used by a term or not. */
  wordSymbols(): ReadonlySet<number> {
    const used = [...this.letters].filter(([letter]) => isWord(letter)).map(([, symbol]) => symbol)
    return new Set([WORD, ...used])
  }

  /** The symbols of a term, without marks. */
  spell(term: string): readonly number[] {
    return lettersOf(term).map((letter) => this.letters.get(letter)!)
  }

  /** The symbols of a character. */
  symbolsOf(codePoint: number): readonly number[] {
    const known = this.known.get(codePoint)
    if (known !== undefined) return known
    const letters = lettersOf(String.fromCodePoint(codePoint))
    const symbols = letters.map((letter) => this.letters.get(letter) ?? (isWord(letter) ? WORD : NO_WORD))
    if (symbols.length === 0) symbols.push(MARK)
    this.known.set(codePoint, symbols)
    return symbols
  }
}

/**
 * The letters of a folded text. Σ alone has a lower case that depends on its neighbours (σ, or ς at the end of a word), so
 * here the two are one letter, and a hit on a term with it is confirmed by definition (`dependsOnNeighbours`).
 */
function lettersOf(text: string): string[] {
  return [...fold(text).replaceAll('ς', 'σ')]
}

/** Whether the automaton finds this term too often and each hit must be confirmed by definition. */
export function dependsOnNeighbours(term: string): boolean {
  return lettersOf(term).includes('σ')
}

function isWord(letter: string): boolean {
  return /[\p{L}\p{N}]/u.test(letter)
}
