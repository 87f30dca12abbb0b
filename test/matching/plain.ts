import { decodeField } from '../../src/csv/field.ts'
import type { Batch } from '../../src/csv/scanner.ts'
import { Alphabet, NON_WORD } from '../../src/matching/alphabet.ts'
import { type Automaton, compile, type Pattern } from '../../src/matching/automaton.ts'
import type { Matcher, OnMatch, Query } from '../../src/matching/matcher.ts'

/**
 * Creates a matcher in plain TypeScript. Tests compare the WebAssembly matcher with it. All terms of all queries are in one
 * automaton, so a field is read once.
 *
 * @param columns names of the fields that batches carry, in their order
 */
export function createPlainMatcher(queries: readonly Query[], columns: readonly string[]): Matcher {
  return new PlainMatcher(queries, columns)
}

interface QueryPattern extends Pattern {
  readonly query: number
}

/** The queries that a record matches, while its fields are read. */
interface Walk {
  readonly text: string
  readonly readers: ReadonlySet<number>
  readonly matched: Set<number>
}

class PlainMatcher implements Matcher {
  private readonly patterns: readonly QueryPattern[]
  private readonly alphabet: Alphabet
  private readonly automaton: Automaton
  /** For each field of a batch, the queries that search it. */
  private readonly readers: readonly ReadonlySet<number>[]

  constructor(queries: readonly Query[], columns: readonly string[]) {
    this.patterns = queries.flatMap(({ terms, match }, query) => terms.map((term) => ({ term, mode: match, query })))
    this.alphabet = new Alphabet(this.patterns.map(({ term }) => term))
    this.automaton = compile(this.patterns, this.alphabet)
    this.readers = columns.map(
      (column) => new Set([...queries.keys()].filter((query) => queries[query]!.columns.includes(column))),
    )
  }

  match(batch: Batch, onMatch: OnMatch): void {
    for (let record = 0; record < batch.count; record++) {
      const matched = new Set<number>()
      this.readers.forEach((readers, slot) => {
        const at = 2 * (record * batch.fieldsPerRecord + slot)
        const text = decodeField(batch.bytes, batch.fieldRanges[at]!, batch.fieldRanges[at + 1]!)
        this.walk({ text, readers, matched })
      })
      for (const query of [...matched].sort((a, b) => a - b)) onMatch(record, query)
    }
  }

  private walk(walk: Walk): void {
    const { next } = this.automaton
    let row = 0
    for (const character of walk.text) {
      for (const symbol of this.alphabet.symbolsOf(character.codePointAt(0)!)) {
        row = next[row + symbol]!
        if (row < 0) row = this.report(~row, walk)
      }
    }
    // The end of a field ends a word.
    const last = next[row + NON_WORD]!
    if (last < 0) this.report(~last, walk)
  }

  /** Records the queries of a hit. Returns the row to continue from. */
  private report(hit: number, { readers, matched }: Walk): number {
    const { found, row } = this.automaton.hits[hit]!
    for (const index of found) {
      const { query } = this.patterns[index]!
      if (readers.has(query)) matched.add(query)
    }
    return row
  }
}
