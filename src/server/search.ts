import { foldTerm } from '../matching/fold.ts'

/**
 * Creates the test of a search field: whether a folded text has each of the words. A word matches as the term of a watch
 * does, so "l'air" finds "l’air" and "l-air".
 */
export function wordMatcher(query: string): (folded: string) => boolean {
  const words = query.split(/\s+/).map(foldTerm).filter(Boolean)
  return (folded) => words.every((word) => folded.includes(word))
}
