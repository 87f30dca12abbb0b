import { Complaint, measure, type Parse, text, textThat } from './values.ts'

/** Parses a duration such as `10s` into milliseconds. */
export const duration = measure({ ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 }, '10s')

/** Parses a size such as `64MiB` into bytes. */
export const size = measure({ KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }, '64MiB')

/** Parses a percentage: `5%` as 0.05. */
export const share: Parse<number> = measure({ '%': 0.01 }, '5%')

/** Parses a number of days or weeks into milliseconds, and `all` into Infinity. */
export const retention: Parse<number> = (written) =>
  written === 'all'
    ? Number.POSITIVE_INFINITY
    : measure({ d: 86_400_000, w: 7 * 86_400_000 }, '26w', 'all, or ')(written)

const isHttpUrl = (url: string) => URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)
// A user or a password would be stored with every export, as part of its address.
const hasNoUser = (url: string) => new URL(url).username + new URL(url).password === ''
export const httpUrl = textThat(
  (url) => isHttpUrl(url) && hasNoUser(url),
  'be an http or https address, without user and password',
)

/** Parses an address without its final slashes. */
export const baseUrl: Parse<string> = (written) => httpUrl(written).replace(/\/+$/, '')

/** Parses null as undefined. */
export const optional =
  <T>(parse: Parse<T>): Parse<T | undefined> =>
  (written) =>
    written === null ? undefined : parse(written)

export const DEFAULT_TIME_ZONE = 'Europe/Paris'

export const timeZone = textThat((name) => {
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
  (...kinds: readonly string[]): Parse<string> =>
  (written) => {
    const value = text(written)
    if (kinds.some((kind) => value.startsWith(kind) && value.length > kind.length)) return value
    const path = kinds.find((kind) => /^(file|sqlite):$/.test(kind))
    const next = /^[./~]/.test(value) && path ? `: write ${path} before the path` : ''
    throw new Complaint(`must begin with ${kinds.join(' or ')}${next}`)
  }
