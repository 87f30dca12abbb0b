import { API_KEY_VARIABLE, type ApiKeys, type PublishTarget } from '../config/publish.ts'
import { Failure } from '../errors.ts'

/** Returns the key for a portal. @throws Failure `usage` if there is none */
export function apiKeyFor(portal: string, keys: ApiKeys | undefined, targets: readonly PublishTarget[]): string {
  const { host } = new URL(portal)
  const key = keys?.[host]
  if (key !== undefined) return key
  const hosts = new Set(targets.map((one) => new URL(one.portal).host))
  if (keys?.['*'] !== undefined && hosts.size === 1) return keys['*']
  const what = `cannot publish on ${host}: there is no API key for it`
  // One portal must not receive the key of another.
  if (keys?.['*'] !== undefined)
    throw new Failure(
      'usage',
      `${what}, because publish names several portals. Set ${API_KEY_VARIABLE} to {"${host}": "…", …}.`,
    )
  throw new Failure('usage', `${what}. Set ${API_KEY_VARIABLE} to the key of a user who can edit the dataset.`)
}
