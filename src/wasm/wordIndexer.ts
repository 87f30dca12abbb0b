import type { Batch } from '../csv/scanner.ts'
import { fold } from '../matching/fold.ts'
import { CODE } from './wordsCode.ts'

/** As in assembly/words/index.ts. */
export const COLUMN_BITS = 3
const ASCII = 0x80
const TABLED = 0x10000
const MAX_LIST = 255
const WORD_NUMBERS = 5
const MAX_WORDS = 1 << 22
/** Room for the last word, whose characters may fold to several letters. */
const SLACK = 1 << 16

/** The functions of assembly/words. Addresses and lengths are in bytes. */
interface Exports {
  readonly memory: WebAssembly.Memory
  allocate(bytes: number): number
  open(most: number, mostWords: number, seed: number): void
  asciiAt(): number
  listsAt(): number
  reserve(textBytes: number, fieldBytes: number): void
  addresses(): number
  wordsAt(): number
  count(): number
  size(): number
  index(shift: number, width: number, columns: number, records: number): number
}

/** The entries of a batch, valid until the next batch. */
export interface WordEntries {
  /** Per record and distinct word: the number of the word, then `COLUMN_BITS` bits, one for each column that has it. */
  readonly entries: Uint32Array
  /** Where the entries of each record end. */
  readonly ends: Uint32Array
}

/** The distinct words, by number. */
export interface WordList {
  /** The folded words as UTF-8, each after a byte of 0. There is another one at the end. */
  readonly bytes: Buffer
  readonly starts: Uint32Array
}

/**
 * Numbers the distinct words of an export. A word is a run of letters and digits of the folded text, as for `match: word`.
 */
export class WordIndexer {
  private readonly exports: Exports
  private readonly scratch: number
  private readonly rare = new Map<number, Uint8Array>()

  /** @param most the bytes of all texts. The distinct words may take twice as many; memory is used only as far as it is needed. */
  constructor(most: number) {
    const module = new WebAssembly.Module(Buffer.from(CODE, 'base64'))
    const index = { learn: (character: number) => this.learn(character) }
    this.exports = new WebAssembly.Instance(module, { index }).exports as object as Exports
    // Publishers choose the words, so they must not be able to predict which of them collide.
    this.exports.open(2 * most + SLACK, Math.min(MAX_WORDS, 2 * most + SLACK), Math.floor(Math.random() * 2 ** 31))
    this.scratch = this.exports.allocate(1 + MAX_LIST)
    const ascii = new Uint8Array(this.exports.memory.buffer, this.exports.asciiAt(), ASCII)
    for (let character = 0; character < ASCII; character++) ascii[character] = foldedBytes(character)[0]!
  }

  /** Indexes the first fields of each record of a batch, at most `COLUMN_BITS`. */
  add(batch: Batch, columns: number): WordEntries {
    const { exports } = this
    const { recordRanges: records, count, fieldRanges: fields, fieldsPerRecord: width } = batch
    const first = records[0]!
    const text = batch.bytes.subarray(first, records[2 * count - 1])
    const ranges = fields.subarray(0, 2 * count * width)
    exports.reserve(text.length, ranges.byteLength)
    const { buffer } = exports.memory
    const [textAt, fieldsAt, entriesAt, endsAt] = new Uint32Array(buffer, exports.addresses(), 4)
    new Uint8Array(buffer).set(text, textAt)
    new Uint32Array(buffer, fieldsAt, ranges.length).set(ranges)
    const found = exports.index(textAt! - first, width, columns, count)
    return {
      entries: new Uint32Array(exports.memory.buffer, entriesAt, found),
      ends: new Uint32Array(exports.memory.buffer, endsAt, count),
    }
  }

  /** Copies the words and the number of records that have each, so that the indexer's memory can be freed. */
  words(): { readonly words: WordList; readonly counts: Uint32Array } {
    const { exports } = this
    const count = exports.count()
    const source = Buffer.from(exports.memory.buffer)
    const table = new Uint32Array(exports.memory.buffer, exports.wordsAt(), count * WORD_NUMBERS)
    const bytes = Buffer.alloc(exports.size() + count + 1)
    const starts = new Uint32Array(count)
    const counts = new Uint32Array(count)
    let at = 1
    for (let word = 0; word < count; word++) {
      const from = table[WORD_NUMBERS * word]!
      starts[word] = at
      counts[word] = table[WORD_NUMBERS * word + 4]!
      at += source.copy(bytes, at, from, from + table[WORD_NUMBERS * word + 1]!) + 1
    }
    return { words: { bytes, starts }, counts }
  }

  /** Stores the bytes that a character folds to. Returns the address of their list. */
  private learn(character: number): number {
    const bytes = this.rare.get(character) ?? foldedBytes(character)
    const isTabled = character < TABLED
    if (!isTabled) this.rare.set(character, bytes)
    const address = isTabled ? this.exports.allocate(1 + bytes.length) : this.scratch
    const memory = new Uint8Array(this.exports.memory.buffer)
    memory[address] = bytes.length
    memory.set(bytes, address + 1)
    if (isTabled) new Uint32Array(memory.buffer, this.exports.listsAt(), TABLED)[character] = address
    return address
  }
}

/** Returns the UTF-8 of the letters and digits that a character folds to, and a 0 for each other character. */
function foldedBytes(character: number): Uint8Array {
  return Buffer.from(fold(String.fromCodePoint(character)).replace(/[^\p{L}\p{N}]/gu, '\0'))
}
