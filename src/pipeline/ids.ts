/** Initial slots of the hash table, which doubles when half full. A small table stays in the processor's cache. */
const FIRST_SLOTS = 1 << 12
const FIRST_BYTES = 1 << 16

/**
 * The distinct ids of an export, numbered from 0 in the order of their first appearance. Ids are kept as bytes and never
 * decoded: 121,000 of them take 5 MB, against 15 MB for a Set of strings.
 */
export class IdTable {
  size = 0
  private bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  private filled = 0
  /** Id n spans `ends[n]` to `ends[n + 1]`. */
  private ends: Uint32Array
  /** Hash slot → id number + 1, or 0 if the slot is free. */
  private slots: Uint32Array
  /** The portal chooses the ids, so it must not be able to predict which of them collide. */
  private readonly seed = Math.floor(Math.random() * 2 ** 32)

  /** @param expected the approximate number of ids */
  constructor(expected = FIRST_SLOTS / 2) {
    const slots = 2 ** Math.ceil(Math.log2(2 * expected))
    this.ends = new Uint32Array(slots + 1)
    this.slots = new Uint32Array(slots)
  }

  clear(): void {
    this.size = 0
    this.filled = 0
    this.slots.fill(0)
  }

  /** Returns the number of an id. A new id gets the next number, which is `size` before the call. */
  add(source: Uint8Array, start: number, end: number): number {
    const slot = this.slotOf(source, start, end)
    const known = this.slots[slot]!
    if (known !== 0) return known - 1
    if (this.filled + end - start > this.bytes.length) this.bytes = grown(this.bytes, this.filled + end - start)
    for (let at = start; at < end; at++) this.bytes[this.filled++] = source[at]!
    this.slots[slot] = ++this.size
    this.ends[this.size] = this.filled
    if (this.size * 2 >= this.slots.length) this.double()
    return this.size - 1
  }

  has(source: Uint8Array, start: number, end: number): boolean {
    return this.slots[this.slotOf(source, start, end)] !== 0
  }

  /** Returns the slot that holds the id, or the free one where it belongs. */
  private slotOf(source: Uint8Array, start: number, end: number): number {
    const { slots, ends, bytes } = this
    const mask = slots.length - 1
    for (let slot = this.hash(source, start, end) & mask; ; slot = (slot + 1) & mask) {
      const known = slots[slot]!
      if (known === 0) return slot
      let from = ends[known - 1]!
      if (ends[known]! - from !== end - start) continue
      let at = start
      while (at < end && bytes[from] === source[at]) {
        from++
        at++
      }
      if (at === end) return slot
    }
  }

  private hash(source: Uint8Array, start: number, end: number): number {
    let hash = this.seed
    let at = start
    // Four bytes at a time: almost all ids are 24 hexadecimal digits.
    for (; at + 4 <= end; at += 4) {
      const word = source[at]! | (source[at + 1]! << 8) | (source[at + 2]! << 16) | (source[at + 3]! << 24)
      hash = Math.imul(hash ^ word, 0x9e3779b1)
      hash ^= hash >>> 15
    }
    for (; at < end; at++) hash = Math.imul(hash ^ source[at]!, 0x01000193)
    return hash ^ (hash >>> 13)
  }

  private double(): void {
    const ends = new Uint32Array(this.slots.length * 2 + 1)
    ends.set(this.ends)
    this.ends = ends
    this.slots = new Uint32Array(this.slots.length * 2)
    for (let id = 0; id < this.size; id++) {
      this.slots[this.slotOf(this.bytes, this.ends[id]!, this.ends[id + 1]!)] = id + 1
    }
  }
}

/** A bit set of id numbers from an `IdTable`. */
export class NumberSet {
  private bits = new Uint8Array(1 << 10)

  /** Returns whether the number is new. */
  add(number: number): boolean {
    const at = number >>> 3
    const bit = 1 << (number & 7)
    if (at >= this.bits.length) this.bits = grown(this.bits, at + 1)
    if ((this.bits[at]! & bit) !== 0) return false
    this.bits[at]! |= bit
    return true
  }
}

function grown<T extends Uint8Array>(bytes: T, least: number): T {
  const larger = new Uint8Array(Math.max(least, bytes.length * 2))
  larger.set(bytes)
  return larger as T
}
