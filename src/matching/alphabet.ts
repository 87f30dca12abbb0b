import { fold, foldTerm } from './fold.ts'

/** Symbols that stand for every letter which no term uses; the letters of the terms are numbered from FIRST_LETTER on. */
export const NO_WORD = 0
const WORD = 1
export const MARK = 2
const FIRST_LETTER = 3

/**
 * Numbers the letters of all terms and maps every character to these symbols. `é`, `É`, `E` and `e` have one symbol, as
 * have a space, a hyphen and an apostrophe; `œ` has those of `o` and `e`; what folding removes has MARK.
 *
 * Characters fold one by one as they do together, but for runs of separators, which the automaton takes care of.
 *
 * A character is folded on its first appearance, by the runtime's own Unicode: a catalogue has some two thousand
 * different ones, and no table can be out of date.
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

  /** Number of symbols. */
  get size(): number {
    return FIRST_LETTER + this.letters.size
  }

  /** Symbols for which `isWord` holds: letters and digits, used by a term or not. */
  wordSymbols(): ReadonlySet<number> {
    const used = [...this.letters].filter(([letter]) => isWord(letter)).map(([, symbol]) => symbol)
    return new Set([WORD, ...used])
  }

  /** The symbol of a separator; undefined when no term holds one. */
  get space(): number | undefined {
    return this.letters.get(' ')
  }

  /** The symbols of a term. */
  spell(term: string): readonly number[] {
    return [...foldTerm(term)].map((letter) => this.letters.get(letter)!)
  }

  /** The symbols of a character. */
  symbolsOf(codePoint: number): readonly number[] {
    const known = this.known.get(codePoint)
    if (known !== undefined) return known
    const letters = [...fold(String.fromCodePoint(codePoint))]
    const symbols = letters.map((letter) => this.letters.get(letter) ?? (isWord(letter) ? WORD : NO_WORD))
    if (symbols.length === 0) symbols.push(MARK)
    this.known.set(codePoint, symbols)
    return symbols
  }
}

function isWord(letter: string): boolean {
  return /[\p{L}\p{N}]/u.test(letter)
}
