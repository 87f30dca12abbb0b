import { z } from '@hono/zod-openapi'

/** What paths and queries of the API may hold. */

const DATE = String.raw`\d{4}-\d{2}-\d{2}`

export const watchParam = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must be of a-z, 0-9 and -')
  .max(100)
  .openapi({ example: 'mobilite-transport', description: 'the name of a watch' })

export const optionalWatch = watchParam
  .optional()
  .openapi({ description: 'the name of a watch; default: the first one' })

export const dateParam = z.iso.date('must be a date as YYYY-MM-DD').openapi({ example: '2026-11-18' })

export const editionParam = z
  .string()
  .regex(new RegExp(`^(latest|${DATE})$`), 'must be a date as YYYY-MM-DD, or latest')
  .openapi({ example: 'latest', description: 'the date of an edition, or `latest`' })

export const editionFileParam = z
  .string()
  .regex(new RegExp(`^(latest|${DATE})(\\.csv)?$`), 'must be a date as YYYY-MM-DD, or latest; .csv may follow')
  .openapi({ example: 'latest', description: 'the date of an edition, or `latest`; with `.csv` behind it for CSV' })

/** The date that an edition is asked for by; undefined for the latest. */
export const dateOf = (edition: string) => (edition === 'latest' ? undefined : edition)

function wholeNumber(minimum: number, maximum: number, description: string) {
  const complaint = `must be a whole number from ${minimum} to ${maximum}`
  return z
    .string()
    .regex(/^\d{1,9}$/, complaint)
    .transform(Number)
    .pipe(z.int().min(minimum, complaint).max(maximum, complaint))
    .optional()
    .openapi({ type: 'integer', minimum, maximum, description })
}

/** @param fallback how many there are when nothing is said */
export const limitParam = (fallback: string) => wholeNumber(1, 1_000, `how many at most; default: ${fallback}`)

export const offsetParam = wholeNumber(0, 1_000_000, 'how many to pass over first; default: none')

/** Which of some fields to sort by: `sort=-followers,title`; `-` for descending. */
export function sortParam(fields: readonly string[]) {
  const one = `-?(${fields.join('|')})`
  return z
    .string()
    .regex(new RegExp(`^${one}(,${one})*$`), `must be of ${fields.join(', ')}, with - before it for descending`)
    .optional()
    .openapi({
      example: `-${fields[0]}`,
      description: `by ${fields.join(', ')}; \`-\` for descending, \`,\` between several`,
    })
}
