import {
  atPath,
  fromJson,
  InvalidValue,
  listOf,
  mapping,
  nonEmptyText,
  oneOf,
  type Parser,
  refuseUnescapedLogin,
  repeatedName,
  withSchema,
} from './parsers.ts'
import { parseSearches } from './searches.ts'
import { EVENTS, hostOf, type NotifyTarget } from './target.ts'

/** Parses an address that is itself a secret, so the error message does not repeat it. */
function secretUrl(...protocols: readonly string[]): Parser<string> {
  return withSchema({ type: 'string', pattern: `^(${protocols.join('|')})//` }, (written) => {
    const isKnown = typeof written === 'string' && protocols.some((one) => written.startsWith(`${one}//`))
    // The path of a webhook may contain an @. The address of a mail server has no path.
    if (isKnown && (!URL.canParse(written) || !written.startsWith('http'))) refuseUnescapedLogin(written)
    if (typeof written === 'string' && URL.canParse(written) && protocols.includes(new URL(written).protocol))
      return written
    throw new InvalidValue(`must be an address that starts with ${protocols.map((one) => `${one}//`).join(' or ')}`)
  })
}

const events = { parse: listOf(oneOf(...EVENTS)), default: EVENTS }
const name = {
  parse: withSchema(nonEmptyText.schema!, (written) => (written === '' ? '' : nonEmptyText(written))),
  default: '',
}
const searches = { parse: parseSearches, isOptional: true } as const
const webhook = { kind: { parse: nonEmptyText }, name, url: { parse: secretUrl('https:', 'http:') }, events, searches }

const KINDS = {
  slack: mapping<object>(webhook),
  webhook: mapping<object>(webhook),
  email: mapping<object>({
    kind: { parse: nonEmptyText },
    name,
    url: { parse: secretUrl('smtp:', 'smtps:') },
    events,
    searches,
    from: { parse: nonEmptyText },
    to: { parse: listOf(nonEmptyText) },
  }),
} as const

const kind = oneOf('slack', 'webhook', 'email')

const target: Parser<NotifyTarget> = (written) => {
  const { kind: name } = (written ?? {}) as { readonly kind?: unknown }
  if (name === undefined) throw new InvalidValue('needs kind: slack, webhook or email')
  const parsed = atPath('kind', () => kind(name))
  const entry = KINDS[parsed](written) as NotifyTarget
  return { ...entry, name: entry.name || `${parsed} ${hostOf(entry.url)}` }
}

const targetSchema = {
  anyOf: Object.entries(KINDS).map(([name, { schema }]) => ({
    ...schema,
    properties: { ...(schema!.properties as object), kind: { const: name } },
  })),
}

/** Parses the list of targets; in the environment it is JSON. */
export const parseTargets = withSchema({ type: 'array', items: targetSchema }, parseList)

function parseList(written: unknown): readonly NotifyTarget[] {
  const entries = typeof written === 'string' ? fromJson(written) : written
  if (Array.isArray(entries) && entries.length === 0) return []
  const list = parseEntries(entries)
  const repeated = repeatedName(list)
  if (repeated === undefined) return list
  throw new InvalidValue(`must not have two targets of the same name (${repeated}); give each a name`)
}

/** Parses the list. Its errors do not quote values that may contain an address, which is secret. */
function parseEntries(entries: unknown): readonly NotifyTarget[] {
  try {
    return listOf(target)(entries)
  } catch (error) {
    if (!(error instanceof InvalidValue)) throw error
    const { path = [], value } = error.details
    const isPublic = ['kind', 'events', 'searches'].includes(String(path[1]))
    throw new InvalidValue(error.message, { path, ...(isPublic && { value }) })
  }
}

/** Lists the targets without their addresses, which are secret. */
export function maskTargets(written: unknown): unknown {
  return parseTargets(written).map(({ name, kind, url, events, searches }) => {
    const words = searches?.map(({ terms }) => terms)
    return { name, kind, host: hostOf(url), events, ...(words && { searches: words }) }
  })
}
