import { type Alphabet, MARK } from './alphabet.ts'
import type { MatchMode } from './fold.ts'

/** A term to look for. */
export interface Pattern {
  readonly term: string
  readonly mode: MatchMode
}

/**
 * One deterministic automaton for all terms. It reads symbols (see Alphabet), so a state is just a set of positions in the terms. The
 * default watch has 19 states; an automaton over the bytes of all spellings would have hundreds.
 *
 *      text      M   o   b   i   l   i   t   é
 *      symbol    m   o   b   i   l   i   t   e
 *      state   0 → 1 → 2 → 3 → 4 → 5 → 6 → 7 → hit
 *
 * Combining marks do not change the state. Nor does a separator that follows another one.
 */
export interface Automaton {
  /** The length of a row of `next`: the number of symbols. */
  readonly width: number
  /** `next[row + symbol]`: the row of the next state; or `~k`, which means `hits[k]`. The first state's row is 0. */
  readonly next: Int32Array
  readonly hits: readonly Hit[]
}

interface Hit {
  /** Indexes of the patterns found on this step. */
  readonly found: readonly number[]
  /** The row to continue from. */
  readonly row: number
}

/** A partial match: the index of the term, and how many of its symbols have been seen. */
type PartialMatch = readonly [pattern: number, seen: number]

interface State {
  readonly partialMatches: readonly PartialMatch[]
  /** Whether the previous symbol was a letter or digit, so no whole word can begin here. */
  readonly inWord: boolean
}

/** Compiles the patterns by the subset construction. Every term must have at least one symbol after folding. */
export function compile(patterns: readonly Pattern[], alphabet: Alphabet): Automaton {
  return new Compiler(patterns, alphabet).compile()
}

class Compiler {
  private readonly patterns: readonly Pattern[]
  private readonly symbolsByPattern: readonly (readonly number[])[]
  private readonly width: number
  private readonly space: number | undefined
  private readonly wordSymbols: ReadonlySet<number>
  private readonly hasWordPatterns: boolean
  /** Symbol → the patterns that begin with it. */
  private readonly patternsByFirstSymbol = new Map<number, number[]>()
  private readonly states: State[] = []
  private readonly stateNumbers = new Map<string, number>()
  private readonly hits: Hit[] = []
  /** Steps from the two states without a partial match, outside and inside a word. Most other states share these steps. */
  private readonly firstSteps: (number | undefined)[] = []

  constructor(patterns: readonly Pattern[], alphabet: Alphabet) {
    this.patterns = patterns
    this.symbolsByPattern = patterns.map(({ term }) => alphabet.spell(term))
    this.width = alphabet.size
    this.space = alphabet.space
    this.wordSymbols = alphabet.wordSymbols()
    this.hasWordPatterns = patterns.some(({ mode }) => mode === 'word')
    this.symbolsByPattern.forEach(([first], pattern) => {
      this.patternsByFirstSymbol.set(first!, [...(this.patternsByFirstSymbol.get(first!) ?? []), pattern])
    })
  }

  compile(): Automaton {
    const { states, width, hits } = this
    const rows: number[] = []
    this.stateNumberOf({ partialMatches: [], inWord: false })
    for (let number = 0; number < states.length; number++) {
      const state = states[number]!
      const isAfterSpace = this.isAfterSpace(state)
      for (let symbol = 0; symbol < width; symbol++) {
        const isIgnored = symbol === MARK || (isAfterSpace && symbol === this.space)
        rows.push(isIgnored ? number * width : this.step(state, symbol))
      }
    }
    return { width, next: Int32Array.from(rows), hits }
  }

  /** Whether the previous symbol was a separator. A run of separators counts as one. */
  private isAfterSpace({ partialMatches }: State): boolean {
    return (
      this.space !== undefined &&
      partialMatches.some(([pattern, seen]) => this.symbolsByPattern[pattern]![seen - 1] === this.space)
    )
  }

  private step(state: State, symbol: number): number {
    const isWord = this.wordSymbols.has(symbol)
    const continuesMatch = state.partialMatches.some(([pattern, seen]) => {
      const term = this.symbolsByPattern[pattern]!
      return seen === term.length ? !isWord : term[seen] === symbol
    })
    if (continuesMatch) return this.computeStep(state, symbol, isWord)
    const key = 2 * symbol + Number(state.inWord)
    this.firstSteps[key] ??= this.computeStep({ partialMatches: [], inWord: state.inWord }, symbol, isWord)
    return this.firstSteps[key]
  }

  private computeStep(state: State, symbol: number, isWord: boolean): number {
    const { patterns, symbolsByPattern } = this
    const partialMatches: PartialMatch[] = []
    const found: number[] = []
    const advance = (pattern: number, seen: number) => {
      const isComplete = seen === symbolsByPattern[pattern]!.length
      if (isComplete && patterns[pattern]!.mode === 'substring') found.push(pattern)
      else partialMatches.push([pattern, seen])
    }
    for (const [pattern, seen] of state.partialMatches) {
      // The term is complete. It matches as a whole word if no letter or digit follows.
      if (seen === symbolsByPattern[pattern]!.length) {
        if (!isWord) found.push(pattern)
      } else if (symbolsByPattern[pattern]![seen] === symbol) advance(pattern, seen + 1)
    }
    for (const pattern of this.patternsByFirstSymbol.get(symbol) ?? []) {
      if (!(state.inWord && patterns[pattern]!.mode === 'word')) advance(pattern, 1)
    }
    const row = this.stateNumberOf({ partialMatches, inWord: isWord && this.hasWordPatterns }) * this.width
    if (found.length === 0) return row
    this.hits.push({ found, row })
    return ~(this.hits.length - 1)
  }

  private stateNumberOf(state: State): number {
    const key = `${state.inWord} ${state.partialMatches.map((match) => match.join(':')).sort()}`
    const known = this.stateNumbers.get(key)
    if (known !== undefined) return known
    this.stateNumbers.set(key, this.states.length)
    this.states.push(state)
    return this.states.length - 1
  }
}
