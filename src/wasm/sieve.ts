import type { Alphabet } from '../matching/alphabet.ts'

/**
 * Below this the sieve knows the characters, by their lead bytes up to U+023F: ASCII and accented Latin letters, which is
 * what French is written in. Of any other character it assumes that it may be any letter or mark.
 */
const KNOWN = 0x240
const QUOTE = 0x22

/** With more terms than these every third word would pass, and preparing the sieve would take longer than a scan. */
const MOST_TERMS = 24
const SETS = 8
const PLACES = 3

/** Bytes that a term could begin with: for each of three places, those that may stand there. */
type Beginning = readonly [readonly number[], readonly number[], readonly number[]]

const bytes = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)
const ANY = bytes(0, 0x100)
const CONTINUATIONS = bytes(0x80, 0xc0)
/** Lead bytes of characters that are not known. */
const FOREIGN = bytes(0xc9, 0x100)

/** What assembly/matcher.ts sieves with, as 32-bit numbers. */
export interface Sieve {
  /** Six tables of 16 bytes: for each of three places, in which sets a byte may stand by its low and by its high half. */
  readonly tables: Uint32Array
  /** A bit for each three ASCII letters, by the low five bits of each: whether a term begins with them. */
  readonly beginnings: Uint32Array
}

/** @returns undefined when there are too many terms, or one begins with a quote, which in an export stands twice */
export function createSieve(terms: readonly string[], alphabet: Alphabet): Sieve | undefined {
  if (terms.length > MOST_TERMS || terms.some((term) => alphabet.spell(term)[0] === alphabet.symbolsOf(QUOTE)[0]))
    return
  const spellings = new Spellings(alphabet)
  const beginnings = terms.flatMap((term) => spellings.beginnings(alphabet.spell(term)))
  return { tables: tablesOf(distribute([[FOREIGN, ANY, ANY], ...beginnings])), beginnings: inAscii(beginnings) }
}

/** How letters are written: in ASCII, or in two bytes. */
class Spellings {
  private readonly ascii = new Map<number, number[]>()
  /** Letter → lead byte → second bytes. */
  private readonly accented = new Map<number, Map<number, number[]>>()
  private readonly quote: number

  constructor(alphabet: Alphabet) {
    this.quote = alphabet.symbolsOf(QUOTE)[0]!
    for (let character = 0; character < KNOWN; character++) {
      for (const letter of alphabet.symbolsOf(character)) this.add(letter, character)
    }
  }

  /** All ways in which a term of these letters can begin, and more. */
  beginnings([first, second, third]: readonly number[]): Beginning[] {
    const ascii = this.ascii.get(first!) ?? []
    const beginnings: Beginning[] = []
    for (const [lead, seconds] of this.accentedOf(first!)) {
      beginnings.push([
        [lead],
        seconds,
        second === undefined ? ANY : [...this.asciiOf(second), ...this.leadsOf(second)],
      ])
    }
    if (second === undefined) return [...beginnings, [ascii, ANY, ANY]]
    for (const [lead, seconds] of this.accentedOf(second)) beginnings.push([ascii, [lead], seconds])
    beginnings.push([ascii, FOREIGN, CONTINUATIONS])
    if (second === this.quote) return [...beginnings, [ascii, [QUOTE], [QUOTE]]]
    if (third === undefined) return [...beginnings, [ascii, this.asciiOf(second), ANY]]
    const two = [ascii, this.asciiOf(second)] as const
    return [...beginnings, [...two, this.asciiOf(third)], [...two, this.leadsOf(third)]]
  }

  private add(letter: number, character: number): void {
    if (character < 0x80) {
      this.ascii.set(letter, [...this.asciiOf(letter), character])
      return
    }
    const seconds = this.accented.get(letter) ?? new Map<number, number[]>()
    const lead = 0xc0 | (character >> 6)
    seconds.set(lead, [...(seconds.get(lead) ?? []), 0x80 | (character & 0x3f)])
    this.accented.set(letter, seconds)
  }

  private asciiOf(letter: number): readonly number[] {
    return this.ascii.get(letter) ?? []
  }

  private accentedOf(letter: number): Iterable<[number, number[]]> {
    return this.accented.get(letter) ?? []
  }

  /** The lead bytes of a letter, and of a mark before it. */
  private leadsOf(letter: number): readonly number[] {
    return [...(this.accented.get(letter)?.keys() ?? []), ...FOREIGN]
  }
}

/**
 * Bytes as the sieve sees them: their low and their high halves, one to a bit, and any of the ones with any of the others.
 * `part` is what part of all positions in a text they stand at, about.
 */
interface Halves {
  readonly low: number
  readonly high: number
  readonly part: number
}

/** For each place, the bytes that may stand there. */
type Halved = readonly [Halves, Halves, Halves]

/** Puts each beginning into that of the eight sets where it lets the fewest others through. */
function distribute(beginnings: readonly Beginning[]): Halved[] {
  const nothing = { low: 0, high: 0, part: 0 }
  const sets = Array.from({ length: SETS }, (): Halved => [nothing, nothing, nothing])
  const pieces = beginnings.flatMap(piecesOf).sort((a, b) => passing(b) - passing(a))
  for (const piece of pieces) {
    const grown = sets.map((set): Halved => [union(set[0], piece[0]), union(set[1], piece[1]), union(set[2], piece[2])])
    const more = grown.map((set, index) => passing(set) - passing(sets[index]!))
    const best = more.indexOf(Math.min(...more))
    sets[best] = grown[best]!
  }
  return sets
}

/** Splits a beginning so that halves express it exactly. */
function piecesOf([first, second, third]: Beginning): Halved[] {
  const seconds = halvesOf(second)
  const thirds = halvesOf(third)
  return halvesOf(first).flatMap((a) => seconds.flatMap((b) => thirds.map((c): Halved => [a, b, c])))
}

function halvesOf(place: readonly number[]): Halves[] {
  const lows = new Array<number>(16).fill(0)
  for (const byte of place) lows[byte >> 4]! |= 1 << (byte & 15)
  const highs = new Map<number, number>()
  lows.forEach((low, half) => {
    if (low !== 0) highs.set(low, (highs.get(low) ?? 0) | (1 << half))
  })
  return [...highs].map(([low, high]) => halves(low, high))
}

function union(one: Halves, other: Halves): Halves {
  const low = one.low | other.low
  const high = one.high | other.high
  return low === one.low && high === one.high ? one : halves(low, high)
}

function halves(low: number, high: number): Halves {
  let part = RARE
  for (let index = 0; index < FREQUENT.length; index++) {
    const byte = FREQUENT[index]!
    if ((low >> (byte & 15)) & (high >> (byte >> 4)) & 1) part += 1 / (FIRST + index)
  }
  return { low, high, part }
}

/** The part of all positions in a text at which a set lets something pass, about. */
function passing([first, second, third]: Halved): number {
  return first.part * second.part * third.part
}

/** The most frequent bytes of French texts in their order, those of é and à last; the n-th is about one in `FIRST` + n. */
const FREQUENT = [...Buffer.from(' esaitnrulodcpm', 'latin1'), 0xc3, 0xa9, 0xa0]
const FIRST = 7
const RARE = 0.001

function inAscii(beginnings: readonly Beginning[]): Uint32Array {
  const bits = new Uint32Array(1 << 10)
  for (const [first, second, third] of beginnings) {
    for (const a of lettersOf(first)) {
      for (const b of lettersOf(second)) for (const c of lettersOf(third)) bits[b | (c << 5)]! |= 1 << a
    }
  }
  return bits
}

function lettersOf(place: readonly number[]): ReadonlySet<number> {
  return new Set(place.filter((byte) => byte < 0x80).map((byte) => byte & 31))
}

function tablesOf(sets: readonly Halved[]): Uint32Array {
  const tables = new Uint8Array(PLACES * 2 * 16)
  sets.forEach((set, bit) => {
    set.forEach(({ low, high }, place) => {
      for (let half = 0; half < 16; half++) {
        tables[place * 32 + half]! |= ((low >> half) & 1) << bit
        tables[place * 32 + 16 + half]! |= ((high >> half) & 1) << bit
      }
    })
  })
  return new Uint32Array(tables.buffer)
}
