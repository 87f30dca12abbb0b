import { suggestName } from '../config/parsers.ts'
import type { Context } from '../context.ts'
import { resolveDate } from '../editions/calendar.ts'
import { datesOf } from '../editions/find.ts'
import { Failure, NotFound, quoted } from '../errors.ts'
import type { CommandInput } from './io.ts'
import { DATE_NAMES, DATE_NAMES_TO_MAKE } from './options.ts'

/** Returns the date that the user gave, as an argument or with --date. */
export function givenDate({ options, arguments: [argument] }: Pick<CommandInput, 'options' | 'arguments'>) {
  const { date } = options
  if (argument === undefined || date === undefined || argument === date) return argument ?? date
  throw new Failure(
    'usage',
    `cannot use two dates: ${quoted(argument)} and --date ${quoted(date)} are given. Keep one.`,
  )
}

/**
 * Resolves the date of an edition to make: YYYY-MM-DD, today, yesterday, or due for the last scheduled date; today by default.
 *
 * @throws Failure `usage` for anything else
 */
export function dateToMake(given: string | undefined, { config, clock }: Pick<Context, 'config' | 'clock'>): string {
  const text = given && toName(given)
  if (text === 'latest')
    throw new Failure('usage', 'cannot use the date "latest": it names an edition that exists. Use today or due.')
  refuseUnknownName(text, DATE_NAMES_TO_MAKE, config)
  return resolveDate(text, config, clock())
}

/**
 * Resolves the date of an edition to read: any date that `dateToMake` accepts, or `latest` for the latest edition of the watches.
 *
 * @param watches the names of the watches
 * @throws NotFound for `latest` if there is no edition; Failure `usage` for anything else
 */
export async function dateToRead(
  given: string,
  watches: readonly string[],
  { config, clock, documents }: Pick<Context, 'config' | 'clock' | 'documents'>,
): Promise<string> {
  const text = toName(given)
  if (text !== 'latest') {
    refuseUnknownName(text, DATE_NAMES, config)
    return resolveDate(text, config, clock())
  }
  const dates = await Promise.all(watches.map((name) => datesOf(documents, name)))
  const latest = dates
    .flatMap(([first]) => first ?? [])
    .sort()
    .at(-1)
  if (latest !== undefined) return latest
  throw new NotFound(`there is no edition of ${watches.join(', ')} in ${documents.address} yet; "run" makes one`)
}

/** Resolves the date in a flag. Names the flag in the error, because a command can have several. */
export async function withFlag<T>(flag: string, resolve: () => T | Promise<T>): Promise<T> {
  try {
    return await resolve()
  } catch (error) {
    // Any other failure, such as a store that is down, has nothing to do with the flag.
    if (!(error instanceof Failure) || error.kind !== 'usage' || error instanceof NotFound) throw error
    throw new Failure(error.kind, `${flag}: ${error.message}`, { cause: error })
  }
}

/** Accepts spaces around a date, as a script may leave them, and names in any case: `Today`. */
function toName(given: string): string {
  const text = given.trim()
  const lower = text.toLowerCase()
  return DATE_NAMES.includes(lower) ? lower : text
}

/** Rejects a misspelled date name, suggesting the closest, and the name of a watch, suggesting --watch. */
function refuseUnknownName(
  text: string | undefined,
  names: readonly string[],
  { watches }: Pick<Context['config'], 'watches'>,
): void {
  if (watches.some(({ name }) => name === text))
    throw new Failure('usage', `${quoted(text!)} is a watch, not a date; did you mean --watch ${text}?`)
  if (text === undefined || !/^\p{L}+$/u.test(text) || names.includes(text)) return
  throw new Failure(
    'usage',
    `${quoted(text)} is not a date; ${suggestName(text.toLowerCase(), ['YYYY-MM-DD', ...names])}`,
  )
}

/** Resolves any number of dates of editions to read, given as arguments or with --date. */
export function datesToRead({ options, arguments: texts }: CommandInput, context: Context): Promise<string[]> {
  const all = options.date === undefined ? texts : [...texts, options.date]
  const watches = context.config.watches.map(({ name }) => name)
  return Promise.all(all.map((text) => dateToRead(text, watches, context)))
}
