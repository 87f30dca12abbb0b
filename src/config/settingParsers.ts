import {
  converted,
  InvalidValue,
  nonEmptyText,
  type Parser,
  quantity,
  refuseUnescapedLogin,
  textMatching,
  withSchema,
} from './parsers.ts'

/** Parses a duration such as `10s` into milliseconds. */
export const duration = quantity({ ms: 1, s: 1_000, min: 60_000, h: 3_600_000, d: 86_400_000 }, '10s')

/** Parses a size such as `64MiB` into bytes. */
export const size = quantity({ kB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 }, '64MiB')

/** Parses a size, or 0 without a unit. */
export const sizeOrNone = withSchema({ anyOf: [size.schema, { const: 0 }] }, (written) =>
  String(written).trim() === '0' ? 0 : size(written),
)

const percentage = quantity({ '%': 0.01 }, '5%')
/** Parses a percentage of at most 100%: `5%` as 0.05. */
export const share: Parser<number> = withSchema(percentage.schema ?? {}, (written) => {
  const value = percentage(written)
  if (value > 1) throw new InvalidValue('must be at most 100%', { value: written })
  return value
})

const span = quantity({ d: 86_400_000, w: 7 * 86_400_000 }, '26w', 'all, or ')
/** Parses a number of days or weeks into milliseconds, and `all` into Infinity. */
export const retention = withSchema({ anyOf: [{ const: 'all' }, span.schema] }, (written) =>
  written === 'all' ? Number.POSITIVE_INFINITY : span(written),
)

const isHttpUrl = (url: string) => URL.canParse(url) && ['http:', 'https:'].includes(new URL(url).protocol)
/** In `http://ada:12#cr@portal`, a bare # in the password makes the user the host. */
const HIDDEN_USER = /^\w+:\/\/[^/@]*[#?].*@/s
// A user or a password would be stored with every export, as part of its address.
const hasNoUser = (url: string) => new URL(url).username + new URL(url).password === '' && !HIDDEN_USER.test(url)
export const httpUrl = textMatching(
  (url) => isHttpUrl(url) && hasNoUser(url),
  'be an http or https address, without user and password',
  { pattern: '^https?://' },
)

/** Parses an address, normalizes it and removes its final slashes. */
export const baseUrl = converted(httpUrl, (url) => new URL(url).href.replace(/\/+$/, ''))

/** Parses the public address of a server: the links of its pages start with a slash, so they lead to the root of the host. */
export const siteUrl = withSchema(baseUrl.schema ?? {}, (written) => {
  const url = baseUrl(written)
  if (url === new URL(url).origin) return url
  const must = `must be an address without a path, such as ${new URL(url).origin}, because the links of the pages start at the root of the host`
  throw new InvalidValue(must, { value: written })
})

/** Parses the address of a proxy. Without a scheme it is an http address, as in other programs. */
export const proxyUrl = withSchema<string>({ type: 'string' }, (written) => {
  const text = nonEmptyText(written)
  const url = text.includes('://') ? text : `http://${text}`
  const value = maskUser(text)
  refuseUnescapedLogin(url, value)
  if (!isHttpUrl(url))
    throw new InvalidValue('must be the http or https address of a proxy such as http://proxy:3128', { value })
  return url
})

/** Hides the user and the password in an address, with or without a scheme. */
export const maskUser = (written: unknown) =>
  typeof written === 'string' ? written.replace(/^(.*:\/\/)?.*@/s, '$1***@') : written

/** Parses null as undefined. */
export const optional = <T>(parse: Parser<T>): Parser<T | undefined> =>
  withSchema(parse.schema ?? {}, (written) => (written === null ? undefined : parse(written)))

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

/** Parses the address of a store. */
export const address = (...kinds: readonly string[]): Parser<string> =>
  withSchema(
    { type: 'string', pattern: `^(${kinds.map((kind) => kind.replace('+', '\\+')).join('|')}).` },
    (written) => {
      const value = nonEmptyText(written)
      if (kinds.some((kind) => value.startsWith(kind) && value.length > kind.length)) return value
      const path = kinds.find((kind) => /^(file|sqlite):$/.test(kind))
      const next = !/^[\w+]+:/.test(value) && path ? `: write ${path} before the path` : ''
      // A password is masked only in an address with a scheme.
      const isSafe = value.includes('://') || !value.includes('@')
      throw new InvalidValue(`must begin with ${kinds.join(' or ')}${next}`, isSafe ? { value } : {})
    },
  )
