import { readFileSync } from 'node:fs'

const PACKAGE = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'))

/** The version of this tool, from its package.json. */
export const VERSION: string = PACKAGE.version

/** The oldest Node that it runs on. */
export const LEAST_NODE: string = PACKAGE.engines.node.replace('>=', '')

/** The version of a package that it is built on; all are pinned. */
export function dependencyVersion(name: string): string {
  return PACKAGE.dependencies[name]
}
