/**
 * Allocates memory from bottom to top and never frees it. It holds the matchers' tables, the scanner's lists and the
 * scanner's buffer, which can grow in place while it is the last allocation. Untouched memory costs nothing, so each list
 * has room for the worst case. New memory is zero.
 */
let top: usize = __heap_base

/** Extra bytes per growth, to leave room for queries that are loaded later. */
const SPARE: usize = 1 << 21
const PAGE_BITS: usize = 16

/** Allocates bytes at an address that is aligned for vectors. */
export function allocate(bytes: usize): usize {
  const address = top
  extend(address, bytes)
  return address
}

/** The number of bytes that can be allocated before the memory grows, which detaches all views of it. */
export function freeBytes(): usize {
  return size() - top
}

/** Whether the allocation that ends here is the last. */
export function isLast(end: usize): bool {
  return aligned(end) === top
}

/** Resizes the last allocation, which begins at `address`. */
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
