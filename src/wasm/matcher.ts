import type { Batch } from '../csv/scanner.ts'
import { Alphabet, MARK } from '../matching/alphabet.ts'
import { type Automaton, compile } from '../matching/automaton.ts'
import type { Keep, Matcher, Query } from '../matching/matcher.ts'
import { isKernelBatch, Kernel } from './kernel.ts'
import { type Candidates, findCandidates } from './sieve.ts'

const ASCII = 0x80
/** As in assembly/matcher.ts. */
const FIRST_KNOWN = 1
const BY_AUTOMATON = 0
const BY_TABLE = 1
const BY_SIEVE = 2
const TABLED = 0xffff
/** In the table of symbols, characters that stand for several have this bit, and where these are in the list of sequences. */
const SEQUENCE = 0x8000
/** No character folds to so many letters. */
const MOST_LETTERS = 32
/** The sieve reads on behind a field. */
const SLACK = 64
/** Room for the tables that candidates are found with, and the small ones. */
const MORE_TABLES = 4 << 16

/**
 * The matcher at full speed (assembly/matcher.ts), with the automaton of the plain one. It moves into the memory of the
 * scanner whose batches it is given; fields of other batches are copied to it.
 *
 * @param columns names of the fields that batches carry, in their order
 */
export function createWasmMatcher(queries: readonly Query[], columns: readonly string[]): Matcher {
  return new WasmMatcher(queries, columns)
}

class WasmMatcher implements Matcher {
  private readonly queries: CompiledQueries
  private placed: PlacedQueries | undefined
  /** Where the batches come from for which `placed` is. */
  private origin: Kernel | undefined

  constructor(queries: readonly Query[], columns: readonly string[]) {
    this.queries = compileQueries(queries, columns)
  }

  match(batch: Batch, keep: Keep): void {
    const origin = isKernelBatch(batch) ? batch.kernel : this.origin
    if (this.placed === undefined || origin !== this.origin) {
      this.origin = origin
      this.placed = placeQueries(this.queries, origin)
    }
    if (isKernelBatch(batch) && this.placed.kernel === origin) this.placed.match(batch.fieldsAt, batch, keep)
    else this.placed.matchCopies(batch, keep)
  }
}

/** Queries as assembly/matcher.ts reads them, lists of 32-bit numbers. */
interface CompiledQueries {
  readonly alphabet: Alphabet
  readonly automaton: Automaton
  readonly patterns: readonly number[]
  readonly readers: readonly number[]
  readonly columns: number
  /** How many words a bit set of queries has. */
  readonly words: number
  readonly candidates: Candidates | undefined
}

function compileQueries(queries: readonly Query[], columns: readonly string[]): CompiledQueries {
  const words = Math.ceil(queries.length / 32)
  const terms = queries.flatMap(({ terms, match }, query) => terms.map((term) => ({ term, mode: match, query })))
  const alphabet = new Alphabet(terms.map(({ term }) => term))
  return {
    alphabet,
    automaton: compile(terms, alphabet),
    patterns: terms.flatMap(({ query }) => [query >> 5, 1 << (query & 31)]),
    readers: columns.flatMap((column) =>
      bitSet(
        queries.map((query) => query.columns.includes(column)),
        words,
      ),
    ),
    columns: columns.length,
    words,
    candidates: findCandidates(
      terms.map(({ term }) => term),
      alphabet,
    ),
  }
}

/** Places queries in the memory that the batches come from, unless it would have to grow under them. */
function placeQueries(queries: CompiledQueries, origin: Kernel | undefined): PlacedQueries {
  const found = queries.automaton.hits.reduce((length, hit) => length + hit.found.length + 16, 0)
  const numbers = queries.automaton.next.length + found + queries.patterns.length + queries.readers.length
  const bytes = 2 * (TABLED + 1) + 4 * numbers + MORE_TABLES
  return new PlacedQueries(origin !== undefined && origin.call.spare() >= bytes ? origin : new Kernel(), queries)
}

class PlacedQueries {
  readonly kernel: Kernel
  private readonly alphabet: Alphabet
  private readonly columns: number
  private readonly words: number
  private readonly address: number
  private readonly answers: number
  private readonly symbols: number
  private readonly sequences: number
  /** How much of the list of sequences is in use, in units of 16 bits. Its beginning is for what finds no room. */
  private sequencesEnd = 1 + MOST_LETTERS
  private readonly copyFields: number
  private copy = { address: 0, length: 0 }
  private take: (record: number) => void = () => {}

  constructor(kernel: Kernel, { alphabet, automaton, patterns, readers, columns, words, candidates }: CompiledQueries) {
    const { call } = kernel
    this.kernel = kernel
    this.alphabet = alphabet
    this.columns = columns
    this.words = words
    this.symbols = call.allocate(2 * (TABLED + 1))
    this.sequences = call.allocate(2 * SEQUENCE)
    this.answers = call.allocate(4 * words)
    this.copyFields = call.allocate(8 * columns)
    // In the order of `Queries` in assembly/matcher.ts.
    const tables = [
      this.symbols,
      kernel.place(automaton.next),
      kernel.place(automaton.hits.flatMap(({ row, found }) => [row, kernel.place([found.length, ...found])])),
      kernel.place(patterns),
      kernel.place(readers),
      columns,
      words,
      candidates === undefined ? BY_AUTOMATON : candidates.sieve === undefined ? BY_TABLE : BY_SIEVE,
      candidates?.sieve === undefined ? 0 : kernel.place(candidates.sieve),
      candidates === undefined ? 0 : kernel.place(candidates.table),
      candidates === undefined ? 0 : kernel.place(candidates.beginnings),
      candidates === undefined ? 0 : kernel.place(candidates.punctuation),
      this.answers,
      this.sequences,
    ]
    this.address = call.createQueries()
    kernel.numbers(this.address, tables.length).set(tables)
    for (let character = 0; character < ASCII; character++) this.learn(character)
    kernel.advise(this.address, {
      learn: (character) => this.learn(character),
      keep: (record) => this.take(record),
    })
  }

  /** Matches records, the ranges of whose fields are at this address. */
  match(fields: number, { width, count }: Pick<Batch, 'width' | 'count'>, keep: Keep): void {
    const answers = this.kernel.numbers(this.answers, this.words)
    this.take = (record) => {
      for (let word = 0; word < answers.length; word++) {
        for (let bits = answers[word]!; bits !== 0; bits &= bits - 1)
          keep(record, 32 * word + 31 - Math.clz32(bits & -bits))
      }
    }
    this.kernel.call.match(this.address, fields, width, count)
  }

  /** Matches records that lie elsewhere, one after the other. */
  matchCopies(batch: Batch, keep: Keep): void {
    for (let record = 0; record < batch.count; record++) {
      this.copyRecord(batch, record)
      this.match(this.copyFields, { width: this.columns, count: 1 }, (_, query) => keep(record, query))
    }
  }

  private copyRecord(batch: Batch, record: number): void {
    const ranges = batch.fields.subarray(2 * record * batch.width, 2 * (record + 1) * batch.width)
    const copied = new Uint32Array(2 * this.columns)
    let length = 0
    for (let slot = 0; slot < this.columns; slot++) length += ranges[2 * slot + 1]! - ranges[2 * slot]!
    if (length + SLACK > this.copy.length) {
      const enough = Math.max(length + SLACK, 2 * this.copy.length)
      this.copy = { address: this.kernel.call.allocate(enough), length: enough }
    }
    let to = this.copy.address
    for (let slot = 0; slot < this.columns; slot++) {
      const field = batch.bytes.subarray(ranges[2 * slot], ranges[2 * slot + 1])
      this.kernel.bytes.set(field, to)
      copied[2 * slot] = to
      to += field.length
      copied[2 * slot + 1] = to
    }
    this.kernel.numbers(this.copyFields, copied.length).set(copied)
  }

  /** Puts the symbols of a character where assembly/matcher.ts finds them from now on; returns where their list is. */
  private learn(character: number): number {
    const symbols = this.alphabet.symbolsOf(character).filter(isNews)
    const table = new Uint16Array(this.kernel.call.memory.buffer, this.symbols, TABLED)
    const sequences = new Uint16Array(this.kernel.call.memory.buffer, this.sequences, SEQUENCE)
    const isTabled = character < TABLED && symbols.length > 1 && this.sequencesEnd + symbols.length < SEQUENCE
    const at = isTabled ? this.sequencesEnd : 0
    sequences.set([symbols.length, ...symbols], at)
    if (isTabled) {
      table[character] = SEQUENCE | at
      this.sequencesEnd += 1 + symbols.length
    } else if (symbols.length === 1 && character < TABLED) table[character] = FIRST_KNOWN + symbols[0]!
    return this.sequences + 2 * at
  }
}

/** A letter that no term uses says nothing more when it comes twice: most Hangul syllables are two or three of them. */
function isNews(symbol: number, index: number, symbols: readonly number[]): boolean {
  return symbol > MARK || symbol !== symbols[index - 1]
}

function bitSet(members: readonly boolean[], words: number): number[] {
  const set = new Uint32Array(words)
  members.forEach((isMember, index) => {
    if (isMember) set[index >> 5]! |= 1 << (index & 31)
  })
  return [...set]
}
