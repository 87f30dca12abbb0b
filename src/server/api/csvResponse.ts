import type { Context as HonoContext } from 'hono'
import { accepts } from 'hono/accepts'
import { type Body, createBody } from '../body.ts'

export const CSV_TYPE = 'text/csv'

/** Whether the client asks for CSV rather than JSON. */
export const prefersCsv = (c: HonoContext) =>
  accepts(c, { header: 'Accept', supports: ['application/json', CSV_TYPE], default: 'application/json' }) === CSV_TYPE

/** Creates the body of a CSV. @param bom whether it starts with a byte order mark */
export const csvBody = (csv: string, bom: '1' | undefined): Body =>
  createBody(bom === undefined ? csv : `\ufeff${csv}`, `${CSV_TYPE}; charset=utf-8; header=present`)

/** Lets browsers save a response as a file. */
export const fileHeaders = (name: string) => ({ 'content-disposition': `attachment; filename="${name}"` })
