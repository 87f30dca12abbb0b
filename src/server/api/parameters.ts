import { z } from '@hono/zod-openapi'
import { calendarProblem } from '../../editions/date.ts'
import type { Selection } from '../selection.ts'

const DATE = String.raw`\d{4}-\d{2}-\d{2}`

export const watchParam = z
  .string()
  .regex(/^[a-z0-9]+(-[a-z0-9]+)*$/, 'must consist of a-z, 0-9 and -')
  .max(100)
  .openapi({ example: 'mobilite-transport', description: 'Name of a watch' })

export const optionalWatch = watchParam.optional().openapi({ description: 'Name of a watch (default: the first one)' })

/** Explains why a text is not a date: no such day exists, or it is not written as YYYY-MM-DD. */
const dateProblem = (text: unknown, expected = 'must be a date such as 2026-11-18') => {
  const problem = calendarProblem(String(text))
  return problem === undefined ? expected : `it ${problem}`
}

export const dateParam = z.iso.date({ error: ({ input }) => dateProblem(input) }).openapi({ example: '2026-11-18' })

/** Refuses a date that the calendar does not have, such as 2025-02-30. @param text the date, and a file's ending */
const inCalendar = (text: string) => calendarProblem(text.replace(/\.csv$/, '')) === undefined
const NOT_IN_CALENDAR = { error: ({ input }: { input?: unknown }) => dateProblem(String(input).replace(/\.csv$/, '')) }

export const editionParam = z
  .string()
  .regex(new RegExp(`^(latest|${DATE})$`), 'must be a date such as 2026-11-18, or latest')
  .refine(inCalendar, NOT_IN_CALENDAR)
  .openapi({ example: 'latest', description: 'Date of an edition, or `latest`' })

export const editionFileParam = z
  .string()
  .regex(
    new RegExp(`^(latest|${DATE})(\\.csv)?$`),
    'must be a date such as 2026-11-18, or latest, optionally followed by .csv',
  )
  .refine(inCalendar, NOT_IN_CALENDAR)
  .openapi({ example: 'latest', description: 'Date of an edition, or `latest`; followed by `.csv` for CSV' })

/** Returns the date in an edition parameter; undefined for `latest`. */
export const editionDate = (edition: string) => (edition === 'latest' ? undefined : edition)

/** Creates the schema of an optional whole number. */
export function wholeNumber(minimum: number, maximum: number, description: string) {
  const message = `must be a whole number from ${minimum} to ${maximum}`
  return z
    .string()
    .regex(/^\d{1,9}$/, message)
    .transform(Number)
    .pipe(z.int().min(minimum, message).max(maximum, message))
    .optional()
    .openapi({ type: 'integer', minimum, maximum, description })
}

const MAX_LIMIT = 1_000

/** @param fallback the default limit */
export const limitParam = (fallback: string) =>
  wholeNumber(1, MAX_LIMIT, `Maximum number of items (default: ${fallback})`)

/** The limit of a list that can be fetched whole. */
export const limitOrAllParam = z
  .string()
  .regex(/^(all|[1-9]\d{0,2}|1000)$/, `must be a whole number from 1 to ${MAX_LIMIT}, or all`)
  .optional()
  .openapi({ type: ['string', 'integer'], example: '100', description: 'Maximum number of items (default: all)' })

/** Returns the limit that a request asks for. */
export const limitOf = (limit: string | undefined, fallback: number): number =>
  limit === undefined ? fallback : limit === 'all' ? Number.POSITIVE_INFINITY : Number(limit)

export const offsetParam = wholeNumber(0, 1_000_000, 'Number of items to skip (default: 0)')

/** A parameter that is either absent or 1. */
export const flagParam = (description: string) =>
  z.enum(['1'], 'must be 1').optional().openapi({ example: '1', description })

export const searchParam = z
  .string()
  .max(200)
  .optional()
  .openapi({
    example: 'velo',
    description:
      'Words to find in title or organization, ignoring accents, case, hyphens and apostrophes; `"two words"` is a phrase, ' +
      '`-word` excludes',
  })

export const organizationId = z.string().min(1).max(200).openapi({
  example: '534fff89a3a7292c64a77eb7',
  description: 'ID or name of an organization, or a part of the name that no other organization has',
})

export const organizationParam = z.string().max(200).optional().openapi({
  example: '534fff89a3a7292c64a77eb7',
  description: 'ID or name of an organization, or a part of the name that no other organization has',
})

export const datasetParam = z.string().min(1).max(300).openapi({
  example: '5eab9f4b7ee4582b405f11df',
  description: 'ID, slug or URL-encoded page URL of a dataset, its title, or a part of its title',
})

export const runId = z.string().max(100).openapi({ example: '20261118T160002123Z-3f9a1c', description: 'ID of a run' })

interface SelectionQuery {
  readonly q?: string | undefined
  readonly organization?: string | undefined
  readonly sort?: string | undefined
  readonly new?: '1' | undefined
  readonly gone?: '1' | undefined
}

/** Returns the selection that the parameters describe. */
export function selectionOf({
  q = '',
  organization = '',
  sort = '',
  new: isNew,
  gone: isGone,
}: SelectionQuery): Selection {
  return { q, organization, sort, isNew: isNew === '1', isGone: isGone === '1' }
}

/** The parameters of a CSV. */
export const csvParams = { bom: flagParam('Starts a CSV with a byte order mark, which Excel needs to read accents') }

/** Parameters of the page that has the same address without `/api`. They have no effect on the API. */
export const pageParams = {
  view: z.enum(['list', 'groups']).optional().openapi({ description: 'For the page only: how it shows the datasets' }),
  lang: z.enum(['fr', 'en']).optional().openapi({ description: 'For the page only: its language' }),
}

/** The parameters of the feeds. */
export const feedParams = {
  watch: optionalWatch,
  organization: organizationParam,
  q: searchParam,
  lang: pageParams.lang.openapi({ description: 'Language of the feed (default: `Accept-Language`, else `fr`)' }),
}

/** Creates the schema of a sort parameter such as `-followers,title`. */
export function sortParam(fields: readonly string[]) {
  const key = `-?(${fields.join('|')})`
  return z
    .string()
    .regex(
      new RegExp(`^${key}(,${key})*$`),
      `must be a list of ${fields.join(', ')}, each with - in front for descending order`,
    )
    .optional()
    .openapi({
      example: `-${fields[0]}`,
      description: `Sort keys, separated by \`,\`: ${fields.join(', ')}. \`-\` in front of a key sorts in descending order`,
    })
}
