import * as z from 'zod'

/** The parameters of the tools. The API checks their values. */

export const watch = z
  .string()
  .optional()
  .describe('name of a watch (default: the first one); list_editions names them')
export const date = z.string().optional().describe('date of an edition, YYYY-MM-DD (default: the latest)')
export const from = z.string().optional().describe('date of the earlier edition, YYYY-MM-DD')
export const to = z.string().optional().describe('date of the later edition, YYYY-MM-DD')
export const offset = z.int().min(0).optional().describe('how many items to skip')
export const q = z
  .string()
  .max(200)
  .optional()
  .describe('words to find in title or organization; "two words" is a phrase, -word excludes; accents do not matter')
export const organization = z
  .string()
  .max(200)
  .optional()
  .describe('ID or name of an organization, or a part of its name')

/** The first rows are enough for an assistant; a link leads to the others. */
const MAX_LIMIT = 100
/** @param fallback the default limit */
export const limit = (fallback: number) =>
  z.int().min(1).max(MAX_LIMIT).default(fallback).describe(`maximum number of rows (at most ${MAX_LIMIT})`)
