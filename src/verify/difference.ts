/** Something stored that is not what it should be. */
export interface Difference {
  /** A key in the archive, or `tops WATCH/DATE`. */
  readonly where: string
  /** Which part of it: `datasets[3].dataset_followers`, `byte 12345 (record 17)`; empty for all of it. */
  readonly part: string
  /** JSON values or words; undefined where there should be nothing. */
  readonly expected: unknown
  readonly found: unknown
}

/** Beyond so many in one place, the rest is only counted. */
const MOST = 20

/** Every part in which two JSON values differ, the first twenty one by one. */
export function compareValues(where: string, expected: unknown, found: unknown): Difference[] {
  const all = [...differences('', expected, found)].map((one) => ({ where, ...one }))
  if (all.length <= MOST) return all
  const rest = { where, part: `${all.length - MOST} more parts`, expected: 'the same', found: 'others' }
  return [...all.slice(0, MOST), rest]
}

function* differences(part: string, expected: unknown, found: unknown): Iterable<Omit<Difference, 'where'>> {
  if (Object.is(expected, found)) return
  if (Array.isArray(expected) && Array.isArray(found)) yield* ofLists(part, expected, found)
  else if (isRecord(expected) && isRecord(found)) {
    for (const key of new Set([...Object.keys(expected), ...Object.keys(found)])) {
      yield* differences(part === '' ? key : `${part}.${key}`, expected[key], found[key])
    }
  } else yield { part, expected, found }
}

/** What follows a missing or additional entry is moved, not different: only the first place is told then. */
function* ofLists(part: string, expected: readonly unknown[], found: readonly unknown[]) {
  const moved = expected.length !== found.length
  if (moved) yield { part: `${part}.length`, expected: expected.length, found: found.length }
  for (let index = 0; index < Math.max(expected.length, found.length); index++) {
    const here = [...differences(`${part}[${index}]`, expected[index], found[index])]
    yield* here
    if (moved && here.length > 0) return
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
