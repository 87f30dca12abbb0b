import { EVENTS, hostOf, type Target } from '../notify/target.ts'
import { Complaint, listOf, oneOf, type Parse, record, text } from './values.ts'

/** An address that is secret in itself; a complaint about it does not repeat it. */
function secretUrl(...protocols: readonly string[]): Parse<string> {
  return (written) => {
    const url = text(written)
    if (URL.canParse(url) && protocols.includes(new URL(url).protocol)) return url
    throw new Complaint(`must be an address that begins with ${protocols.map((one) => `${one}//`).join(' or ')}`)
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
  const found = kind((written as { kind?: unknown } | null)?.kind)
  const given = KINDS[found](written) as Target
  return { ...given, name: given.name || `${found} ${hostOf(given.url)}` }
}

/** The list of targets; in the environment it is written as JSON. */
export const targets: Parse<readonly Target[]> = (written) => {
  const given = typeof written === 'string' ? fromJson(written) : written
  if (Array.isArray(given) && given.length === 0) return []
  const list = listOf(target)(given)
  const twice = list.find(({ name }, index) => list.findIndex((other) => other.name === name) < index)
  if (twice === undefined) return list
  throw new Complaint(`must not name two targets alike (${twice.name}); give each a name`)
}

/** What may be shown of it: never an address whole. */
export function shownTargets(written: unknown): unknown {
  return targets(written).map(({ name, kind, url, events }) => ({ name, kind, host: hostOf(url), events }))
}

function fromJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Complaint('must be a list, in JSON when it is written as a text')
  }
}
