import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import type { Batch } from '../csv/scanner.ts'
import type { Edition } from '../editions/edition.ts'
import { isIdOrAddress, parseDatasetRef } from './datasetRef.ts'
import type { Explanation, LastSeen, Placing, Suggestion, Verdict } from './explanation.ts'
import { findLastSeen } from './lastSeen.ts'
import type { ListIndex } from './listIndex.ts'
import { DatasetFinder, type FoundRecord, SuggestionFinder } from './lookup.ts'
import { matchesIn, nearWords } from './matches.ts'
import { cachedPlacings, type FindPlacing } from './placings.ts'
import { isPortalId } from './portalId.ts'
import { type NamedDatasets, NameFinder } from './resolve.ts'
import { sentencesOf } from './sentences.ts'
import { type DatasetSource, type OpenSource, openDatasetSource } from './source.ts'

/**
 * Explains why datasets are, or are not, in an edition. Reads the snapshot once for all of them, a second time for titles and
 * suggestions if some references are no IDs or slugs, and a third time if titles are found.
 *
 * @param references IDs, slugs, addresses of datasets' pages, titles, or parts of titles
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
  const findTitled = await readTitles(unknown, source)
  const ids = references.map((reference, index) =>
    onlyOne(findTitled.titled(names[index]!, names[index] !== reference)),
  )
  const titled = new DatasetFinder(new Set(ids.filter((id) => id !== undefined)), rules.columns, source.identifiers)
  if (ids.some((id) => id !== undefined)) await source.read(titled)
  const findPlacing = await cachedPlacings(edition, source.snapshot, context)
  const gone = names.filter((name, index) => !finder.found.has(name) && isIdOrAddress(references[index]!))
  const lastSeen = await findLastSeen(new Set(source.snapshot && source.suggests ? gone : []), edition, context)
  return names.map((name, index) => {
    const found = finder.found.get(name) ?? titled.found.get(ids[index] ?? '')
    const reference = references[index]!
    const suggested = found === undefined ? findTitled.suggested(name, name !== reference) : NO_SUGGESTIONS
    const last_seen = found === undefined ? (lastSeen.get(name) ?? null) : null
    return explanationOf(reference, found, { ...suggested, last_seen }, { edition, rules, source, findPlacing })
  })
}

/** Similar datasets, or those that have the text in their title. */
interface Suggested {
  readonly suggestions: readonly Suggestion[]
  /** How many datasets have the text in their title. */
  readonly titles: number
}

const NO_SUGGESTIONS: Suggested = { suggestions: [], titles: 0 }
const NONE: NamedDatasets = { count: 0, datasets: [] }

/** Finds the datasets that have names in their titles, and those with similar names, in one pass. */
async function readTitles(unknown: ReadonlySet<string>, source: DatasetSource) {
  const similar = new SuggestionFinder(unknown, source)
  // An ID of the portal is no part of a title.
  const texts = new Set([...unknown].filter((name) => !isPortalId(name)))
  const named = new NameFinder(texts, source)
  const { columns } = similar
  const take = (batch: Batch) => {
    similar.take(batch)
    named.take(batch)
  }
  if (unknown.size > 0 && source.suggests) await source.read({ columns, take })
  /** The slug in an address is no part of a title either. */
  const titled = (name: string, isAddress: boolean) => (texts.has(name) ? named.of(name, isAddress) : NONE)
  return {
    titled,
    suggested: (name: string, isAddress: boolean): Suggested => {
      const { count, datasets } = titled(name, isAddress)
      return { suggestions: count > 0 ? datasets : similar.of(name), titles: count }
    },
  }
}

const onlyOne = ({ count, datasets }: NamedDatasets) => (count === 1 ? datasets[0]!.dataset_id : undefined)

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

interface ExplainedEdition {
  readonly edition: Edition
  readonly rules: Watch
  readonly source: DatasetSource
  readonly findPlacing: FindPlacing
}

function explanationOf(
  asked: string,
  found: FoundRecord | undefined,
  { suggestions, titles, last_seen }: Suggested & { readonly last_seen: LastSeen | null },
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
    last_seen,
  }
  return { ...facts, sentences: sentencesOf(facts, undefined, titles) }
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
