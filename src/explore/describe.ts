import { formatCount, pluralize } from '../text/format.ts'
import type { TermCount, WordCount } from './wordCounts.ts'

/** Says for each word of a search how many datasets have it, and in which whole words: one line each. */
export function describeCounts(words: readonly TermCount[]): string[] {
  return words.map(({ word, datasets, most_hit, nearest }) => {
    if (datasets === 0) return `${word}: no dataset${nearest.length > 0 ? `; nearest words: ${list(nearest)}` : ''}`
    return `${word}: ${pluralize(datasets, 'dataset')}${most_hit.length > 0 ? `; in the words ${list(most_hit)}` : ''}`
  })
}

/** Names the longer words that a search for whole words leaves out; undefined if there are none. */
export function describeLonger(words: readonly WordCount[]): string | undefined {
  if (words.length === 0) return undefined
  return `not counted: ${list(words)} (longer words; add them, or leave out --match word)`
}

const list = (counts: readonly WordCount[]) =>
  counts.map(({ word, datasets }) => `${word} ${formatCount(datasets)}`).join(', ')
