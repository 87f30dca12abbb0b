import * as z from 'zod'
import { pluralize } from '../text/format.ts'
import type { FetchApi } from './api.ts'
import type { DatasetRow } from './outputs.ts'
import { datasetLine } from './rows.ts'

/** What a tool uses besides its arguments. */
export interface ToolContext {
  readonly fetchApi: FetchApi
  readonly portal: string
  /** The address of `serve`, for links to complete results; empty if unknown. */
  readonly site: string
  readonly defaultWatch: string
}

/** The result of a tool, as structured data and as lines of text. */
export interface ToolResult {
  readonly structured: Readonly<Record<string, unknown>>
  readonly lines: readonly string[]
}

export interface Tool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly input: z.ZodObject
  readonly output: z.ZodObject
  /** A path of the API. If the API does not have it, the tool is not offered. */
  readonly needs?: string
  readonly call: (args: never, context: ToolContext) => Promise<ToolResult>
}

/** Creates a tool. The arguments of `call` have the type that the input describes. */
export function tool<Shape extends z.ZodRawShape>(
  facts: Omit<Tool, 'input' | 'call'> & { readonly input: Shape },
  call: (args: z.output<z.ZodObject<Shape>>, context: ToolContext) => Promise<ToolResult>,
): Tool {
  return { ...facts, input: z.strictObject(facts.input) as unknown as z.ZodObject, call }
}

/** Writes the datasets of a result as lines. */
export const rowLines = (total: number, datasets: readonly DatasetRow[]) => [
  `${pluralize(total, 'dataset')} of the tops found, ${datasets.length} shown:`,
  ...datasets.map(datasetLine),
]

/** Quotes terms and joins them with "or". */
export const quoteAll = (terms: readonly string[]) => terms.map((term) => JSON.stringify(term)).join(' or ')

/** Returns the address of the complete result, without limit and offset, if this one is only a part of it. */
export function rest(isLong: boolean, site: string, path: string): { readonly more?: string } {
  if (!isLong) return {}
  const [address, search] = path.split('?')
  const query = new URLSearchParams(search)
  for (const name of ['limit', 'offset']) query.delete(name)
  const remaining = query.toString()
  return { more: `${site}${address}${remaining === '' ? '' : `?${remaining}`}` }
}

/** Writes that address as a line. If the server is unknown, the address is a path. */
export const restLine = ({ more }: { readonly more?: string }) => {
  if (more === undefined) return []
  return [more.startsWith('/') ? `Complete result: ${more} of "datagouv-tops serve"` : `Complete result: ${more}`]
}
