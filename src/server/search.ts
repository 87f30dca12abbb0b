import { fold } from '../matching/fold.ts'

/** Finds as people do who type into a field: every word is somewhere in the (folded) text, whatever the accents and case. */
export function searchFor(asked: string): (folded: string) => boolean {
  const words = fold(asked).split(/\s+/).filter(Boolean)
  return (folded) => words.every((word) => folded.includes(word))
}
