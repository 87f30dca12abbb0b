import { type Alphabet, MARK } from '../matching/alphabet.ts'
import { type Beginning, FOREIGN, PLACES, Spellings } from './beginnings.ts'

const QUOTE = 0x22
/** U+2000 to U+203F, ’ and – among them, which begin with the same two bytes. */
const PUNCTUATION = { first: 0x2000, length: 0x40 }

/** With more terms than these the table is quicker. */
const MOST_SIEVED = 12
const SIEVED_PLACES = 3
/** As in assembly/matcher.ts. */
const BEFORE = 1
const HERE = 2

/** What assembly/matcher.ts finds candidates with. */
export interface Candidates {
  /** Six tables of 16 bytes: for each of three places, in which sets a byte may stand by its low and by its high half. */
  readonly sieve: Uint32Array | undefined
  /** HERE for three bytes that a term begins with, BEFORE for those that it has from its second on, by five bits of each. */
  readonly table: Uint32Array
  /** A bit for four bytes, by five bits of each. */
  readonly beginnings: Uint32Array
  /** For each character from U+2000 to U+203F, a byte that says whether it can be one of the first four of a term. */
  readonly punctuation: Uint32Array
}

/** @returns undefined when a term begins with a quote, which in an export stands twice */
export function findCandidates(terms: readonly string[], alphabet: Alphabet): Candidates | undefined {
  const [quote] = alphabet.symbolsOf(QUOTE)
  const spelled = [...terms].sort().map((term) => alphabet.spell(term))
  if (spelled.some(([first]) => first === quote)) return undefined
  const spellings = new Spellings(alphabet)
  const beginnings = spelled.map((term) => spellings.beginnings(term))
  return {
    sieve: terms.length > MOST_SIEVED ? undefined : sieveOf(beginnings),
    table: tableOf(beginnings.flat()),
    beginnings: bitsOf(beginnings.flat()),
    punctuation: punctuationOf(spelled, alphabet),
  }
}

function punctuationOf(terms: readonly (readonly number[])[], alphabet: Alphabet): Uint32Array {
  const early = new Set([MARK, ...terms.flatMap((term) => term.slice(0, PLACES))])
  const flags = Uint8Array.from({ length: PUNCTUATION.length }, (_, index) =>
    Number(alphabet.symbolsOf(PUNCTUATION.first + index).some((symbol) => early.has(symbol))),
  )
  return new Uint32Array(flags.buffer)
}

/** Sets of beginnings in ASCII; one for each place in which the first longer character may be; and for the foreign. */
const ASCII_SETS = 3
const LONG_SETS = SIEVED_PLACES

function sieveOf(terms: readonly (readonly Beginning[])[]): Uint32Array {
  const tables = new Uint8Array(SIEVED_PLACES * 2 * 16)
  terms.forEach((beginnings, term) => {
    for (const beginning of beginnings) {
      const long = beginning.slice(0, SIEVED_PLACES).findIndex((bytes) => bytes[0]! >= 0x80)
      add(beginning, long < 0 ? Math.floor((ASCII_SETS * term) / terms.length) : ASCII_SETS + long)
    }
  })
  const any = Array.from({ length: 0x100 }, (_, byte) => byte)
  add([any.slice(FOREIGN, 0xd0), any, any], ASCII_SETS + LONG_SETS)
  add([any.slice(0xd0), any, any], ASCII_SETS + LONG_SETS + 1)
  return new Uint32Array(tables.buffer)

  function add(beginning: Beginning, set: number): void {
    for (let place = 0; place < SIEVED_PLACES; place++) {
      for (const byte of beginning[place]!) {
        tables[32 * place + (byte & 15)]! |= 1 << set
        tables[32 * place + 16 + (byte >> 4)]! |= 1 << set
      }
    }
  }
}

function tableOf(beginnings: readonly Beginning[]): Uint32Array {
  const table = new Uint8Array(1 << 15)
  for (const places of beginnings.map(fiveBits)) {
    for (const [reply, [first, second, third]] of [
      [HERE, places],
      [BEFORE, places.slice(1)],
    ] as const) {
      for (const a of first!) for (const b of second!) for (const c of third!) table[a | (b << 5) | (c << 10)]! |= reply
    }
  }
  return new Uint32Array(table.buffer)
}

function bitsOf(beginnings: readonly Beginning[]): Uint32Array {
  const bits = new Uint32Array(1 << 15)
  for (const [first, second, third, fourth] of beginnings.map(fiveBits)) {
    for (const a of first!) {
      for (const b of second!)
        for (const c of third!) for (const d of fourth!) bits[b | (c << 5) | (d << 10)]! |= 1 << a
    }
  }
  return bits
}

/** As `fiveBits` in assembly/matcher.ts. */
function fiveBits(beginning: Beginning): number[][] {
  return beginning.map((bytes) => [...new Set(bytes.map((byte) => (byte & 31) | (byte < 0x80 ? 0 : 28)))])
}
