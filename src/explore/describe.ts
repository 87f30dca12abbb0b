import { formatCount, pluralize } from '../text/format.ts'
import type { TermCount } from './wordCounts.ts'

/** Says for each word of a search how many datasets have it, and in which whole words: one line each. */
export function describeCounts(words: readonly TermCount[]): string[] {
  return words.map(({ word, datasets, most_hit, nearest }) => {
    const list = (counts: TermCount['nearest']) =>
      counts.map((one) => `${one.word} ${formatCount(one.datasets)}`).join(', ')
    if (datasets === 0) return `${word}: no dataset${nearest.length > 0 ? `; nearest words: ${list(nearest)}` : ''}`
    return `${word}: ${pluralize(datasets, 'dataset')}${most_hit.length > 0 ? `; in the words ${list(most_hit)}` : ''}`
  })
}
