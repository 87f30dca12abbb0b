import type { Watch } from '../config/watch.ts'
import type { World } from '../context.ts'
import { findNames } from '../csv/columns.ts'
import type { Edition, Snapshot } from '../editions/edition.ts'
import { Missing } from '../errors.ts'
import { archivedNames } from '../pipeline/lists.ts'
import { type Organization, Ranking } from '../pipeline/rank.ts'
import { type Reader, readCsv, readOptions } from '../pipeline/read.ts'
import { columnsOf, loadSnapshot, replayExport } from '../pipeline/snapshot.ts'
import { datasetAsked } from './asked.ts'
import type { Explanation, Near, Placing, Verdict } from './explanation.ts'
import { Finder, type FoundRecord, Neighbours } from './lookup.ts'
import { matchesIn, nearWords } from './matches.ts'
import { sentencesOf } from './sentences.ts'

/**
 * Explains datasets in one edition, in one pass over its snapshot however many they are; a second one when some are not
 * there, for those that are called alike.
 *
 * @param watch that of the edition: columns and way of matching are its; the terms are those of the edition
 * @param asked ids, slugs, or addresses of datasets' pages
 * @throws Failure `usage` when one of them is none of these
 */
export async function explain(
  asked: readonly string[],
  edition: Edition,
  watch: Watch,
  world: World,
): Promise<Explanation[]> {
  const rules: Watch = { ...watch, terms: edition.terms, top: edition.top }
  const names = asked.map(datasetAsked)
  const source = await openSource(edition, world)
  const finder = new Finder(new Set(names), rules.columns, source.names)
  await source.read(finder)
  const strangers = new Set(names.filter((name) => !finder.found.has(name)))
  const neighbours = new Neighbours(strangers, source.names)
  if (strangers.size > 0) await source.read(neighbours)
  const placingOf = await rankingOf(edition, source.snapshot, world)
  return names.map((name, index) => {
    const found = finder.found.get(name)
    const near = found === undefined ? neighbours.of(name) : []
    return explanationOf(asked[index]!, found, near, { edition, rules, source, placingOf })
  })
}

/** Where datasets are looked for: in the snapshot; when it was not kept, in the archived list. */
interface Source {
  readonly key: string
  readonly snapshot: Snapshot | undefined
  /** The columns by which a dataset may be called. */
  readonly names: readonly string[]
  read(reader: Reader): Promise<void>
}

async function openSource(edition: Edition, world: World): Promise<Source> {
  const { archive, config } = world
  const snapshot = await loadSnapshot(edition.date, world)
  if (snapshot === undefined) {
    const { key } = edition.archive
    if ((await archive.stat(key)) === undefined) {
      throw new Missing(
        `neither the snapshot of ${edition.date} nor ${key} was kept, so nothing of it can be explained`,
      )
    }
    const options = readOptions('datasets', config, await archivedNames(edition.watch, edition.date, world))
    const read = async (reader: Reader) => void (await readCsv(archive.read(key), key, reader, options))
    return { key, snapshot, names: ['id'], read }
  }
  const columns = await columnsOf('datasets', snapshot, world)
  const { names } = readOptions('datasets', config, snapshot.datasets.columns)
  const hasSlugs = 'slug' in findNames(columns, ['slug'], names)
  return {
    key: snapshot.datasets.key,
    snapshot,
    names: hasSlugs ? ['id', 'slug'] : ['id'],
    read: (reader) => replayExport('datasets', snapshot, reader, world),
  }
}

type PlacingOf = (id: string) => Placing | null

/** Every organisation's place; without a snapshot that of the most followed only. */
async function rankingOf(
  { organizations, top }: Edition,
  snapshot: Snapshot | undefined,
  world: World,
): Promise<PlacingOf> {
  let all: readonly Organization[] = organizations
  if (snapshot !== undefined) {
    const ranking = new Ranking()
    await replayExport('organizations', snapshot, ranking, world)
    all = ranking.top(ranking.size)
  }
  const last = all[Math.min(top, all.length) - 1]
  const placings = new Map(all.map((organization) => [organization.id, organization]))
  return (id) => {
    const organization = placings.get(id)
    if (organization === undefined || last === undefined) return null
    const { rank, name, followers } = organization
    return {
      rank,
      id,
      name,
      followers,
      of: snapshot === undefined ? null : all.length,
      last: { rank: last.rank, id: last.id, name: last.name, followers: last.followers },
      lead: followers - last.followers,
    }
  }
}

interface Setting {
  readonly edition: Edition
  readonly rules: Watch
  readonly source: Source
  readonly placingOf: PlacingOf
}

function explanationOf(
  asked: string,
  found: FoundRecord | undefined,
  near: readonly Near[],
  { edition, rules, source, placingOf }: Setting,
): Explanation {
  const matches = found === undefined ? [] : matchesIn(found, rules)
  const organization = found === undefined ? null : placingOf(found.dataset.organization_id)
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
    nearest: verdict === 'no-term' ? nearWords(found!, rules) : near,
  }
  return { ...facts, sentences: sentencesOf(facts) }
}

function verdictOf(
  found: FoundRecord | undefined,
  isPresent: boolean,
  organization: Placing | null,
  top: number,
  { snapshot }: Source,
): Verdict {
  if (found === undefined) return snapshot === undefined ? 'not-listed' : 'unknown'
  if (!isPresent) return 'no-term'
  if (found.dataset.organization_id === '') return 'no-organization'
  if (organization === null) return snapshot === undefined ? 'below-top' : 'unknown-organization'
  return organization.rank <= top ? 'in-tops' : 'below-top'
}
