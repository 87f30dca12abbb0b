import { readFileSync } from 'node:fs'

const PACKAGE = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

export const VERSION: string = PACKAGE.version

/** The `User-Agent` header of every request to a portal, webhook or collector. */
export const USER_AGENT = `datagouv-tops/${VERSION}`

/** The oldest supported version of Node. */
export const MIN_NODE_VERSION: string = PACKAGE.engines.node.replace('>=', '')

/** Returns the version of a dependency; package.json pins each to an exact one. */
export function dependencyVersion(name: string): string {
  return PACKAGE.dependencies[name]
}
