/**
 * The memory is handed out from bottom to top and never given back: tables of the matchers, lists of the scanner, and the
 * scanner's buffer, which grows in place as long as nothing was placed above it. Memory that nobody touched costs nothing,
 * so the lists are as long as the worst export could need, and are zero until written.
 */
let top: usize = __heap_base

/** When the memory grows it grows by so much more, so that queries find room in it later without growing it. */
const SPARE: usize = 1 << 21
const PAGE_BITS: usize = 16

/** Reserves so many bytes, at an address that a vector may be loaded from. */
export function allocate(bytes: usize): usize {
  const address = top
  extend(address, bytes)
  return address
}

/** How much can be allocated before the memory grows, which detaches all views of it. */
export function spare(): usize {
  return size() - top
}

/** Whether nothing was placed above what ends here. */
export function isLast(end: usize): bool {
  return aligned(end) === top
}

/** Lets what begins at `address`, and is the last, have so many bytes. */
export function extend(address: usize, bytes: usize): void {
  top = aligned(address + bytes)
  if (top <= size()) return
  const pages = ((top + SPARE - size()) >> PAGE_BITS) as i32
  if (memory.grow(pages) < 0) unreachable()
}

function size(): usize {
  return (memory.size() as usize) << PAGE_BITS
}

function aligned(address: usize): usize {
  return (address + 63) & ~63
}
