import { LRUCache } from 'lru-cache'
import { findWatch, type Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import type { Changes } from '../editions/changes.ts'
import { csvOf } from '../editions/csv.ts'
import type { Edition, RankedOrganization } from '../editions/edition.ts'
import { datesOf, missingEdition, noEarlierEdition, requireEarlierDate } from '../editions/find.ts'
import { editionId } from '../editions/layout.ts'
import { readEdition, readSoundEdition } from '../editions/read.ts'
import { DamagedDocument, NotFound, quoted } from '../errors.ts'
import type { Explanation } from '../explain/explanation.ts'
import type { Documents } from '../stores/documents.ts'
import { warnOnce } from '../terminal/report.ts'
import { type Body, createBody } from './body.ts'
import { createExplainer, type Explainer } from './explainer.ts'

/** How long a read stays cached, and so the longest it takes for a new or republished edition to appear. */
const FRESH_MS = 1_000
/** The same for an organization's history, which needs every edition. */
const HISTORY_FRESH_MS = 60_000
/** Memory for cached editions. */
const CACHE_BYTES = 64 * 2 ** 20
/** How much memory a cached edition takes, in multiples of its JSON: parsed, as JSON, as CSV, compressed. */
const BYTES_PER_JSON_BYTE = 4

/** An edition with its response bodies. */
interface CachedEdition {
  readonly edition: Edition
  readonly json: Body
  readonly csv: Body
}

/** An organization in the edition of one date; undefined if it was not ranked. */
export interface HistoryWeek {
  readonly date: string
  readonly organization: RankedOrganization | undefined
}

/** An edition and its changes since the one before; undefined for the first edition. */
export interface RecentEdition {
  readonly edition: Edition
  readonly changes: Changes | undefined
}

/** The editions as pages, API and feeds read them: cached, so that simultaneous requests cause one read. */
export interface Editions {
  /** Returns the dates of a watch's editions, latest first. */
  dates(watch: string): Promise<readonly string[]>
  /** Returns the edition of a date; by default the latest. @throws NotFound */
  find(watch: string, date?: string): Promise<CachedEdition>
  /** Returns the last sound edition before another one, if there is one. */
  before(edition: Edition): Promise<Edition | undefined>
  /** Compares the edition of `to` (default: the latest) with that of `from` (default: the one before). @throws NotFound */
  changes(watch: string, from?: string, to?: string): Promise<Changes>
  /** Returns the latest editions with their changes, latest first. Only the latest edition's reasons are looked up in the archive. */
  recent(watch: string, most: number): Promise<readonly RecentEdition[]>
  /**
   * Explains why a dataset is in an edition or not.
   *
   * @param reference the ID, the slug or the page address of the dataset
   * @throws NotFound, Failure `usage`, Problem 503 when too many requests are waiting
   */
  explain(watch: string, date: string | undefined, reference: string): Promise<Explanation>
  /** Returns an organization's place in every edition, latest first. @throws NotFound if no edition ranks it */
  history(watch: string, organization: string): Promise<readonly HistoryWeek[]>
  /** Returns a watch of the configuration. @throws NotFound */
  watch(name: string): Watch
}

/** Creates the cached view of a context's editions. */
export function createEditions(context: Context): Editions {
  const { config, documents } = context
  const warn = warnOnce(context.report.warn)
  const dates = new LRUCache<string, readonly string[]>({
    max: 1_000,
    ttl: FRESH_MS,
    allowStaleOnFetchRejection: true,
    fetchMethod: (watch) => datesOf(documents, watch),
  })
  const cache = createEditionCache(documents)
  const explainer = createExplainer(context)

  const datesFor = async (watch: string) => (await dates.fetch(watch)) ?? []

  async function find(watch: string, date?: string): Promise<CachedEdition> {
    const actual = date ?? (await datesFor(watch))[0]
    const found = actual === undefined ? undefined : await cache.fetch(editionId(watch, actual))
    if (found !== undefined) return found
    // Reports an unknown watch before a missing edition.
    if (actual === undefined) findWatch(watch, config)
    // The cache hides why a read failed.
    else await readEdition(documents, watch, actual)
    throw await missingEdition(documents, watch, date)
  }

  const { before, recent } = createNeighbors(datesFor, find, explainer, warn)

  return {
    dates: datesFor,
    find,
    before,
    watch: (name) => findWatch(name, config),
    recent,
    changes: async (watch, from, to) => {
      const later = (await find(watch, to)).edition
      const earlier =
        from === undefined ? await before(later) : (await find(watch, requireEarlierDate(from, later))).edition
      if (earlier === undefined) throw noEarlierEdition(later)
      return explainer.changes(earlier, later)
    },
    explain: async (name, date, reference) =>
      explainer.explain(reference, (await find(name, date)).edition, findWatch(name, config)),
    history: createHistory(documents, warn, datesFor),
  }
}

/** Creates the functions that pass over damaged editions, with a warning. */
function createNeighbors(
  datesFor: Editions['dates'],
  find: Editions['find'],
  explainer: Explainer,
  warn: (line: string) => void,
): Pick<Editions, 'before' | 'recent'> {
  async function findSound(watch: string, date: string): Promise<Edition | undefined> {
    try {
      return (await find(watch, date)).edition
    } catch (error) {
      if (!(error instanceof DamagedDocument)) throw error
      warn(error.message)
      return undefined
    }
  }

  async function before(later: Edition): Promise<Edition | undefined> {
    for (const date of await datesFor(later.watch)) {
      const edition = date < later.date ? await findSound(later.watch, date) : undefined
      if (edition !== undefined) return edition
    }
    return undefined
  }

  async function recent(watch: string, most: number): Promise<readonly RecentEdition[]> {
    const found: RecentEdition[] = []
    let later: Edition | undefined
    for (const date of await datesFor(watch)) {
      if (found.length === most) return found
      const edition = await findSound(watch, date)
      if (edition === undefined) continue
      if (later !== undefined) {
        const changes = found.length === 0 ? explainer.changes(edition, later) : explainer.cachedChanges(edition, later)
        found.push({ edition: later, changes: await changes })
      }
      later = edition
    }
    return later === undefined || found.length === most ? found : [...found, { edition: later, changes: undefined }]
  }

  return { before, recent }
}

function createEditionCache(documents: Documents) {
  return new LRUCache<string, CachedEdition>({
    maxSize: CACHE_BYTES,
    sizeCalculation: ({ json }) => BYTES_PER_JSON_BYTE * json.plain.length,
    ttl: FRESH_MS,
    allowStaleOnFetchRejection: true,
    ignoreFetchAbort: true,
    fetchMethod: async (id, before) => {
      const edition = await readEdition(documents, ...nameAndDate(id))
      if (edition === undefined) return undefined
      return isSame(edition, before?.edition) ? before : toCached(edition)
    },
  })
}

function createHistory(
  documents: Documents,
  warn: (line: string) => void,
  datesFor: Editions['dates'],
): Editions['history'] {
  const rankings = new LRUCache<string, readonly RankedOrganization[]>({
    max: 5_000,
    ttl: HISTORY_FRESH_MS,
    fetchMethod: async (id) => (await readSoundEdition(documents, ...nameAndDate(id), warn))?.organizations,
  })
  return async (watch, organization) => {
    const weeks: HistoryWeek[] = []
    for (const date of await datesFor(watch)) {
      const ranking = (await rankings.fetch(editionId(watch, date))) ?? []
      weeks.push({ date, organization: ranking.find(({ id }) => id === organization) })
    }
    if (weeks.some((week) => week.organization !== undefined)) return weeks
    const remedy = `See /api/editions/${watch}/latest for those that are ranked.`
    throw new NotFound(`cannot find organization ${quoted(organization)}: no edition of ${watch} ranks it. ${remedy}`)
  }
}

/** The parts of an id, `WATCH/DATE`. */
function nameAndDate(id: string): [watch: string, date: string] {
  const slash = id.lastIndexOf('/')
  return [id.slice(0, slash), id.slice(slash + 1)]
}

function isSame(edition: Edition, before: Edition | undefined): boolean {
  return edition.run_id === before?.run_id && edition.generated_at === before.generated_at
}

function toCached(edition: Edition): CachedEdition {
  return {
    edition,
    json: createBody(JSON.stringify(edition), 'application/json'),
    csv: createBody(csvOf(edition.datasets), 'text/csv; charset=utf-8; header=present'),
  }
}
