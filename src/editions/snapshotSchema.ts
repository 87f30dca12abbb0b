import * as z from 'zod/mini'
import { count, flawIn } from '../schema.ts'
import type { ExportName } from './edition.ts'
import { exportKey } from './layout.ts'

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
    records: z.int().check(z.gte(1)),
    origin: z.optional(z.enum(['portal', 'address', 'file'])),
    stored_bytes: z.optional(count),
    columns: z.optional(z.record(z.string(), text)),
    blank_fields: z.optional(z.record(z.string(), count)),
    followers: z.optional(count),
    repeated_ids: z.optional(count),
    most_followed: z.optional(z.array(z.looseObject({ id: text, name: z.string(), followers: count }))),
  })

/** Returns why a JSON value is not the snapshot of a date; undefined for that snapshot. */
export function flawInSnapshot(value: unknown, date: string): string | undefined {
  const schema = z.looseObject({
    date: z.literal(date),
    fetched_at: instant,
    portal: text,
    catalogue: z.optional(text),
    datasets: exportFacts('datasets', date),
    organizations: exportFacts('organizations', date),
  })
  return flawIn(schema, value)
}
