import { decodeField } from '../../src/csv/field.ts'
import type { Batch } from '../../src/csv/scanner.ts'
import { Alphabet, NO_WORD } from '../../src/matching/alphabet.ts'
import { type Automaton, compile, type Pattern } from '../../src/matching/automaton.ts'
import type { Keep, Matcher, Query } from '../../src/matching/matcher.ts'

/**
 * The matcher in plain TypeScript, which the one in use (src/wasm/matcher.ts) is held against. All terms of all queries are
 * in one automaton, so that a field is walked over once.
 *
 * @param columns names of the fields that batches carry, in their order
 */
export function createPlainMatcher(queries: readonly Query[], columns: readonly string[]): Matcher {
  return new PlainMatcher(queries, columns)
}

interface QueryPattern extends Pattern {
  readonly query: number
}

/** What a record answers, while its fields are walked over. */
interface Walk {
  readonly text: string
  readonly readers: ReadonlySet<number>
  readonly answered: Set<number>
}

class PlainMatcher implements Matcher {
  private readonly patterns: readonly QueryPattern[]
  private readonly alphabet: Alphabet
  private readonly automaton: Automaton
  /** Per field of a batch, the queries that read it. */
  private readonly readers: readonly ReadonlySet<number>[]

  constructor(queries: readonly Query[], columns: readonly string[]) {
    this.patterns = queries.flatMap(({ terms, match }, query) => terms.map((term) => ({ term, mode: match, query })))
    this.alphabet = new Alphabet(this.patterns.map(({ term }) => term))
    this.automaton = compile(this.patterns, this.alphabet)
    this.readers = columns.map(
      (column) => new Set([...queries.keys()].filter((query) => queries[query]!.columns.includes(column))),
    )
  }

  match(batch: Batch, keep: Keep): void {
    for (let record = 0; record < batch.count; record++) {
      const answered = new Set<number>()
      this.readers.forEach((readers, slot) => {
        const at = 2 * (record * batch.width + slot)
        const text = decodeField(batch.bytes, batch.fields[at]!, batch.fields[at + 1]!)
        this.walk({ text, readers, answered })
      })
      for (const query of [...answered].sort((a, b) => a - b)) keep(record, query)
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
    // A field ends with nothing that belongs to a word.
    const last = next[row + NO_WORD]!
    if (last < 0) this.report(~last, walk)
  }

  /** Notes the queries of a hit; returns the row to go on from. */
  private report(hit: number, { readers, answered }: Walk): number {
    const { found, row } = this.automaton.hits[hit]!
    for (const index of found) {
      const { query } = this.patterns[index]!
      if (readers.has(query)) answered.add(query)
    }
    return row
  }
}
