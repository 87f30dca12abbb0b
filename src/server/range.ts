/** The bytes of a file that a client asks for: all, some (`end` included), or none of those that exist. */
export type Range = 'all' | 'none' | { readonly start: number; readonly end: number }

/**
 * Parses a Range header (RFC 9110). A header that is malformed or has several ranges is ignored.
 *
 * @param size of the file, in bytes
 */
export function parseRange(header: string | undefined, size: number): Range {
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? '') ?? []
  if (first === '' && last === '') return 'all'
  if (first === '') return Number(last) === 0 ? 'none' : { start: Math.max(0, size - Number(last)), end: size - 1 }
  const [start, end] = [Number(first), last === '' ? size - 1 : Math.min(Number(last), size - 1)]
  if (last !== '' && Number(last) < start) return 'all'
  return start >= size ? 'none' : { start, end }
}
