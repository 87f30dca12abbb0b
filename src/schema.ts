import * as z from 'zod/mini'
import { quoted } from './errors.ts'
import type { UnreadableDocument } from './stores/documents.ts'

/**
 * What the schemas of stored documents have in common. Unknown fields are accepted, since a later version may add some.
 *
 * The modules of this folder load zod: import them only where a document is read.
 */
export const count = z.int().check(z.gte(0))

/**
 * Compares a stored document with its schema.
 *
 * @returns the first flaw, in words (`datasets[3].dataset_followers is "7", not a number`); undefined when there is none
 */
export function flawIn(schema: z.ZodMiniType, document: unknown): string | undefined {
  const { unreadable } = (document ?? {}) as Partial<UnreadableDocument>
  if (unreadable !== undefined) return `it is not a JSON document with this _id: ${quoted(unreadable)}`
  const [issue] = schema.safeParse(document).error?.issues ?? []
  if (issue === undefined) return undefined
  const place = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  const found = issue.path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown>)?.[part], document)
  const field = place === '' ? 'it' : place.slice(1)
  if (found === undefined) return `${field} is missing`
  return `${field} is ${written(found)}, ${expectation(issue)}`
}

function written(value: unknown): string {
  if (typeof value === 'string') return quoted(value)
  return quoted(String(JSON.stringify(value)))
    .slice(1, -1)
    .replaceAll('\\"', '"')
}

function expectation(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return `not ${NAMES[issue.expected] ?? issue.expected}`
    case 'invalid_value':
      return `not one of ${issue.values.map(String).join(', ')}`
    case 'invalid_format':
      return `not ${NAMES[issue.format] ?? issue.format}`
    default:
      return 'which cannot be right'
  }
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
  date: 'a date',
  datetime: 'an instant in UTC',
  regex: 'a checksum',
}
