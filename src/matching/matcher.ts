import { decodeField } from '../csv/field.ts'
import type { Batch } from '../csv/scanner.ts'
import { Alphabet, dependsOnNeighbours } from './alphabet.ts'
import { type Automaton, compile, END, type Pattern } from './automaton.ts'
import { isPresent, type MatchMode } from './fold.ts'

/** What one watch looks for, and in which columns. */
export interface Query {
  readonly terms: readonly string[]
  readonly columns: readonly string[]
  readonly match: MatchMode
}

/** Decides for each record which of the queries it answers. */
export interface Matcher {
  /** Tells of each record of the batch and each query that it answers, in the order of the records, then of the queries. */
  match(batch: Batch, keep: Keep): void
}

export type Keep = (record: number, query: number) => void

/**
 * The matcher in plain TypeScript. All terms of all queries are in one automaton, so that a field is walked over once; it
 * stops as soon as every query that reads this column is answered.
 *
 * @param columns names of the fields that batches carry, in their order
 */
export function createPlainMatcher(queries: readonly Query[], columns: readonly string[]): Matcher {
  return new PlainMatcher(queries, columns)
}

interface QueryPattern extends Pattern {
  readonly query: number
  readonly confirm: boolean
}

/** What `symbols` holds for a character that was not met yet, and for one that folds to several letters. */
const UNKNOWN = -1
const SEVERAL = -2

const CODE_POINTS = 0x110000

class PlainMatcher implements Matcher {
  private readonly patterns: readonly QueryPattern[]
  private readonly alphabet: Alphabet
  private readonly automaton: Automaton
  /** Code point → symbol, UNKNOWN or SEVERAL. */
  private readonly symbols = new Int16Array(CODE_POINTS).fill(UNKNOWN)
  /** ASCII characters that leave the first state alone. Every field ends before one that does not: a quote, `;`, CR, LF. */
  private readonly idle: Uint8Array
  /** Per field of a batch, the queries that read it; empty for the fields that are not matched. */
  private readonly readers: readonly Uint8Array[]
  /** Whether the record in work answers each query. */
  private readonly answers: Uint8Array

  constructor(queries: readonly Query[], columns: readonly string[]) {
    this.patterns = queries.flatMap(({ terms, match }, query) =>
      terms.map((term) => ({ term, mode: match, query, confirm: dependsOnNeighbours(term) })),
    )
    this.alphabet = new Alphabet(this.patterns.map(({ term }) => term))
    this.automaton = compile(this.patterns, this.alphabet)
    this.idle = Uint8Array.from({ length: 0x100 }, (_, byte) =>
      Number(byte < 0x80 && !FIELD_ENDS.includes(byte) && this.automaton.next[this.learn(byte)[0]!] === 0),
    )
    this.readers = columns.map((column) => Uint8Array.from(queries, (query) => Number(query.columns.includes(column))))
    this.answers = new Uint8Array(queries.length)
  }

  match(batch: Batch, keep: Keep): void {
    for (let record = 0; record < batch.count; record++) {
      if (!this.matchRecord(batch, record)) continue
      for (let query = 0; query < this.answers.length; query++) if (this.answers[query] === 1) keep(record, query)
    }
  }

  /** Whether the record answers any query. */
  private matchRecord(batch: Batch, record: number): boolean {
    const { answers } = this
    answers.fill(0)
    let any = false
    for (let slot = 0; slot < this.readers.length; slot++) {
      const readers = this.readers[slot]!
      let open = 0
      for (let query = 0; query < readers.length; query++) open += readers[query]! & (answers[query]! ^ 1)
      if (open === 0) continue
      const at = 2 * (record * batch.width + slot)
      if (this.walk(batch.bytes, batch.fields[at]!, batch.fields[at + 1]!, readers, open) > 0) any = true
    }
    return any
  }

  /** Walks over a field until its end or until all `open` queries are answered; returns how many were. */
  private walk(bytes: Uint8Array, start: number, end: number, readers: Uint8Array, open: number): number {
    const { next } = this.automaton
    const { symbols } = this
    const { idle } = this
    let row = 0
    let answered = 0
    for (let i = start; i < end; ) {
      if (row === 0) {
        while (idle[bytes[i]!] === 1) i++
        if (i >= end) break
      }
      let character = bytes[i++]!
      if (character >= 0x80) {
        if (character < 0xe0) character = ((character & 0x1f) << 6) | (bytes[i++]! & 0x3f)
        else if (character < 0xf0) {
          character = ((character & 0x0f) << 12) | ((bytes[i]! & 0x3f) << 6) | (bytes[i + 1]! & 0x3f)
          i += 2
        } else {
          const high = ((character & 0x07) << 18) | ((bytes[i]! & 0x3f) << 12)
          character = high | ((bytes[i + 1]! & 0x3f) << 6) | (bytes[i + 2]! & 0x3f)
          i += 3
        }
      } else if (character === DOUBLED_QUOTE) i++
      const symbol = symbols[character]!
      if (symbol >= 0) {
        row = next[row + symbol]!
        if (row >= 0) continue
        answered += this.report(~row, bytes, start, end, readers)
        row = this.automaton.hits[~row]!.row
      } else if (symbol === UNKNOWN || symbol === SEVERAL) {
        for (const letter of this.learn(character)) {
          row = next[row + letter]!
          if (row >= 0) continue
          answered += this.report(~row, bytes, start, end, readers)
          row = this.automaton.hits[~row]!.row
        }
      }
      if (answered === open) return answered
    }
    const last = next[row + END]!
    return last >= 0 ? answered : answered + this.report(~last, bytes, start, end, readers)
  }

  private learn(character: number): readonly number[] {
    const symbols = this.alphabet.symbolsOf(character)
    this.symbols[character] = symbols.length > 1 ? SEVERAL : symbols[0]!
    return symbols
  }

  /** Marks the queries of a hit as answered; returns how many were not before. */
  private report(hit: number, bytes: Uint8Array, start: number, end: number, readers: Uint8Array): number {
    const { answers } = this
    let answered = 0
    for (const index of this.automaton.hits[hit]!.found) {
      const { query, confirm, term, mode } = this.patterns[index]!
      if (readers[query] === 0 || answers[query] === 1) continue
      if (confirm && !isPresent(term, decodeField(bytes, start, end), mode)) continue
      answers[query] = 1
      answered++
    }
    return answered
  }
}

/** A quote inside a field stands there twice. */
const DOUBLED_QUOTE = 34
/** `"`, `;`, CR and LF. */
const FIELD_ENDS = [DOUBLED_QUOTE, 59, 13, 10]
