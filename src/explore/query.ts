import {
  DEFAULT_TOP,
  MAX_COLUMNS,
  MAX_LETTERS,
  MAX_TOP,
  MAX_WORDS,
  MIN_LETTERS,
  SEARCH_NAME,
} from '../config/searches.ts'
import { reviewTerms } from '../config/terms.ts'
import { DEFAULT_COLUMNS, type Watch } from '../config/watch.ts'
import { Failure, quoted } from '../errors.ts'
import { foldTerm, type MatchMode } from '../matching/fold.ts'

/** What a reader searches for. Absent parts are those of a new watch. */
export interface SearchQuery {
  readonly words: readonly string[]
  readonly columns?: readonly string[] | undefined
  readonly match?: MatchMode | undefined
  readonly top?: number | undefined
}

/**
 * Returns the watch that a search stands for. Words that match the same texts count once, as in a watch.
 *
 * @throws Failure `usage` if there are no words, too many, or one that is too short or too long
 */
export function watchOf({
  words,
  columns = DEFAULT_COLUMNS,
  match = 'substring',
  top = DEFAULT_TOP,
}: SearchQuery): Watch {
  const { terms } = reviewTerms(words.filter((word) => word.trim() !== ''))
  if (terms.length === 0) throw new Failure('usage', 'cannot search: no words are given. Give one to eight words.')
  if (terms.length > MAX_WORDS) {
    const remedy = 'Search for fewer words, or make a watch of them.'
    throw new Failure('usage', `cannot search for ${terms.length} words: the limit is ${MAX_WORDS}. ${remedy}`)
  }
  for (const term of terms) refuseLength(term)
  if (!Number.isInteger(top) || top < 1 || top > MAX_TOP)
    throw new Failure('usage', `cannot rank ${top} organizations: use a whole number from 1 to ${MAX_TOP}.`)
  const named = [...new Set(columns.map((column) => column.trim()).filter((column) => column !== ''))]
  if (named.length === 0 || named.length > MAX_COLUMNS)
    throw new Failure('usage', `cannot search in ${named.length} columns: name 1 to ${MAX_COLUMNS}.`)
  return { name: SEARCH_NAME, terms, columns: named, match, top }
}

function refuseLength(term: string): void {
  const letters = [...foldTerm(term)].length
  if (letters >= MIN_LETTERS && letters <= MAX_LETTERS) return
  const why = letters < MIN_LETTERS ? 'it is too short' : 'it is too long'
  const remedy = `A word has ${MIN_LETTERS} to ${MAX_LETTERS} letters, not counting accents, nor hyphens and apostrophes at its ends.`
  throw new Failure('usage', `cannot search for ${quoted(term)}: ${why}. ${remedy}`)
}

/** Returns a text that is the same for searches with the same result. The order of the words does not matter. */
export function queryKey({ terms, columns, match, top }: Watch): string {
  return JSON.stringify([terms.map(foldTerm).sort(), [...columns].sort(), match, top])
}
