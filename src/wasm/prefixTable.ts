import type { Prefix } from './spellings.ts'

/** As in assembly/prefilter.ts. */
const BEFORE = 1
const HERE = 2

/** Builds the table: five bits of each of three bytes → HERE if a term begins with them, BEFORE if they follow its first byte. */
export function prefixTable(prefixes: readonly Prefix[]): Uint32Array {
  const table = new Uint8Array(1 << 15)
  for (const places of prefixes.map(fiveBits)) {
    for (const [flag, [first, second, third]] of [
      [HERE, places],
      [BEFORE, places.slice(1)],
    ] as const) {
      for (const a of first!) for (const b of second!) for (const c of third!) table[a | (b << 5) | (c << 10)]! |= flag
    }
  }
  return new Uint32Array(table.buffer)
}

/** Builds a bit set of the four-byte prefixes, five bits of each byte. */
export function prefixBits(prefixes: readonly Prefix[]): Uint32Array {
  const bits = new Uint32Array(1 << 15)
  for (const [first, second, third, fourth] of prefixes.map(fiveBits)) {
    for (const a of first!) {
      for (const b of second!)
        for (const c of third!) for (const d of fourth!) bits[b | (c << 5) | (d << 10)]! |= 1 << a
    }
  }
  return bits
}

/** As `fiveBits` in assembly/prefilter.ts. */
function fiveBits(prefix: Prefix): number[][] {
  return prefix.map((bytes) => [...new Set(bytes.map((byte) => (byte & 31) | (byte < 0x80 ? 0 : 28)))])
}
