import { quoted } from '../errors.ts'
import { closestName } from '../text/closestName.ts'
import { joinFirst } from '../text/format.ts'
import { maskSecrets } from './secrets.ts'

/** A JSON schema. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** Parses a value as written in a file, a variable or a flag. */
export interface Parser<T> {
  (written: unknown): T
  /** Describes the values in the configuration file, for editors. */
  readonly schema?: JsonSchema
}

/** Adds a schema to a parser. */
export function withSchema<T>(schema: JsonSchema, parse: (written: unknown) => T): Parser<T> {
  return Object.assign((written: unknown) => parse(written), { schema })
}

/** Parses like another parser, then converts the value. */
export function converted<T, U>(parse: Parser<T>, convert: (value: T) => U): Parser<U> {
  return withSchema(parse.schema ?? {}, (written) => convert(parse(written)))
}

/** Keys and indexes that lead to a part of a value: `[0, 'terms']` */
export type ValuePath = readonly (string | number)[]

interface InvalidValueDetails {
  readonly path?: ValuePath
  /** The wrong part, as the user wrote it. */
  readonly value?: unknown
  /** A name that helps to find it in a long list. */
  readonly owner?: string
}

/** An invalid value: where the wrong part is (`[0].terms`), and the expected form, worded to follow "it". */
export class InvalidValue extends Error {
  constructor(
    message: string,
    readonly details: InvalidValueDetails = {},
  ) {
    super(message)
  }

  /** Returns the same error for the list or mapping that contains the value. */
  within(key: string | number): InvalidValue {
    return new InvalidValue(this.message, { ...this.details, path: [key, ...(this.details.path ?? [])] })
  }

  /** Writes the message: `archive is "ftp://x": it must begin with file: or s3://`. @param name the name of the setting */
  describe(name: string): string {
    const { path = [], value, owner } = this.details
    const part = path.map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`)).join('')
    const subject = `${name}${part}${owner === undefined ? '' : ` (${owner})`}`
    return value === undefined ? `${subject} ${this.message}` : `${subject} is ${show(value)}: it ${this.message}`
  }
}

function show(value: unknown): string {
  if (typeof value === 'string') return quoted(maskSecrets(value))
  const text = JSON.stringify(value) ?? String(value)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

/**
 * Whether a value is empty, as in `--archive "$UNSET"` or `retries:`. That is a mistake. Using the default would hide it, and a run
 * could write to the wrong stores.
 */
export const isEmpty = (written: unknown) => written === null || (typeof written === 'string' && written.trim() === '')

export const EMPTY = 'is empty; give it a value, or leave it out'

/** The characters that a user or a password must not contain as they are, and how to write them. */
const ESCAPES = { '#': '%23', '/': '%2F', '?': '%3F', '\\': '%5C', '@': '%40', '%': '%25' }

/**
 * Rejects an address whose user or password contains a character that ends them too early: `http://ada:s3#cr@proxy:3128` would
 * name the host `ada`. Such an address is often no URL at all, but looks like one.
 *
 * @param value the address without its secrets; left out if it is a secret itself
 */
export function refuseUnescapedLogin(address: string, value?: unknown): void {
  // An @ in the query does not end the password, unless there is no other.
  const [, first, login = first] = /^[\w+.-]+:\/\/(?:([^?]*)@|(.*)@)/s.exec(address) ?? []
  if (login === undefined) return
  const endsEarly = /[#/?\\]/.test(login)
  if (!endsEarly && isDecodable(login)) return
  const found = Object.entries(ESCAPES).filter(([one]) => (one === '%' ? !isDecodable(login) : login.includes(one)))
  const spellings = found.map(([one, escaped]) => `${one} as ${escaped}`).join(', ')
  throw new InvalidValue(`has characters in its user or password that must be escaped: write ${spellings}`, { value })
}

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined
  } catch {
    return false
  }
}

export const nonEmptyText = withSchema({ type: 'string', minLength: 1 }, (written) => {
  if (typeof written === 'string' && !isEmpty(written)) return written
  throw new InvalidValue('must be non-empty text', { value: written })
})

/** Parses text that meets a condition. @param schema describes the condition as far as possible */
export function textMatching(holds: (text: string) => boolean, must: string, schema: JsonSchema = {}): Parser<string> {
  return withSchema({ ...nonEmptyText.schema, ...schema }, (written) => {
    const value = nonEmptyText(written)
    if (holds(value)) return value
    throw new InvalidValue(`must ${must}`, { value })
  })
}

/** Parses text that matches a pattern. */
export function textLike(pattern: RegExp, must: string): Parser<string> {
  return textMatching((text) => pattern.test(text), must, { pattern: pattern.source })
}

/** Parses a whole number within bounds, written as a number or as text. */
export function wholeNumber(min: number, max: number): Parser<number> {
  const schema = { type: ['integer', 'string'], minimum: min, maximum: max, pattern: '^\\d+$' }
  return withSchema(schema, (written) => {
    const number = /^\d+$/.test(String(written)) ? Number(written) : Number.NaN
    if (number >= min && number <= max) return number
    throw new InvalidValue(`must be a whole number from ${min} to ${max}`, { value: written })
  })
}

/** Parses a number with its unit (`10s`, `64MiB`), and returns it in the smallest unit. */
export function quantity(units: Readonly<Record<string, number>>, example: string, or = ''): Parser<number> {
  const known = Object.keys(units)
  const pattern = `^\\s*\\d+(\\.\\d+)?\\s*(${known.join('|')})\\s*$`
  return withSchema({ type: 'string', pattern, examples: [example] }, (written) => {
    const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([A-Za-z]+|%)$/.exec(String(written).trim()) ?? []
    if (unit !== undefined && Object.hasOwn(units, unit)) return Number(number) * units[unit]!
    const must = `must be ${or}a number with its unit such as ${example} (units: ${known.join(', ')})`
    throw new InvalidValue(must, { value: written })
  })
}

/** Parses one of these words. */
export function oneOf<T extends string>(...values: readonly T[]): Parser<T> {
  return withSchema({ enum: values }, (written) => {
    if ((values as readonly unknown[]).includes(written)) return written as T
    throw new InvalidValue(`must be ${values.join(' or ')}`, { value: written ?? '' })
  })
}

/** Parses a list, each item with the same parser. */
export function listOf<T>(parse: Parser<T>): Parser<readonly T[]> {
  return withSchema({ type: 'array', minItems: 1, items: parse.schema ?? {} }, (written) => {
    if (!Array.isArray(written) || written.length === 0)
      throw new InvalidValue('must be a list with at least one entry', { value: written })
    return written.map((one, index) => atPath(index, () => parse(one)))
  })
}

/** Reads a list that is written as JSON, as in an environment variable. */
export function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidValue('must be a list, or a list in JSON')
  }
}

const isMapping = (written: unknown): written is Readonly<Record<string, unknown>> =>
  typeof written === 'object' && written !== null && !Array.isArray(written)

/** Parses a mapping of known keys. A missing key takes its default; without a default it is required, unless it is optional. */
export function mapping<T extends object>(
  fields: {
    readonly [K in keyof T]-?: {
      readonly parse: Parser<Required<T>[K]>
      readonly default?: T[K]
      readonly isOptional?: undefined extends T[K] ? true : never
    }
  },
): Parser<T> {
  return withSchema(mappingSchema(fields), (written) => {
    if (!isMapping(written)) {
      throw new InvalidValue(`must be a mapping with ${Object.keys(fields).join(', ')}`, { value: written })
    }
    for (const key of Object.keys(written)) {
      if (!Object.hasOwn(fields, key))
        throw new InvalidValue(`has an unknown key ${quoted(key)}; ${suggestName(key, Object.keys(fields))}`)
    }
    const entries = Object.entries<Field>(fields).flatMap(([key, field]) => {
      if (isEmpty(written[key])) throw new InvalidValue(EMPTY, { path: [key] })
      const value = written[key] === undefined ? field.default : written[key]
      if (value === undefined && field.isOptional) return []
      if (value === undefined) throw new InvalidValue(`needs ${key}`)
      return [[key, atPath(key, () => field.parse(value))]]
    })
    return Object.fromEntries(entries) as T
  })
}

interface Field {
  readonly parse: Parser<unknown>
  readonly default?: unknown
  readonly isOptional?: boolean
}

function mappingSchema(fields: Readonly<Record<string, Field>>): JsonSchema {
  const entries = Object.entries(fields)
  const required = entries.filter(([, field]) => field.default === undefined && !field.isOptional).map(([key]) => key)
  const properties = Object.fromEntries(entries.map(([key, { parse }]) => [key, parse.schema ?? {}]))
  return { type: 'object', properties, ...(required.length > 0 && { required }), additionalProperties: false }
}

const texts = listOf(nonEmptyText)

/** Parses a mapping of arbitrary names to text, or to lists of text. */
export const textMapping: Parser<Readonly<Record<string, readonly string[]>>> = withSchema(
  { type: 'object', additionalProperties: { anyOf: [nonEmptyText.schema, texts.schema] } },
  (written) => {
    if (!isMapping(written)) throw new InvalidValue('must be a mapping', { value: written })
    const oneOrMore = (value: unknown) => (Array.isArray(value) ? texts(value) : [nonEmptyText(value)])
    return Object.fromEntries(Object.entries(written).map(([key, value]) => [key, atPath(key, () => oneOrMore(value))]))
  },
)

/** Parses a part of a value, and adds its key to the path of an error. */
export function atPath<T>(key: string | number, body: () => T): T {
  try {
    return body()
  } catch (error) {
    throw error instanceof InvalidValue ? error.within(key) : error
  }
}

/** Suggests the closest known name. If none is close, lists them, but at most `max`. */
export function suggestName(name: string, known: readonly string[], max?: number): string {
  const best = closestName(name, known)
  return best === undefined ? `known: ${joinFirst(known, max)}` : `did you mean ${best}?`
}

/** Returns the first name that two items of a list share. */
export function repeatedName(list: readonly { readonly name: string }[]): string | undefined {
  return list.find(({ name }, index) => list.findIndex((other) => other.name === name) < index)?.name
}
