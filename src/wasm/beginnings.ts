import type { Alphabet } from '../matching/alphabet.ts'

/**
 * The characters below this are known: ASCII and Latin-1, which is what French is written in but for one letter in five
 * thousand. All others are foreign, combining marks among them (see assembly/matcher.ts).
 */
const KNOWN = 0x100
/** The lead bytes of foreign characters are this one and those above. */
export const FOREIGN = 0xc0 | (KNOWN >> 6)

/** So many bytes of a term are looked at before the automaton starts. */
const PLACES = 4

/** For each of the first places of a term in one of its spellings, the bytes that may stand there. */
export type Beginning = readonly (readonly number[])[]

const ANY = Array.from({ length: 0x100 }, (_, byte) => byte)

/** How known characters are written. */
export class Spellings {
  /** Symbol → ways to write it, each a place or two. */
  private readonly ways = new Map<number, Beginning[]>()

  constructor(alphabet: Alphabet) {
    const ascii = new Map<number, number[]>()
    const accented = new Map<string, { symbol: number; lead: number; seconds: number[] }>()
    for (let character = 0; character < KNOWN; character++) {
      // No known character stands for several letters.
      const symbol = alphabet.symbolsOf(character)[0]!
      if (character < 0x80) {
        ascii.set(symbol, [...(ascii.get(symbol) ?? []), character])
        continue
      }
      const lead = 0xc0 | (character >> 6)
      const way = accented.get(`${symbol} ${lead}`) ?? { symbol, lead, seconds: [] }
      accented.set(`${symbol} ${lead}`, way)
      way.seconds.push(0x80 | (character & 0x3f))
    }
    // A quote stands there twice.
    for (const [symbol, bytes] of ascii) this.add(symbol, bytes[0] === QUOTE ? [bytes, bytes] : [bytes])
    for (const { symbol, lead, seconds } of accented.values()) this.add(symbol, [[lead], seconds])
  }

  /** All ways in which a term of these symbols can begin, if it begins in known characters. */
  beginnings(term: readonly number[]): Beginning[] {
    const found: Beginning[] = []
    const go = (places: Beginning, next: number) => {
      if (places.length >= PLACES) found.push(places.slice(0, PLACES))
      else if (next === term.length) go([...places, ANY], next)
      else for (const way of this.ways.get(term[next]!) ?? []) go([...places, ...way], next + 1)
    }
    go([], 0)
    return found
  }

  private add(symbol: number, way: Beginning): void {
    this.ways.set(symbol, [...(this.ways.get(symbol) ?? []), way])
  }
}

const QUOTE = 0x22
