import { fold, foldTerm } from './fold.ts'

/** Symbols of characters that no term uses: NON_WORD for punctuation, WORD for letters and digits. */
export const NON_WORD = 0
const WORD = 1
/** The symbol of the characters that folding removes. */
export const MARK = 2
/** The first symbol of a letter that a term uses. */
const FIRST_LETTER = 3

/**
 * Gives each letter of the terms a symbol, and maps every character to symbols. `é`, `É`, `E` and `e` share a symbol; so do
 * a space, a hyphen and an apostrophe. `œ` has the symbols of `o` and `e`.
 *
 * A text can be folded one character at a time, except for runs of separators, which the automaton collapses.
 *
 * A character is folded when it first appears, with the runtime's Unicode data. A catalogue has about two thousand different
 * characters.
 */
export class Alphabet {
  private readonly letters = new Map<string, number>()
  private readonly known = new Map<number, readonly number[]>()

  constructor(terms: readonly string[]) {
    for (const term of terms) {
      for (const letter of foldTerm(term)) {
        if (!this.letters.has(letter)) this.letters.set(letter, FIRST_LETTER + this.letters.size)
      }
    }
  }

  get size(): number {
    return FIRST_LETTER + this.letters.size
  }

  /** The symbols of letters and digits, used by a term or not. */
  wordSymbols(): ReadonlySet<number> {
    const used = [...this.letters].filter(([letter]) => isWord(letter)).map(([, symbol]) => symbol)
    return new Set([WORD, ...used])
  }

  /** The symbol of separators; undefined if no term has one. */
  get space(): number | undefined {
    return this.letters.get(' ')
  }

  spell(term: string): readonly number[] {
    return [...foldTerm(term)].map((letter) => this.letters.get(letter)!)
  }

  symbolsOf(codePoint: number): readonly number[] {
    const known = this.known.get(codePoint)
    if (known !== undefined) return known
    const letters = [...fold(String.fromCodePoint(codePoint))]
    const symbols = letters.map((letter) => this.letters.get(letter) ?? (isWord(letter) ? WORD : NON_WORD))
    if (symbols.length === 0) symbols.push(MARK)
    this.known.set(codePoint, symbols)
    return symbols
  }
}

function isWord(letter: string): boolean {
  return /[\p{L}\p{N}]/u.test(letter)
}
