import { type Alphabet, MARK } from '../matching/alphabet.ts'
import { prefixBits, prefixTable } from './prefixTable.ts'
import { ANY_BYTE, FOREIGN, type Prefix, Spellings } from './spellings.ts'

const QUOTE = 0x22
/** U+2000 to U+203F, which include ’ and –. They share their first two bytes. */
const PUNCTUATION = { first: 0x2000, length: 0x40 }

/** With more terms, the prefix table is faster than the nibble tables. */
const MAX_NIBBLE_TERMS = 12
const NIBBLE_PLACES = 3

/** The tables of assembly/prefilter.ts. */
export interface Prefilter {
  /** Six tables of 16 bytes: for each of three positions, the sets that allow a byte there, by low and by high nibble. */
  readonly nibbles: Uint32Array | undefined
  readonly table: Uint32Array
  readonly prefixes: Uint32Array
  /** For each character from U+2000 to U+203F, a byte: whether it can be among the first characters of a term. */
  readonly punctuation: Uint32Array
}

/** @returns undefined if a term begins with a quote, which is doubled in an export */
export function buildPrefilter(terms: readonly string[], alphabet: Alphabet): Prefilter | undefined {
  const [quote] = alphabet.symbolsOf(QUOTE)
  const spelled = [...terms].sort().map((term) => alphabet.spell(term))
  if (spelled.some(([first]) => first === quote)) return undefined
  const spellings = new Spellings(alphabet)
  const starts = spelled.map((term) => spellings.startOf(term))
  const prefixes = starts.map((start) => start.prefixes)
  return {
    nibbles: terms.length > MAX_NIBBLE_TERMS ? undefined : nibbleTables(prefixes),
    table: prefixTable(prefixes.flat()),
    prefixes: prefixBits(prefixes.flat()),
    punctuation: punctuationTable(new Set([MARK, ...starts.flatMap(({ early }) => [...early])]), alphabet),
  }
}

function punctuationTable(early: ReadonlySet<number>, alphabet: Alphabet): Uint32Array {
  const flags = Uint8Array.from({ length: PUNCTUATION.length }, (_, index) =>
    Number(alphabet.symbolsOf(PUNCTUATION.first + index).some((symbol) => early.has(symbol))),
  )
  return new Uint32Array(flags.buffer)
}

/** The eight sets: three for ASCII prefixes, one per position of the first non-ASCII byte, two for foreign characters. */
const ASCII_SETS = 3
const LONG_SETS = NIBBLE_PLACES

function nibbleTables(terms: readonly (readonly Prefix[])[]): Uint32Array {
  const tables = new Uint8Array(NIBBLE_PLACES * 2 * 16)
  const add = (prefix: Prefix, set: number) => {
    for (let place = 0; place < NIBBLE_PLACES; place++) {
      for (const byte of prefix[place]!) {
        tables[32 * place + (byte & 15)]! |= 1 << set
        tables[32 * place + 16 + (byte >> 4)]! |= 1 << set
      }
    }
  }
  terms.forEach((prefixes, term) => {
    for (const prefix of prefixes) {
      const long = prefix.slice(0, NIBBLE_PLACES).findIndex((bytes) => bytes[0]! >= 0x80)
      add(prefix, long < 0 ? Math.floor((ASCII_SETS * term) / terms.length) : ASCII_SETS + long)
    }
  })
  add([ANY_BYTE.slice(FOREIGN, 0xd0), ANY_BYTE, ANY_BYTE], ASCII_SETS + LONG_SETS)
  add([ANY_BYTE.slice(0xd0), ANY_BYTE, ANY_BYTE], ASCII_SETS + LONG_SETS + 1)
  return new Uint32Array(tables.buffer)
}
