import * as z from 'zod'
import { pluralize } from '../text/format.ts'
import type { FetchApi } from './api.ts'
import { type DatasetRow, datasetLine } from './rows.ts'

/** What the tools need. */
export interface ToolContext {
  readonly fetchApi: FetchApi
  /** The portal of the datasets, for links. */
  readonly portal: string
  /** The address of `serve`, for links to the rest of an answer; empty if unknown. */
  readonly site: string
  /** The first watch of the settings. */
  readonly defaultWatch: string
}

/** The answer of a tool: as values, and in words. */
export interface Answer {
  readonly structured: Readonly<Record<string, unknown>>
  readonly lines: readonly string[]
}

export interface Tool {
  readonly name: string
  readonly title: string
  readonly description: string
  readonly input: z.ZodObject
  /** The shape of the structured answer. */
  readonly output: z.ZodObject
  /** A path of the API that it needs; the tool is there if the API has it. */
  readonly needs?: string
  readonly call: (args: never, context: ToolContext) => Promise<Answer>
}

/** Describes a tool whose function takes what its input describes. */
export function tool<Shape extends z.ZodRawShape>(
  facts: Omit<Tool, 'input' | 'call'> & { readonly input: Shape },
  call: (args: z.output<z.ZodObject<Shape>>, context: ToolContext) => Promise<Answer>,
): Tool {
  return { ...facts, input: z.strictObject(facts.input) as unknown as z.ZodObject, call }
}

/** Writes the first datasets of an answer. */
export const rowLines = (total: number, datasets: readonly DatasetRow[]) => [
  `${pluralize(total, 'dataset')} of the tops found, ${datasets.length} shown:`,
  ...datasets.map(datasetLine),
]

/** Quotes texts, such as terms. */
export const quoteAll = (texts: readonly string[]) => texts.map((text) => JSON.stringify(text)).join(' or ')

/** Says where the rest of an answer is: the address of the API, without the limit. */
export function rest(isLong: boolean, site: string, path: string): { readonly more?: string } {
  if (!isLong) return {}
  const [address, search] = path.split('?')
  const query = new URLSearchParams(search)
  for (const name of ['limit', 'offset']) query.delete(name)
  const left = query.toString()
  return { more: `${site}${address}${left === '' ? '' : `?${left}`}` }
}

/** The same as a line. Without a known server, the address is a path. */
export const restLine = ({ more }: { readonly more?: string }) => {
  if (more === undefined) return []
  return [more.startsWith('/') ? `All of them: ${more} of "datagouv-tops serve"` : `All of them: ${more}`]
}
