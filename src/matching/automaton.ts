import { type Alphabet, MARK } from './alphabet.ts'
import type { MatchMode } from './fold.ts'

/** A term to look for. */
export interface Pattern {
  readonly term: string
  readonly mode: MatchMode
}

/**
 * One deterministic automaton for all terms. It reads symbols (see Alphabet), so a state is just a place in a term. The
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
type Place = readonly [pattern: number, seen: number]

interface State {
  readonly places: readonly Place[]
  /** Whether the previous symbol was a letter or digit, so no whole word can begin here. */
  readonly inWord: boolean
}

/** Compiles the patterns by the subset construction. Every term must have at least one symbol after folding. */
export function compile(patterns: readonly Pattern[], alphabet: Alphabet): Automaton {
  return new Compiler(patterns, alphabet).compile()
}

class Compiler {
  private readonly patterns: readonly Pattern[]
  private readonly spelled: readonly (readonly number[])[]
  private readonly width: number
  private readonly space: number | undefined
  private readonly wordSymbols: ReadonlySet<number>
  private readonly wordsMatter: boolean
  /** Symbol → the patterns that begin with it. */
  private readonly beginning = new Map<number, number[]>()
  private readonly states: State[] = []
  private readonly numbers = new Map<string, number>()
  private readonly hits: Hit[] = []
  /** Steps from the two states without a partial match, outside and inside a word. Most other states share these steps. */
  private readonly firstSteps: (number | undefined)[] = []

  constructor(patterns: readonly Pattern[], alphabet: Alphabet) {
    this.patterns = patterns
    this.spelled = patterns.map(({ term }) => alphabet.spell(term))
    this.width = alphabet.size
    this.space = alphabet.space
    this.wordSymbols = alphabet.wordSymbols()
    this.wordsMatter = patterns.some(({ mode }) => mode === 'word')
    this.spelled.forEach(([first], pattern) => {
      this.beginning.set(first!, [...(this.beginning.get(first!) ?? []), pattern])
    })
  }

  compile(): Automaton {
    const { states, width, hits } = this
    const rows: number[] = []
    this.numberOf({ places: [], inWord: false })
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
  private isAfterSpace({ places }: State): boolean {
    return this.space !== undefined && places.some(([pattern, seen]) => this.spelled[pattern]![seen - 1] === this.space)
  }

  private step(state: State, symbol: number): number {
    const isWord = this.wordSymbols.has(symbol)
    const goesOn = state.places.some(([pattern, seen]) => {
      const term = this.spelled[pattern]!
      return seen === term.length ? !isWord : term[seen] === symbol
    })
    if (goesOn) return this.stepOf(state, symbol, isWord)
    const key = 2 * symbol + Number(state.inWord)
    this.firstSteps[key] ??= this.stepOf({ places: [], inWord: state.inWord }, symbol, isWord)
    return this.firstSteps[key]
  }

  private stepOf(state: State, symbol: number, isWord: boolean): number {
    const { patterns, spelled } = this
    const places: Place[] = []
    const found: number[] = []
    const reach = (pattern: number, seen: number) => {
      const isComplete = seen === spelled[pattern]!.length
      if (isComplete && patterns[pattern]!.mode === 'substring') found.push(pattern)
      else places.push([pattern, seen])
    }
    for (const [pattern, seen] of state.places) {
      // The term is complete. It matches as a whole word if no letter or digit follows.
      if (seen === spelled[pattern]!.length) {
        if (!isWord) found.push(pattern)
      } else if (spelled[pattern]![seen] === symbol) reach(pattern, seen + 1)
    }
    for (const pattern of this.beginning.get(symbol) ?? []) {
      if (!(state.inWord && patterns[pattern]!.mode === 'word')) reach(pattern, 1)
    }
    const row = this.numberOf({ places, inWord: isWord && this.wordsMatter }) * this.width
    if (found.length === 0) return row
    this.hits.push({ found, row })
    return ~(this.hits.length - 1)
  }

  private numberOf(state: State): number {
    const key = `${state.inWord} ${state.places.map((place) => place.join(':')).sort()}`
    const known = this.numbers.get(key)
    if (known !== undefined) return known
    this.numbers.set(key, this.states.length)
    this.states.push(state)
    return this.states.length - 1
  }
}
