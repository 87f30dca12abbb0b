import type { World } from '../context.ts'
import type { Snapshot } from '../editions/edition.ts'
import { editionId, editionKey, snapshotKey } from '../editions/layout.ts'
import { closeLists, Selection } from '../pipeline/lists.ts'
import { archive, publish } from '../pipeline/pipeline.ts'
import { Ranking } from '../pipeline/rank.ts'
import { compareValues, type Difference } from './difference.ts'
import { documentName, readDocument, type StoredDocument } from './document.ts'
import { type Candidate, candidatesOf, compareEdition, compareWithin, planOf } from './edition.ts'
import { checkExport, readSnapshot } from './snapshot.ts'
import { type Stored, storedDates } from './stored.ts'

/** What came of one snapshot, or of one edition. */
export interface Verdict {
  readonly date: string
  /** null for the snapshot itself. */
  readonly watch: string | null
  readonly status: VerdictStatus
  /** What it could not be compared with, or how it could; '' when there is nothing to say. */
  readonly note: string
  readonly differences: readonly Difference[]
}

/** `partly`: nothing is different as far as it could be compared. */
type VerdictStatus = 'same' | 'partly' | 'different' | 'repaired'

export interface Verification {
  /** Only these; all that are stored when there are none. */
  readonly dates: readonly string[]
  readonly repair: boolean
}

/** Derives what is stored anew from its snapshots, and compares every byte and value. Reads only, unless it repairs. */
export async function* verify({ dates, repair }: Verification, world: World): AsyncIterable<Verdict> {
  for (const stored of await storedDates(world)) {
    if (dates.length > 0 && !dates.includes(stored.date)) continue
    world.signal.throwIfAborted()
    const [snapshot, ...editions] = await verifyDate(stored, world)
    yield snapshot!
    const isSound = snapshot!.status === 'same' || stored.strangers.length === snapshot!.differences.length
    for (const verdict of editions) yield repair ? await mended(verdict, isSound, world) : verdict
  }
}

async function verifyDate(stored: Stored, world: World): Promise<Verdict[]> {
  const { date } = stored
  const documents = new Map<string, StoredDocument>()
  for (const watch of stored.watches) documents.set(watch, await readDocument(watch, date, world))
  const strangers = stored.strangers.map((where) => ({ where, part: '', expected: undefined, found: 'an object' }))
  const derived = stored.snapshot ? await derive(date, documents, world) : undefined
  const differences = [...(derived?.differences ?? []), ...strangers]
  const note = stored.snapshot ? '' : 'there is no snapshot'
  const status = differences.length > 0 ? 'different' : stored.snapshot ? 'same' : 'partly'
  const verdicts: Verdict[] = [{ date, watch: null, status, note, differences }]
  for (const [watch, document] of documents) {
    verdicts.push(derived?.editions.get(watch) ?? (await verifyWithin(watch, date, document, stored, world)))
  }
  return verdicts
}

/** Without the snapshot or the watch, what belongs together is compared with each other. */
async function verifyWithin(watch: string, date: string, document: StoredDocument, stored: Stored, world: World) {
  const differences = await compareWithin(watch, date, document, world)
  const isWatch = world.config.watches.some(({ name }) => name === watch)
  const why = !stored.snapshot ? 'its snapshot is gone' : isWatch ? 'its snapshot is damaged' : 'the watch is gone'
  const note = `${why}: only CSV and document were compared with each other`
  return { date, watch, status: differences.length > 0 ? 'different' : 'partly', note, differences } as const
}

/** The editions of a date as they follow from its snapshot, compared with those that are stored. */
async function derive(date: string, documents: ReadonlyMap<string, StoredDocument>, world: World) {
  const { snapshot, differences: inJson } = await readSnapshot(date, world)
  const editions = new Map<string, Verdict>()
  if (snapshot === undefined) return { differences: inJson, editions }
  const ranking = new Ranking()
  const organizations = await checkExport('organizations', snapshot, ranking, world)
  const candidates = [...documents].flatMap(([watch, document]) => candidatesOf(watch, document, world))
  const plans = candidates.map((candidate) => planOf(candidate, date, ranking, world))
  await using selection = new Selection(plans)
  const datasets = await checkExport('datasets', snapshot, selection, world)
  const followed = snapshot.organizations.most_followed
  const ranked = ranking.top(followed?.length ?? 0).map(({ id, name, followers }) => ({ id, name, followers }))
  const inFollowed =
    organizations.facts && followed
      ? compareValues(
          snapshotKey(date),
          { organizations: { most_followed: ranked } },
          { organizations: { most_followed: followed } },
        )
      : []
  const differences = [...inJson, ...organizations.differences, ...datasets.differences, ...inFollowed]
  if (organizations.facts && datasets.facts) {
    const sound: Snapshot = { ...snapshot, date, datasets: datasets.facts, organizations: organizations.facts }
    const lists = await closeLists(selection)
    for (const [index, candidate] of candidates.entries()) {
      const found = await compareEdition(lists[index]!, candidate, sound, world)
      const { name } = candidate.watch
      const verdict = verdictOf(name, date, found, isConfigured(candidate, world))
      const first = editions.get(name)
      // The watch of today comes first; as it was when the edition was made, only where that explains everything.
      if (first === undefined || (found.length === 0 && wasOther(first))) editions.set(name, verdict)
    }
  }
  return { differences, editions }
}

/** Whether the watch may have had other terms or another top: terms that are written otherwise keep the same records. */
function wasOther({ differences, date, watch }: Verdict): boolean {
  return differences.some(({ where, part }) => where === editionKey(watch!, date) || part === 'top')
}

function verdictOf(watch: string, date: string, differences: readonly Difference[], configured: boolean): Verdict {
  const note = configured ? '' : 'with the terms and the top that its document names: the watch has others now'
  return { date, watch, status: differences.length > 0 ? 'different' : 'same', note, differences }
}

function isConfigured({ watch }: Candidate, { config }: World): boolean {
  return config.watches.includes(watch)
}

/** Publishes an edition that differs anew from its snapshot. */
async function mended(verdict: Verdict, isSound: boolean, world: World): Promise<Verdict> {
  const { date, watch: name, status } = verdict
  if (status !== 'different' || name === null) return verdict
  const watch = world.config.watches.find((one) => one.name === name)
  if (watch === undefined || !isSound) {
    return { ...verdict, note: [verdict.note, 'so it cannot be repaired'].filter(Boolean).join(', ') }
  }
  const order = { date, watches: [watch] }
  // Publication compares first, which cannot be done with what is no JSON any more, and passes over who made it.
  if (verdict.differences.some(({ where }) => where === documentName(name, date))) {
    await world.documents.remove('tops', editionId(name, date))
  }
  await archive(order, world)
  await publish(order, world)
  return { ...verdict, status: 'repaired' }
}
