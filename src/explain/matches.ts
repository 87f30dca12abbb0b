import { distance } from 'fastest-levenshtein'
import type { Watch } from '../config/watch.ts'
import { fold } from '../matching/fold.ts'
import { locate, type Place } from '../matching/locate.ts'
import type { Match, NearWord } from './explanation.ts'
import type { FoundRecord } from './lookup.ts'

/** How many letters of a text are shown before and behind a term. */
const CONTEXT = 40
const MOST_NEAR = 3
/** A text of 1.75 MB was seen; its first words say enough about what is near. */
const MOST_WORDS = 20_000

/** In which columns which terms are present, by the definition of the watch. */
export function matchesIn({ texts }: FoundRecord, { terms, columns, match }: Watch): Match[] {
  return columns.flatMap((column) =>
    terms.flatMap((term) => {
      const places = locate(term, texts[column]!, match)
      return places.length === 0 ? [] : [{ term, column, times: places.length, ...excerpt(texts[column]!, places[0]!) }]
    }),
  )
}

function excerpt(text: string, { start, end }: Place): Pick<Match, 'before' | 'found' | 'after'> {
  const before = text.slice(Math.max(0, start - CONTEXT), start)
  const after = text.slice(end, end + CONTEXT)
  const leading = start > CONTEXT ? `…${before.replace(/^[^\s]*\s/, '')}` : before
  const trailing = end + CONTEXT < text.length ? `${after.replace(/\s[^\s]*$/, '')}…` : after
  return { before: oneSpace(leading), found: text.slice(start, end), after: oneSpace(trailing) }
}

/** White space as one space; half a character, where a context was cut, is left out. */
const oneSpace = (text: string) => text.replace(/\s+/g, ' ').replace(/\p{Cs}/gu, '')

/** The words that differ least from a term, where none is present. */
export function nearWords({ texts }: FoundRecord, { terms, columns }: Watch): NearWord[] {
  const near = new Map<string, NearWord & { away: number }>()
  for (const column of columns) {
    for (const [word] of [...texts[column]!.matchAll(/[\p{L}\p{N}\p{M}]{3,40}/gu)].slice(0, MOST_WORDS)) {
      for (const term of terms) {
        const away = distance(fold(word), fold(term))
        if (away > fold(term).length / 2 || away >= (near.get(fold(word))?.away ?? Infinity)) continue
        near.set(fold(word), { word, column, term, away })
      }
    }
  }
  return [...near.values()]
    .sort((a, b) => a.away - b.away)
    .slice(0, MOST_NEAR)
    .map(({ word, column, term }) => ({ word, column, term }))
}
