import type { Alphabet } from '../matching/alphabet.ts'
import { MARK } from '../matching/alphabet.ts'

/**
 * The characters below this are known: ASCII and Latin-1, which is what French is written in but for one letter in five
 * thousand. All others are foreign, combining marks among them (see assembly/matcher.ts).
 */
const KNOWN = 0x100
/** The lead bytes of foreign characters are this one and those above. */
export const FOREIGN = 0xc0 | (KNOWN >> 6)

/** So many bytes of a term are looked at before the automaton starts. */
export const PLACES = 4

/** For each of the first places of a term in one of its spellings, the bytes that may stand there. */
export type Beginning = readonly (readonly number[])[]

const ANY = Array.from({ length: 0x100 }, (_, byte) => byte)
const QUOTE = 0x22

/** Characters that stand for the same symbols and are written in the same way. */
interface Spelling {
  readonly symbols: readonly number[]
  readonly places: readonly number[][]
}

/** How known characters are written. */
export class Spellings {
  private readonly spellings: readonly Spelling[]
  private readonly space: number | undefined

  constructor(alphabet: Alphabet) {
    this.space = alphabet.space
    const spellings = new Map<string, Spelling>()
    for (let character = 0; character < KNOWN; character++) {
      const symbols = alphabet.symbolsOf(character).filter((symbol) => symbol !== MARK)
      const bytes = bytesOf(character)
      const key = `${symbols} ${bytes.length === 1 ? '' : bytes[0]}`
      const alike = spellings.get(key)
      if (alike === undefined) spellings.set(key, { symbols, places: bytes.map((byte) => [byte]) })
      else
        alike.places.forEach((place, index) => {
          if (!place.includes(bytes[index]!)) place.push(bytes[index]!)
        })
    }
    this.spellings = [...spellings.values()]
  }

  /** All ways in which a term of these symbols can begin in known characters, the first of which may stand for more. */
  beginnings(term: readonly number[]): Beginning[] {
    const found: Beginning[] = []
    for (const { symbols, places } of this.spellings) {
      for (let from = 0; from < symbols.length; from++) {
        this.goOn(places, term, this.advance(term, 0, symbols.slice(from)), found)
      }
    }
    return found
  }

  private goOn(places: Beginning, term: readonly number[], next: number | undefined, found: Beginning[]): void {
    if (next === undefined) return
    if (places.length >= PLACES) found.push(places.slice(0, PLACES))
    else if (next === term.length) this.goOn([...places, ANY], term, next, found)
    else {
      for (const { symbols, places: more } of this.spellings)
        this.goOn([...places, ...more], term, this.advance(term, next, symbols), found)
    }
  }

  /** How far in a term a character leads that stands for these symbols; undefined when the term goes on in another way. */
  private advance(term: readonly number[], from: number, symbols: readonly number[]): number | undefined {
    let at = from
    for (const symbol of symbols) {
      if (at === term.length) break
      if (symbol === this.space && term[at - 1] === symbol) continue
      if (term[at] !== symbol) return undefined
      at++
    }
    return at
  }
}

/** The bytes of a known character inside a quoted field. */
function bytesOf(character: number): number[] {
  if (character === QUOTE) return [QUOTE, QUOTE]
  return character < 0x80 ? [character] : [0xc0 | (character >> 6), 0x80 | (character & 0x3f)]
}
