import * as z from 'zod/mini'
import { quoted, quotedValue } from './errors.ts'
import type { UnreadableDocument } from './stores/documents.ts'

/** A whole number from 0. Import this module only where a document is read, because it loads zod. */
export const count = z.int().check(z.gte(0))

/**
 * Checks a stored document against its schema. Accepts unknown fields, because a later version may add some.
 *
 * @returns the first flaw (`datasets[3].dataset_followers is "7", not a number`); undefined if there is none
 */
export function flawIn(schema: z.ZodMiniType, document: unknown): string | undefined {
  const { unreadable } = (document ?? {}) as Partial<UnreadableDocument>
  if (unreadable !== undefined) return `it is not a JSON document with this _id: ${quoted(unreadable)}`
  if (isTooDeep(document)) return `it is nested more than ${MAX_DEPTH} levels deep`
  const [issue] = schema.safeParse(document).error?.issues ?? []
  if (issue === undefined) return undefined
  const place = issue.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('')
  const found = issue.path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown>)?.[part], document)
  const field = place === '' ? 'it' : place.slice(1)
  if (found === undefined) return `${field} is missing`
  return `${field} is ${quotedValue(found)}, ${expectation(issue)}`
}

/** Documents of this program have six levels. Far deeper ones would overflow the stack when they are compared or printed. */
const MAX_DEPTH = 50

/** Whether a JSON value is nested too deeply to be compared or printed. */
export function isTooDeep(value: unknown): boolean {
  let level: unknown[] = [value]
  for (let depth = 0; depth <= MAX_DEPTH; depth++) {
    level = level.flatMap((one) => (typeof one === 'object' && one !== null ? Object.values(one) : []))
    if (level.length === 0) return false
  }
  return true
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
      return 'which is not valid'
  }
}

const NAMES: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  array: 'a list',
  object: 'an object',
  date: 'a date',
  datetime: 'a time in UTC',
  regex: 'a checksum',
}
