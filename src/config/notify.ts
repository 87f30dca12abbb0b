import { InvalidValue, listOf, mapping, nonEmptyText, oneOf, type Parser, repeatedName } from './parsers.ts'
import { EVENTS, hostOf, type NotifyTarget } from './target.ts'

/** Parses an address that is itself a secret, so the error message does not repeat it. */
function secretUrl(...protocols: readonly string[]): Parser<string> {
  return (written) => {
    const url = nonEmptyText(written)
    if (URL.canParse(url) && protocols.includes(new URL(url).protocol)) return url
    throw new InvalidValue(`must be an address that starts with ${protocols.map((one) => `${one}//`).join(' or ')}`)
  }
}

const events = { parse: listOf(oneOf(...EVENTS)), default: EVENTS }
const name = {
  parse: ((written) => (written === '' ? '' : nonEmptyText(written))) satisfies Parser<string>,
  default: '',
}
const webhook = { kind: { parse: nonEmptyText }, name, url: { parse: secretUrl('https:', 'http:') }, events }

const KINDS = {
  slack: mapping<object>(webhook),
  webhook: mapping<object>(webhook),
  email: mapping<object>({
    kind: { parse: nonEmptyText },
    name,
    url: { parse: secretUrl('smtp:', 'smtps:') },
    events,
    from: { parse: nonEmptyText },
    to: { parse: listOf(nonEmptyText) },
  }),
} as const

const kind = oneOf('slack', 'webhook', 'email')

const target: Parser<NotifyTarget> = (written) => {
  const parsed = kind((written as { kind?: unknown } | null)?.kind)
  const given = KINDS[parsed](written) as NotifyTarget
  return { ...given, name: given.name || `${parsed} ${hostOf(given.url)}` }
}

/** Parses the list of targets; in the environment it is JSON. */
export const parseTargets: Parser<readonly NotifyTarget[]> = (written) => {
  const given = typeof written === 'string' ? fromJson(written) : written
  if (Array.isArray(given) && given.length === 0) return []
  const list = listOf(target)(given)
  const repeated = repeatedName(list)
  if (repeated === undefined) return list
  throw new InvalidValue(`must not have two targets of the same name (${repeated}); give each a name`)
}

/** Lists the targets without their addresses, which are secret. */
export function maskTargets(written: unknown): unknown {
  return parseTargets(written).map(({ name, kind, url, events }) => ({ name, kind, host: hostOf(url), events }))
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new InvalidValue('must be a list (in JSON if it is written as a text)')
  }
}
