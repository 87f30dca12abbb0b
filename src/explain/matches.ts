import { distance } from 'fastest-levenshtein'
import type { Watch } from '../config/watch.ts'
import { fold, foldTerm } from '../matching/fold.ts'
import { FoldedText, type Place } from '../matching/locate.ts'
import type { Match, SuggestedWord } from './explanation.ts'
import type { FoundRecord } from './lookup.ts'

/** How many letters an excerpt shows before and after a match. */
const CONTEXT = 40
const MAX_SUGGESTIONS = 3
/** One description has 1.75 MB. Its first words are enough for suggestions. */
const MAX_WORDS = 20_000

/** Lists which terms of a watch are present in which of its columns. */
export function matchesIn({ texts }: Pick<FoundRecord, 'texts'>, { terms, columns, match }: Watch): Match[] {
  const folded = terms.map((term) => ({ term, wanted: foldTerm(term) }))
  return columns.flatMap((column) => {
    const text = texts[column]!
    const searched = new FoldedText(text)
    return folded.flatMap(({ term, wanted }) => {
      const places = searched.locate(wanted, match)
      return places.length === 0 ? [] : [{ term, column, times: places.length, ...excerpt(text, places[0]!) }]
    })
  })
}

function excerpt(text: string, { start, end }: Place): Pick<Match, 'before' | 'found' | 'after'> {
  const before = text.slice(Math.max(0, start - CONTEXT), start)
  const after = text.slice(end, end + CONTEXT)
  const leading = start > CONTEXT ? `…${before.replace(/^[^\s]*\s/, '')}` : before
  const trailing = end + CONTEXT < text.length ? `${after.replace(/\s[^\s]*$/, '')}…` : after
  return { before: oneSpace(leading), found: text.slice(start, end), after: oneSpace(trailing) }
}

/** Replaces runs of white space with one space, and removes half a character where the excerpt was cut. */
const oneSpace = (text: string) => text.replace(/\s+/g, ' ').replace(/\p{Cs}/gu, '')

/** A word as it is written, with format characters (soft hyphens) inside. */
const WORD = /[\p{L}\p{N}\p{M}\p{Cf}]{3,40}/gu

/** Lists the words that are closest to a term, for a dataset in which no term is present. */
export function nearWords({ texts }: FoundRecord, { terms, columns }: Watch): SuggestedWord[] {
  const foldedTerms = terms.map((term) => ({ term, folded: foldTerm(term) }))
  const nearest = new Map<string, SuggestedWord & { distance: number }>()
  for (const column of columns) {
    for (const [word] of [...texts[column]!.matchAll(WORD)].slice(0, MAX_WORDS)) {
      const foldedWord = fold(word)
      for (const { term, folded } of foldedTerms) {
        const typos = distance(foldedWord, folded)
        if (typos > folded.length / 2 || typos >= (nearest.get(foldedWord)?.distance ?? Infinity)) continue
        nearest.set(foldedWord, { word, column, term, distance: typos })
      }
    }
  }
  return [...nearest.values()]
    .sort((a, b) => a.distance - b.distance)
    .slice(0, MAX_SUGGESTIONS)
    .map(({ word, column, term }) => ({ word, column, term }))
}
