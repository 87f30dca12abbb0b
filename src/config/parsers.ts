import { closest, distance } from 'fastest-levenshtein'
import { quoted } from '../errors.ts'
import { joinFirst } from '../text/format.ts'
import { maskSecrets } from './secrets.ts'

/** Parses a value as written in a file, a variable or a flag. */
export type Parser<T> = (written: unknown) => T

/** An invalid value: the path of the wrong part (`[0].terms`) and the expected form. */
export class InvalidValue extends Error {
  readonly path: string

  constructor(message: string, path = '') {
    super(message)
    this.path = path
  }
}

/**
 * Whether a flag or a file gives a setting no value: `--archive "$UNSET"`, `retries:`. That is a mistake. The default would
 * hide it, and a run would use other stores than its owner meant.
 */
export const isEmpty = (written: unknown) => written === null || (typeof written === 'string' && written.trim() === '')

export const EMPTY = 'is empty; give it a value, or leave it out'

export const nonEmptyText: Parser<string> = (written) => {
  if (typeof written === 'string' && !isEmpty(written)) return written
  throw new InvalidValue('must be a text that is not empty')
}

/** Parses a text that meets a condition. */
export function textMatching(holds: (text: string) => boolean, must: string): Parser<string> {
  return (written) => {
    const value = nonEmptyText(written)
    if (holds(value)) return value
    throw new InvalidValue(`must ${must}, not ${quoted(maskSecrets(value))}`)
  }
}

/** Parses a whole number within bounds, written as a number or as text. */
export function wholeNumber(min: number, max: number): Parser<number> {
  return (written) => {
    const number = /^\d+$/.test(String(written)) ? Number(written) : Number.NaN
    if (number >= min && number <= max) return number
    throw new InvalidValue(`must be a whole number from ${min} to ${max}, not ${quoted(String(written))}`)
  }
}

/** Parses a number with its unit (`10s`, `64MiB`), and returns it in the smallest unit. */
export function quantity(units: Readonly<Record<string, number>>, example: string, or = ''): Parser<number> {
  return (written) => {
    const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+|%)$/.exec(String(written).trim()) ?? []
    if (unit !== undefined && Object.hasOwn(units, unit)) return Number(number) * units[unit]!
    const known = Object.keys(units).join(', ')
    throw new InvalidValue(
      `must be ${or}a number with its unit such as ${example} (units: ${known}), not ${quoted(String(written))}`,
    )
  }
}

/** Parses one of a few words. */
export function oneOf<T extends string>(...values: readonly T[]): Parser<T> {
  return (written) => {
    if ((values as readonly unknown[]).includes(written)) return written as T
    throw new InvalidValue(`must be ${values.join(' or ')}, not ${quoted(String(written))}`)
  }
}

/** Parses a list, each item with the same parser. */
export function listOf<T>(parse: Parser<T>): Parser<readonly T[]> {
  return (written) => {
    if (!Array.isArray(written) || written.length === 0)
      throw new InvalidValue('must be a list with at least one entry')
    return written.map((one, index) => atPath(`[${index}]`, () => parse(one)))
  }
}

const isMapping = (written: unknown): written is Readonly<Record<string, unknown>> =>
  typeof written === 'object' && written !== null && !Array.isArray(written)

/** Parses a mapping of known keys. A missing key takes its default; without a default it is required. */
export function mapping<T extends object>(
  fields: { readonly [K in keyof T]: { readonly parse: Parser<T[K]>; readonly default?: T[K] } },
): Parser<T> {
  return (written) => {
    if (!isMapping(written)) {
      throw new InvalidValue(`must be a mapping with ${Object.keys(fields).join(', ')}`)
    }
    for (const key of Object.keys(written)) {
      if (!Object.hasOwn(fields, key))
        throw new InvalidValue(`has an unknown key ${quoted(key)}; ${suggestName(key, Object.keys(fields))}`)
    }
    const given = written
    const entries = Object.entries<{ parse: Parser<unknown>; default?: unknown }>(fields).map(([key, field]) => {
      if (isEmpty(given[key])) throw new InvalidValue(EMPTY, `.${key}`)
      const value = given[key] === undefined ? field.default : given[key]
      if (value === undefined) throw new InvalidValue(`needs ${key}`)
      return [key, atPath(`.${key}`, () => field.parse(value))]
    })
    return Object.fromEntries(entries) as T
  }
}

/** Parses a mapping of arbitrary names to texts, or to lists of them. */
export const textMapping: Parser<Readonly<Record<string, readonly string[]>>> = (written) => {
  if (!isMapping(written)) throw new InvalidValue('must be a mapping')
  const oneOrMore = (value: unknown) => (Array.isArray(value) ? listOf(nonEmptyText)(value) : [nonEmptyText(value)])
  return Object.fromEntries(
    Object.entries(written).map(([key, value]) => [key, atPath(`.${key}`, () => oneOrMore(value))]),
  )
}

function atPath<T>(path: string, body: () => T): T {
  try {
    return body()
  } catch (error) {
    if (error instanceof InvalidValue) throw new InvalidValue(error.message, path + error.path)
    throw error
  }
}

/** Suggests the closest known name, or lists all of them if none is close. */
export function suggestName(name: string, known: readonly string[]): string {
  const best = closest(name, [...known])
  return distance(name, best) <= Math.max(2, name.length / 2) ? `did you mean ${best}?` : `known: ${joinFirst(known)}`
}

/** Returns the first name that two items of a list share. */
export function repeatedName(list: readonly { readonly name: string }[]): string | undefined {
  return list.find(({ name }, index) => list.findIndex((other) => other.name === name) < index)?.name
}
