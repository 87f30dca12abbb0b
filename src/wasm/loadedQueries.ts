import type { Batch } from '../csv/scanner.ts'
import { type Alphabet, MARK } from '../matching/alphabet.ts'
import type { OnMatch } from '../matching/matcher.ts'
import type { CompiledQueries } from './queries.ts'
import { WasmInstance } from './wasmInstance.ts'

const ASCII = 0x80
/** As in assembly/queries.ts and assembly/automaton.ts. */
const BY_AUTOMATON = 0
const BY_TABLE = 1
const BY_NIBBLES = 2
const FIRST_KNOWN = 1
const SEQUENCE = 0x8000
const TABLED = 0xffff
/** The largest number of letters that one character folds to. */
const MAX_LETTERS = 32
/** Spare bytes after the fields: the prefilter reads past their end. */
const SLACK = 64
/** Room for the tables of the prefilter, the list of sequences and small tables. */
const OTHER_TABLES = 4 << 16

/** Compiled queries in the memory of an instance. */
export class LoadedQueries {
  readonly instance: WasmInstance
  private readonly alphabet: Alphabet
  private readonly columns: number
  private readonly words: number
  private readonly address: number
  private readonly matchBits: number
  private readonly symbols: number
  private readonly sequences: number
  /** End of the used part of `sequences`, in 16-bit units. The start is scratch space for characters outside the table. */
  private sequencesEnd = 1 + MAX_LETTERS
  private readonly copiedFields: number
  private copy = { address: 0, length: 0 }
  private onMatch: (record: number) => void = () => {}

  /**
   * Loads queries into the memory of the batches if it has room. Growing that memory would invalidate the batches, so
   * otherwise the queries get an instance of their own.
   */
  static load(queries: CompiledQueries, batchInstance: WasmInstance | undefined): LoadedQueries {
    const { automaton, patterns, queriesByColumn } = queries
    const found = automaton.hits.reduce((length, hit) => length + hit.found.length + 16, 0)
    const numbers = automaton.next.length + found + patterns.length + queriesByColumn.length
    const bytes = 2 * (TABLED + 1) + 4 * numbers + OTHER_TABLES
    const hasRoom = batchInstance !== undefined && batchInstance.exports.freeBytes() >= bytes
    return new LoadedQueries(hasRoom ? batchInstance : new WasmInstance(), queries)
  }

  private constructor(instance: WasmInstance, queries: CompiledQueries) {
    const { exports } = instance
    const { alphabet, columns, words } = queries
    this.instance = instance
    this.alphabet = alphabet
    this.columns = columns
    this.words = words
    this.symbols = exports.allocate(2 * (TABLED + 1))
    this.sequences = exports.allocate(2 * SEQUENCE)
    this.matchBits = exports.allocate(4 * words)
    this.copiedFields = exports.allocate(8 * columns)
    const tables = this.storeTables(queries)
    this.address = exports.createQueries()
    instance.uint32s(this.address, tables.length).set(tables)
    for (let character = 0; character < ASCII; character++) this.learn(character)
    instance.setCallbacks(this.address, {
      learn: (character) => this.learn(character),
      onMatch: (record) => this.onMatch(record),
    })
  }

  /** Stores the tables. Returns the fields of `Queries` in assembly/queries.ts, in their order. */
  private storeTables({ automaton, patterns, queriesByColumn, prefilter }: CompiledQueries): number[] {
    const { instance } = this
    const store = (numbers: ArrayLike<number> | undefined) => (numbers === undefined ? 0 : instance.store(numbers))
    return [
      this.symbols,
      store(automaton.next),
      store(automaton.hits.flatMap(({ row, found }) => [row, store([found.length, ...found])])),
      store(patterns),
      store(queriesByColumn),
      this.columns,
      this.words,
      prefilter === undefined ? BY_AUTOMATON : prefilter.nibbles === undefined ? BY_TABLE : BY_NIBBLES,
      store(prefilter?.nibbles),
      store(prefilter?.table),
      store(prefilter?.prefixes),
      store(prefilter?.punctuation),
      this.matchBits,
      this.sequences,
    ]
  }

  /** Matches records, given the address of their field ranges. */
  match(fields: number, { fieldsPerRecord, count }: Pick<Batch, 'fieldsPerRecord' | 'count'>, onMatch: OnMatch): void {
    const matchBits = this.instance.uint32s(this.matchBits, this.words)
    this.onMatch = (record) => {
      for (let word = 0; word < matchBits.length; word++) {
        for (let bits = matchBits[word]!; bits !== 0; bits &= bits - 1)
          onMatch(record, 32 * word + 31 - Math.clz32(bits & -bits))
      }
    }
    this.instance.exports.match(this.address, fields, fieldsPerRecord, count)
  }

  /** Matches records from outside this memory. Copies them in one at a time. */
  matchCopies(batch: Batch, onMatch: OnMatch): void {
    for (let record = 0; record < batch.count; record++) {
      this.copyRecord(batch, record)
      this.match(this.copiedFields, { fieldsPerRecord: this.columns, count: 1 }, (_, query) => onMatch(record, query))
    }
  }

  private copyRecord(batch: Batch, record: number): void {
    const ranges = batch.fieldRanges.subarray(
      2 * record * batch.fieldsPerRecord,
      2 * (record + 1) * batch.fieldsPerRecord,
    )
    const copied = new Uint32Array(2 * this.columns)
    let length = 0
    for (let column = 0; column < this.columns; column++) length += ranges[2 * column + 1]! - ranges[2 * column]!
    if (length + SLACK > this.copy.length) {
      const enough = Math.max(length + SLACK, 2 * this.copy.length)
      this.copy = { address: this.instance.exports.allocate(enough), length: enough }
    }
    let to = this.copy.address
    for (let column = 0; column < this.columns; column++) {
      const field = batch.bytes.subarray(ranges[2 * column], ranges[2 * column + 1])
      this.instance.bytes.set(field, to)
      copied[2 * column] = to
      to += field.length
      copied[2 * column + 1] = to
    }
    this.instance.uint32s(this.copiedFields, copied.length).set(copied)
  }

  /** Stores the symbols of a character for the automaton. Returns the address of their list. */
  private learn(character: number): number {
    const symbols = this.alphabet.symbolsOf(character).filter(isInformative)
    const table = this.instance.uint16s(this.symbols, TABLED)
    const sequences = this.instance.uint16s(this.sequences, SEQUENCE)
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

/** Whether a symbol can change the state. Most Hangul syllables repeat the symbol of unused letters, which has no effect. */
function isInformative(symbol: number, index: number, symbols: readonly number[]): boolean {
  return symbol > MARK || symbol !== symbols[index - 1]
}
