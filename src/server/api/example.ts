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
export function exampleOf(schema: Schema, schemas: Readonly<Record<string, Schema>>): unknown {
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

interface Described {
  readonly paths: Readonly<
    Record<string, { readonly get: { readonly responses: Readonly<Record<string, DescribedReply>> } }>
  >
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

interface DescribedReply {
  readonly content?: Readonly<Record<string, { readonly schema: Schema; example?: unknown }>>
}

/** Adds an example to each JSON response of an OpenAPI document. */
export function addExamples({ paths, components }: Described): void {
  for (const { get } of Object.values(paths)) {
    for (const { content = {} } of Object.values(get.responses)) {
      for (const [type, media] of Object.entries(content)) {
        if (type.endsWith('json')) media.example = exampleOf(media.schema, components.schemas)
      }
    }
  }
}
