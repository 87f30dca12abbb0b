import { type Alphabet, MARK } from '../matching/alphabet.ts'

/**
 * Characters below this are known: ASCII and Latin-1, which cover all but one in five thousand letters of French text. All
 * others are foreign, including combining marks (assembly/prefilter.ts).
 */
const KNOWN = 0x100
/** The lowest lead byte of a foreign character. */
export const FOREIGN = 0xc0 | (KNOWN >> 6)

const PREFIX_BYTES = 4

/** The first bytes of a term in one of its spellings: for each position, the bytes that it allows. */
export type Prefix = readonly (readonly number[])[]

export const ANY_BYTE = Array.from({ length: 0x100 }, (_, byte) => byte)
const FOREIGN_LEADS = ANY_BYTE.slice(FOREIGN)
const QUOTE = 0x22

interface TermStart {
  readonly prefixes: Prefix[]
  /** The symbols before the last compared byte. A foreign character with one of them is a candidate. */
  readonly early: Set<number>
}

/** Characters with the same symbols and the same lead byte. */
interface Spelling {
  readonly symbols: readonly number[]
  readonly bytes: readonly number[][]
}

/** The ways to spell symbols in known characters. */
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
      const known = spellings.get(key)
      if (known === undefined) spellings.set(key, { symbols, bytes: bytes.map((byte) => [byte]) })
      else bytes.forEach((byte, index) => void known.bytes[index]!.push(byte))
    }
    this.spellings = [...spellings.values()]
  }

  /** Finds how a term of these symbols can begin. A match may begin inside the first character: "euvre" in "œuvre". */
  startOf(term: readonly number[]): TermStart {
    const found: TermStart = { prefixes: [], early: new Set([term[0]!]) }
    for (const { symbols, bytes } of this.spellings) {
      for (let from = 0; from < symbols.length; from++) {
        this.extend(bytes, term, this.advance(term, 0, symbols.slice(from)), found)
      }
    }
    return found
  }

  /** Extends a prefix with every spelling that can follow it. `next` is undefined if the prefix does not fit the term. */
  private extend(prefix: Prefix, term: readonly number[], next: number | undefined, found: TermStart): void {
    if (next === undefined) return
    if (prefix.length >= PREFIX_BYTES) found.prefixes.push(prefix.slice(0, PREFIX_BYTES))
    else if (next === term.length) this.extend([...prefix, ANY_BYTE], term, next, found)
    else {
      // If the last compared byte is foreign, the automaton decides.
      if (prefix.length === PREFIX_BYTES - 1) found.prefixes.push([...prefix, FOREIGN_LEADS])
      else found.early.add(term[next]!)
      for (const { symbols, bytes } of this.spellings) {
        this.extend([...prefix, ...bytes], term, this.advance(term, next, symbols), found)
      }
    }
  }

  /** Returns the position in the term after these symbols, starting at `from`; undefined if they do not fit. */
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
