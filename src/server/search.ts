import { foldTerm } from '../matching/fold.ts'

/**
 * Finds as people search who type into a field: each word is somewhere in the folded text. A word is present as a term of a
 * watch is, so "l'air" finds "l’air" and "l-air".
 */
export function searchFor(asked: string): (folded: string) => boolean {
  const words = asked.split(/\s+/).map(foldTerm).filter(Boolean)
  return (folded) => words.every((word) => folded.includes(word))
}
