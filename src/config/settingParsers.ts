import { InvalidValue, nonEmptyText, type Parser, quantity, textMatching } from './parsers.ts'

/** Parses a duration such as `10s` into milliseconds. */
export const duration = quantity({ ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 }, '10s')

/** Parses a size such as `64MiB` into bytes. */
export const size = quantity({ KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }, '64MiB')

/** Parses a percentage: `5%` as 0.05. */
export const share: Parser<number> = quantity({ '%': 0.01 }, '5%')

/** Parses a number of days or weeks into milliseconds, and `all` into Infinity. */
export const retention: Parser<number> = (written) =>
  written === 'all'
    ? Number.POSITIVE_INFINITY
    : quantity({ d: 86_400_000, w: 7 * 86_400_000 }, '26w', 'all, or ')(written)

const isHttpUrl = (url: string) => URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)
// A user or a password would be stored with every export, as part of its address.
const hasNoUser = (url: string) => new URL(url).username + new URL(url).password === ''
export const httpUrl = textMatching(
  (url) => isHttpUrl(url) && hasNoUser(url),
  'be an http or https address, without user and password',
)

/** Parses an address without its final slashes. */
export const baseUrl: Parser<string> = (written) => httpUrl(written).replace(/\/+$/, '')

/** Parses null as undefined. */
export const optional =
  <T>(parse: Parser<T>): Parser<T | undefined> =>
  (written) =>
    written === null ? undefined : parse(written)

export const DEFAULT_TIME_ZONE = 'Europe/Paris'

export const timeZone = textMatching((name) => {
  // Loading the runtime's time zones takes 13 ms and 8 MiB.
  if (name === DEFAULT_TIME_ZONE) return true
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined
  } catch {
    return false
  }
}, 'be a time zone such as Europe/Paris')

/** Parses the address of a store. The error does not repeat it, because it may contain a password. */
export const address =
  (...kinds: readonly string[]): Parser<string> =>
  (written) => {
    const value = nonEmptyText(written)
    if (kinds.some((kind) => value.startsWith(kind) && value.length > kind.length)) return value
    const path = kinds.find((kind) => /^(file|sqlite):$/.test(kind))
    const next = /^[./~]/.test(value) && path ? `: write ${path} before the path` : ''
    throw new InvalidValue(`must begin with ${kinds.join(' or ')}${next}`)
  }
