import { foldTerm, type MatchMode } from '../matching/fold.ts'
import {
  converted,
  InvalidValue,
  listOf,
  mapping,
  nonEmptyText,
  oneOf,
  type Parser,
  textMatching,
  wholeNumber,
  withSchema,
} from './parsers.ts'
import { reviewTerms } from './terms.ts'
import { DEFAULT_COLUMNS, type Watch } from './watch.ts'

export const MAX_WORDS = 8
export const MIN_LETTERS = 2
export const MAX_LETTERS = 64
export const MAX_TOP = 500
export const DEFAULT_TOP = 30
/** How many columns a search may name. The export of datasets has forty. */
export const MAX_COLUMNS = 10

/** The watch name of every search. */
export const SEARCH_NAME = 'search'

/** How many searches a notification may have. Each may name thirty datasets. */
const MAX_SEARCHES = 10

interface WrittenSearch {
  readonly words: readonly string[]
  readonly columns: readonly string[]
  readonly match: MatchMode
  readonly top: number
}

function listUpTo<T>(most: number, parse: Parser<T>): Parser<readonly T[]> {
  const list = listOf(parse)
  return withSchema({ ...list.schema, maxItems: most }, (written) => {
    const items = list(written)
    if (items.length <= most) return items
    throw new InvalidValue(`must have at most ${most} entries, not ${items.length}`)
  })
}

const word = textMatching((text) => {
  const letters = [...foldTerm(text)].length
  return text.isWellFormed() && letters >= MIN_LETTERS && letters <= MAX_LETTERS
}, `have ${MIN_LETTERS} to ${MAX_LETTERS} letters, not counting accents, nor hyphens and apostrophes at its ends`)

const search = mapping<WrittenSearch>({
  words: { parse: listUpTo(MAX_WORDS, word) },
  columns: { parse: listUpTo(MAX_COLUMNS, nonEmptyText), default: DEFAULT_COLUMNS },
  match: { parse: oneOf('substring', 'word'), default: 'substring' },
  top: { parse: wholeNumber(1, MAX_TOP), default: DEFAULT_TOP },
})

/** Parses the searches of a notification target, with the limits of any search. */
export const parseSearches = listUpTo(
  MAX_SEARCHES,
  converted(search, ({ words, columns, ...rest }): Watch => {
    return { name: SEARCH_NAME, terms: reviewTerms(words).terms, columns: [...new Set(columns)], ...rest }
  }),
)
