import { csvTable } from '../../editions/csv.ts'
import type { Description } from './description.ts'

/** The parts of an OpenAPI schema that examples are made of. */
export interface Schema {
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly example?: unknown
  readonly description?: string
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
}

/** Builds an example value of a schema from the examples of its parts. */
function exampleOf(schema: Schema, schemas: Readonly<Record<string, Schema>>): unknown {
  const reference = schema.$ref?.split('/').at(-1)
  if (reference !== undefined) return exampleOf(schemas[reference]!, schemas)
  if (schema.example !== undefined) return schema.example
  if (schema.enum !== undefined) return schema.enum[0]
  if (schema.anyOf !== undefined) return exampleOf(schema.anyOf[0]!, schemas)
  const [type] = [schema.type].flat()
  if (type === 'object') {
    const properties = Object.entries(schema.properties ?? {})
    return Object.fromEntries(properties.map(([name, property]) => [name, exampleOf(property, schemas)]))
  }
  if (type === 'array') return [exampleOf(schema.items!, schemas)]
  if (type === 'boolean') return true
  return type === 'integer' || type === 'number' ? 0 : '…'
}

/** The example row of a CSV, with all fields of datasets and of their changes. */
const ROW = {
  change: 'entered',
  reason: 'new',
  id: '534fff75a3a7292c64a77de4',
  title: 'Horaires théoriques du réseau de transport',
  from: '',
  followers: 12,
  before: '',
  dataset_id: '534fff75a3a7292c64a77de4',
  dataset_title: 'Horaires théoriques du réseau de transport',
  dataset_followers: 12,
  organization: 'Île-de-France Mobilités',
  organization_id: '534fffa8a3a7292c64a780c8',
  organization_followers: 122,
}

/** Writes an example of a CSV: its header and a row. */
export const csvExample = (fields: readonly (keyof typeof ROW)[]) => csvTable(fields, [ROW])

/** Adds an example to each JSON response of an OpenAPI document. */
export function addExamples({ paths, components }: Description): void {
  for (const { get } of Object.values(paths)) {
    for (const { content = {} } of Object.values(get.responses)) {
      for (const [type, media] of Object.entries(content)) {
        if (type.endsWith('json')) media.example = exampleOf(media.schema, components.schemas)
      }
    }
  }
}

/** An example of an Atom feed. */
export const ATOM_EXAMPLE = `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<id>urn:uuid:0b9b3d55-0d8c-5f3c-9c4a-2f1f6a1d7a10</id>
<title>data.gouv.fr tops: “mobilité”, “transport”</title>
<updated>2026-11-18T16:00:09.123Z</updated>
<entry>
<id>urn:uuid:6a1de5f4-3c55-5c3e-8a6b-0d0f8f0b7c11</id>
<title>18 November 2026: 3 new, 1 gone</title>
<updated>2026-11-18T16:00:09.123Z</updated>
</entry>
</feed>
`
