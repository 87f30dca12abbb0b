/** A stored value that differs from the expected one. */
export interface Difference {
  /** A key in the archive, or `tops WATCH/DATE`. */
  readonly where: string
  /** `datasets[3].dataset_followers` or `byte 12345 (record 17)`; empty for the whole object. */
  readonly part: string
  /** A JSON value, or a description in words; undefined if nothing is expected or found. */
  readonly expected: unknown
  readonly found: unknown
}

/** How many differences of one object to list. The rest are only counted. */
const MAX = 20

/** Compares two JSON values. Returns up to `MAX` differences, and then one entry that counts the others. */
export function compareValues(where: string, expected: unknown, found: unknown): Difference[] {
  const all = [...differences('', expected, found)].map((one) => ({ where, ...one }))
  if (all.length <= MAX) return all
  const rest = { where, part: `${all.length - MAX} more parts`, expected: 'the same', found: 'something else' }
  return [...all.slice(0, MAX), rest]
}

function* differences(part: string, expected: unknown, found: unknown): Iterable<Omit<Difference, 'where'>> {
  if (Object.is(expected, found)) return
  if (Array.isArray(expected) && Array.isArray(found)) yield* listDifferences(part, expected, found)
  else if (isRecord(expected) && isRecord(found)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      yield* differences(part === '' ? key : `${part}.${key}`, expected[key], found[key])
    }
  } else yield { part, expected, found }
}

/** Compares two lists. If their lengths differ, later entries are only shifted, so it stops at the first differing entry. */
function* listDifferences(part: string, expected: readonly unknown[], found: readonly unknown[]) {
  const isShifted = expected.length !== found.length
  if (isShifted) yield { part: `${part}.length`, expected: expected.length, found: found.length }
  for (let index = 0; index < Math.max(expected.length, found.length); index++) {
    const here = [...differences(`${part}[${index}]`, expected[index], found[index])]
    yield* here
    if (isShifted && here.length > 0) return
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
