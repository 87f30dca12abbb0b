import * as z from 'zod/mini'
import type { ExportName, Snapshot } from './edition.ts'
import { exportKey } from './layout.ts'

const count = z.int().check(z.nonnegative())
const hex = (length: number) => z.string().check(z.regex(new RegExp(`^[0-9a-f]{${length}}$`)))
const text = z.string().check(z.minLength(1))
const instant = z.iso.datetime()

const exportFacts = (name: ExportName, date: string) =>
  z.looseObject({
    key: z.literal(exportKey(name, date)),
    url: text,
    last_modified: z.nullable(instant),
    bytes: count,
    sha1: hex(40),
    sha256: hex(64),
    records: count,
    origin: z.optional(z.enum(['portal', 'address', 'file'])),
    stored_bytes: z.optional(count),
    columns: z.optional(z.record(z.string(), text)),
    blank_fields: z.optional(z.record(z.string(), count)),
    followers: z.optional(count),
    most_followed: z.optional(z.array(z.looseObject({ id: text, name: z.string(), followers: count }))),
  })

/**
 * Checks that a JSON value is the snapshot of a date.
 *
 * @returns the first thing that is wrong with it, such as `organizations.sha256: Invalid input`; undefined when it is sound
 */
export function snapshotProblem(value: unknown, date: string): string | undefined {
  const schema = z.looseObject({
    date: z.literal(date),
    fetched_at: instant,
    portal: text,
    catalogue: z.optional(text),
    datasets: exportFacts('datasets', date),
    organizations: exportFacts('organizations', date),
  })
  const [issue] = schema.safeParse(value).error?.issues ?? []
  if (issue === undefined) return undefined
  const found = (value as Partial<Snapshot> | null)?.date
  if (issue.path[0] === 'date' && typeof found === 'string') return `it is the snapshot of ${JSON.stringify(found)}`
  return issue.path.length === 0 ? 'it is not a JSON object' : `${issue.path.join('.')} is missing or invalid`
}
