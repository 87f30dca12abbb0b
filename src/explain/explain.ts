import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import type { Edition } from '../editions/edition.ts'
import { parseDatasetRef } from './datasetRef.ts'
import type { Explanation, Placing, Suggestion, Verdict } from './explanation.ts'
import type { ListIndex } from './listIndex.ts'
import { DatasetFinder, type FoundRecord, SuggestionFinder } from './lookup.ts'
import { matchesIn, nearWords } from './matches.ts'
import { cachedPlacings, type FindPlacing } from './placings.ts'
import { sentencesOf } from './sentences.ts'
import { type DatasetSource, type OpenSource, openDatasetSource } from './source.ts'

/**
 * Explains why datasets are, or are not, in an edition. Reads the snapshot once for all of them, and a second time for
 * suggestions if some do not exist.
 *
 * @param references IDs, slugs, or addresses of datasets' pages
 * @param watch the edition's watch, for its columns and its way of matching. The terms and the top are the edition's.
 * @param openSource where to look them up; by default the snapshot, or the archived CSV if there is no snapshot
 * @throws Failure `usage` if a reference is none of these
 */
export async function explain(
  references: readonly string[],
  edition: Edition,
  watch: Watch,
  context: Context,
  openSource: OpenSource = openDatasetSource,
): Promise<Explanation[]> {
  const rules: Watch = { ...watch, terms: edition.terms, top: edition.top }
  const names = references.map(parseDatasetRef)
  const source = await openSource(edition, context)
  const finder = new DatasetFinder(new Set(names), rules.columns, source.identifiers)
  await source.read(finder)
  const unknown = new Set(names.filter((name) => !finder.found.has(name)))
  const suggestionFinder = new SuggestionFinder(unknown, source.identifiers)
  if (unknown.size > 0 && source.suggests) await source.read(suggestionFinder)
  const findPlacing = await cachedPlacings(edition, source.snapshot, context)
  return names.map((name, index) => {
    const found = finder.found.get(name)
    const suggestions = found === undefined ? suggestionFinder.of(name) : []
    return explanationOf(references[index]!, found, suggestions, { edition, rules, source, findPlacing })
  })
}

/**
 * Explains a dataset that is in the full list of an edition, without the export.
 *
 * @returns undefined if the list does not have it
 */
export async function explainListed(
  asked: string,
  edition: Edition,
  watch: Watch,
  context: Context,
  index: ListIndex,
): Promise<Explanation | undefined> {
  const name = parseDatasetRef(asked)
  if (!index.has(name)) return undefined
  const [explanation] = await explain([asked], edition, watch, context, async () => index.sourceOf(name))
  return explanation?.dataset === null ? undefined : explanation
}

/** The values that all explanations of one call share. */
interface ExplainedEdition {
  readonly edition: Edition
  readonly rules: Watch
  readonly source: DatasetSource
  readonly findPlacing: FindPlacing
}

function explanationOf(
  asked: string,
  found: FoundRecord | undefined,
  suggestions: readonly Suggestion[],
  { edition, rules, source, findPlacing }: ExplainedEdition,
): Explanation {
  const matches = found === undefined ? [] : matchesIn(found, rules)
  const organization = found === undefined ? null : findPlacing(found.dataset.organization_id)
  const verdict = verdictOf(found, matches.length > 0, organization, edition.top, source)
  const facts = {
    watch: edition.watch,
    date: edition.date,
    asked,
    verdict,
    source: source.key,
    terms: rules.terms,
    columns: rules.columns,
    top: rules.top,
    dataset: found?.dataset ?? null,
    matches,
    organization,
    nearest: verdict === 'no-term' ? nearWords(found!, rules) : suggestions,
  }
  return { ...facts, sentences: sentencesOf(facts) }
}

function verdictOf(
  found: FoundRecord | undefined,
  hasTerm: boolean,
  organization: Placing | null,
  top: number,
  { snapshot }: DatasetSource,
): Verdict {
  if (found === undefined) return snapshot === undefined ? 'not-listed' : 'unknown'
  if (!hasTerm) return 'no-term'
  if (found.dataset.organization_id === '') return 'no-organization'
  if (organization === null) return snapshot === undefined ? 'below-top' : 'unknown-organization'
  return organization.rank <= top ? 'in-tops' : 'below-top'
}
