import type { JsonSchema } from './parsers.ts'
import { FILE_SETTINGS } from './settings.ts'

/** Returns a JSON schema of the configuration file, with which editors complete and check it. */
export function configSchema(): JsonSchema {
  const properties = FILE_SETTINGS.map(([key, { about, default: fallback, parse }]) => [
    key,
    { description: about, ...parse.schema, ...(fallback !== null && { default: fallback }) },
  ])
  return {
    $schema: 'http://json-schema.org/draft-07/schema#',
    title: 'Settings of datagouv-tops (datagouv-tops.yaml)',
    type: ['object', 'null'],
    properties: Object.fromEntries(properties),
    additionalProperties: false,
  }
}
