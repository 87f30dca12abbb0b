import { EVENTS, hostOf, type Target } from '../notify/target.ts'
import { Complaint, listOf, oneOf, type Parse, record, text } from './values.ts'

/** Parses an address that is itself a secret, so the error message does not repeat it. */
function secretUrl(...protocols: readonly string[]): Parse<string> {
  return (written) => {
    const url = text(written)
    if (URL.canParse(url) && protocols.includes(new URL(url).protocol)) return url
    throw new Complaint(`must be an address that starts with ${protocols.map((one) => `${one}//`).join(' or ')}`)
  }
}

const events = { parse: listOf(oneOf(...EVENTS)), default: EVENTS }
const name = { parse: ((written) => (written === '' ? '' : text(written))) satisfies Parse<string>, default: '' }
const webhook = { kind: { parse: text }, name, url: { parse: secretUrl('https:', 'http:') }, events }

const KINDS = {
  slack: record<object>(webhook),
  webhook: record<object>(webhook),
  email: record<object>({
    kind: { parse: text },
    name,
    url: { parse: secretUrl('smtp:', 'smtps:') },
    events,
    from: { parse: text },
    to: { parse: listOf(text) },
  }),
} as const

const kind = oneOf('slack', 'webhook', 'email')

const target: Parse<Target> = (written) => {
  const parsed = kind((written as { kind?: unknown } | null)?.kind)
  const given = KINDS[parsed](written) as Target
  return { ...given, name: given.name || `${parsed} ${hostOf(given.url)}` }
}

/** Parses the list of targets; in the environment it is JSON. */
export const parseTargets: Parse<readonly Target[]> = (written) => {
  const given = typeof written === 'string' ? fromJson(written) : written
  if (Array.isArray(given) && given.length === 0) return []
  const list = listOf(target)(given)
  const duplicate = list.find(({ name }, index) => list.findIndex((other) => other.name === name) < index)
  if (duplicate === undefined) return list
  throw new Complaint(`must not have two targets of the same name (${duplicate.name}); give each a name`)
}

/** Lists the targets without their addresses, which are secret. */
export function maskTargets(written: unknown): unknown {
  return parseTargets(written).map(({ name, kind, url, events }) => ({ name, kind, host: hostOf(url), events }))
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Complaint('must be a list (in JSON if it is written as a text)')
  }
}
