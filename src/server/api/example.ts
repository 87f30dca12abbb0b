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
  return type === 'integer' || type === 'number' ? 0 : '…'
}
