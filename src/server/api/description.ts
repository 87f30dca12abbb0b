import type { Schema } from './example.ts'

/** The parts of an OpenAPI document that its examples and its page need. */
export interface Description {
  readonly paths: Readonly<Record<string, { readonly get: Operation }>>
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> }
}

export interface Operation {
  readonly operationId: string
  readonly tags: readonly string[]
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly Parameter[]
  readonly responses: Readonly<Record<string, Reply>>
}

export interface Parameter {
  readonly name: string
  readonly in: string
  readonly required?: boolean
  readonly description?: string
  readonly schema: Schema
}

interface Reply {
  readonly description: string
  readonly content?: Readonly<Record<string, { readonly schema: Schema; example?: unknown }>>
}
