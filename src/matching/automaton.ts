import { type Alphabet, MARK } from './alphabet.ts'
import type { MatchMode } from './fold.ts'

/** A term to look for. */
export interface Pattern {
  readonly term: string
  readonly mode: MatchMode
}

/**
 * One deterministic automaton for all terms. It steps over *symbols* (see Alphabet), so that a state is a place in a term
 * and nothing else: 19 states for the default watch, where an automaton over the bytes of all spellings has hundreds.
 *
 *      text      M   o   b   i   l   i   t   é
 *      symbol    m   o   b   i   l   i   t   e
 *      state   0 → 1 → 2 → 3 → 4 → 5 → 6 → 7 → hit
 *
 * Combining marks leave the state alone, and so do further separators after a first one.
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
  /** The row to go on from. */
  readonly row: number
}

/** A term begun: its index, and how many of its symbols were seen. */
type Place = readonly [pattern: number, seen: number]

interface State {
  readonly places: readonly Place[]
  /** Whether the symbol before was a letter or digit, so that no whole word can begin here. */
  readonly inWord: boolean
}

/** Compiles the patterns by the subset construction. No term may fold to nothing. */
export function compile(patterns: readonly Pattern[], alphabet: Alphabet): Automaton {
  const spelled = patterns.map(({ term }) => alphabet.spell(term))
  const wordSymbols = alphabet.wordSymbols()
  const wordsMatter = patterns.some(({ mode }) => mode === 'word')
  const beginning = new Map<number, number[]>()
  spelled.forEach(([first], pattern) => {
    beginning.set(first!, [...(beginning.get(first!) ?? []), pattern])
  })

  const width = alphabet.size
  const states: State[] = []
  const numbers = new Map<string, number>()
  const hits: Hit[] = []
  const rows: number[] = []

  numberOf({ places: [], inWord: false })
  for (let number = 0; number < states.length; number++) {
    for (let symbol = 0; symbol < width; symbol++) {
      rows.push(isIgnored(states[number]!, symbol) ? number * width : step(states[number]!, symbol))
    }
  }
  return { width, next: Int32Array.from(rows), hits }

  function isIgnored({ places }: State, symbol: number): boolean {
    if (symbol === MARK) return true
    const { space } = alphabet
    return symbol === space && places.some(([pattern, seen]) => spelled[pattern]![seen - 1] === space)
  }

  function step(state: State, symbol: number): number {
    const isWord = wordSymbols.has(symbol)
    const places: Place[] = []
    const found: number[] = []
    for (const [pattern, seen] of state.places) {
      // A whole word has been spelled out: it is one if nothing that belongs to a word follows.
      if (seen === spelled[pattern]!.length) {
        if (!isWord) found.push(pattern)
      } else if (spelled[pattern]![seen] === symbol) reach(pattern, seen + 1)
    }
    for (const pattern of beginning.get(symbol) ?? []) {
      if (!(state.inWord && patterns[pattern]!.mode === 'word')) reach(pattern, 1)
    }
    const row = numberOf({ places, inWord: isWord && wordsMatter }) * width
    if (found.length === 0) return row
    hits.push({ found, row })
    return ~(hits.length - 1)

    function reach(pattern: number, seen: number): void {
      const complete = seen === spelled[pattern]!.length
      if (complete && patterns[pattern]!.mode === 'substring') found.push(pattern)
      else places.push([pattern, seen])
    }
  }

  function numberOf(state: State): number {
    const key = `${state.inWord} ${state.places.map((place) => place.join(':')).sort()}`
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, states.length)
    states.push(state)
    return states.length - 1
  }
}
