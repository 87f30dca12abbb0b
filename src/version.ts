import { readFileSync } from 'node:fs'

const PACKAGE = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

export const VERSION: string = PACKAGE.version

/** The `User-Agent` header of every request to a portal, webhook or collector. */
export const USER_AGENT = `datagouv-tops/${VERSION}`

/** The oldest supported version of Node. */
export const MIN_NODE_VERSION: string = PACKAGE.engines.node.replace('>=', '')

/** The last day with security fixes of each line of Node, says its release schedule (github.com/nodejs/Release). */
export const NODE_END_OF_FIXES: Readonly<Record<number, string>> = {
  20: '2026-04-30',
  21: '2024-06-01',
  22: '2027-04-30',
  23: '2025-06-01',
  24: '2028-04-30',
  25: '2026-06-01',
  26: '2029-04-30',
}

/** Returns the version of a dependency; package.json pins each to an exact one. */
export function dependencyVersion(name: string): string {
  return PACKAGE.dependencies[name]
}
