import { quoted } from '../errors.ts'
import { foldTerm } from '../matching/fold.ts'

/** Matches a term whose quotes neither YAML nor the shell has removed. */
const QUOTED = /^(?:".*"|'.*'|`.*`|“.*”|„.*[“”]|«.*»|‘.*’|‹.*›)$/su

/**
 * Trims the terms of a watch, keeps the first of those that fold to the same, and warns of terms that probably do not
 * match what the user means. No term may fold to an empty string.
 */
export function reviewTerms(written: readonly string[]) {
  const first = new Map<string, string>()
  const warnings: string[] = []
  for (const term of written.map((one) => one.trim())) {
    const folded = foldTerm(term)
    const other = first.get(folded)
    if (other !== undefined) {
      warnings.push(`the terms ${quoted(other)} and ${quoted(term)} match the same texts; the second is ignored`)
      continue
    }
    first.set(folded, term)
    if (QUOTED.test(term)) warnings.push(quotesWarning(term, folded))
    if ([...folded].length === 1)
      warnings.push(`the term ${quoted(term)} is a single letter, which nearly every text contains`)
  }
  return { terms: [...first.values()], warnings }
}

function quotesWarning(term: string, folded: string): string {
  const inner = foldTerm(term.slice(1, -1))
  const effect =
    inner === folded ? 'they count as separators and are ignored' : 'a text without them does not match; remove them'
  return `the quotes around ${quoted(term)} are part of the term: ${effect}`
}
