import { LRUCache } from 'lru-cache'
import { type Watch, watchNamed } from '../config/watch.ts'
import type { World } from '../context.ts'
import type { Changes } from '../editions/changes.ts'
import { csvOf } from '../editions/csv.ts'
import type { Edition, RankedOrganization } from '../editions/edition.ts'
import { datesOf, missingEdition, needBefore, noneBefore } from '../editions/find.ts'
import { editionId } from '../editions/layout.ts'
import { readEdition, readSoundEdition } from '../editions/read.ts'
import { DamagedDocument, Missing, quoted } from '../errors.ts'
import type { Explanation } from '../explain/explanation.ts'
import { warnOnce } from '../terminal/report.ts'
import { type Body, bodyOf } from './body.ts'
import { createInsights } from './insights.ts'

/** How long what was read counts as fresh: so soon an edition shows after it was published, or published anew. */
const FRESH_MS = 1_000
/** The same for the history of organisations, for which every edition is read. */
const HISTORY_FRESH_MS = 60_000
/** Editions are held in memory up to this size. An edition takes about so many times that of its JSON: parsed, compressed… */
const HELD_BYTES = 64 * 2 ** 20
const WEIGHT = 4

/** An edition as it is served. */
interface Held {
  readonly edition: Edition
  readonly json: Body
  readonly csv: Body
}

/** An organisation in the edition of a date; undefined when it was not among the most followed. */
interface HistoryWeek {
  readonly date: string
  readonly organization: RankedOrganization | undefined
}

/** An edition and what changed since the one before; undefined for the first one. */
export interface RecentEdition {
  readonly edition: Edition
  readonly changes: Changes | undefined
}

/**
 * What page, API and feeds read: the editions, held in memory, and what can be said of them. Whatever is asked a thousand
 * times at once is read once.
 */
export interface Editions {
  /** Latest first. */
  dates(watch: string): Promise<readonly string[]>
  /** @throws Missing */
  find(watch: string, date?: string): Promise<Held>
  /** The last sound edition before another one; undefined for the first. */
  before(edition: Edition): Promise<Edition | undefined>
  /** Between the edition of `to` (default: the latest) and that of `from` (default: the one before). @throws Missing */
  changes(watch: string, from?: string, to?: string): Promise<Changes>
  /** The last editions, latest first, each with what changed; only for the latest one is the archive looked into. */
  recent(watch: string, most: number): Promise<readonly RecentEdition[]>
  /** @throws Missing, Failure `usage`, Problem when too many are asked at once */
  explain(watch: string, date: string | undefined, asked: string): Promise<Explanation>
  /** An organisation over all editions, latest first. @throws Missing when it is in none of them */
  history(watch: string, organization: string): Promise<readonly HistoryWeek[]>
  /** @throws Missing */
  watch(name: string): Watch
}

/** The editions as the server reads them: what is asked for often is kept for moments. */
export function createEditions(world: World): Editions {
  const { config, documents } = world
  const warn = warnOnce(world.report.warn)
  const dates = new LRUCache<string, readonly string[]>({
    max: 1_000,
    ttl: FRESH_MS,
    allowStaleOnFetchRejection: true,
    fetchMethod: (watch) => datesOf(documents, watch),
  })
  const held = new LRUCache<string, Held>({
    maxSize: HELD_BYTES,
    sizeCalculation: ({ json }) => WEIGHT * json.plain.length,
    ttl: FRESH_MS,
    allowStaleOnFetchRejection: true,
    ignoreFetchAbort: true,
    fetchMethod: async (id, before) => {
      const edition = await readEdition(documents, ...nameAndDate(id))
      if (edition === undefined) return undefined
      return isSame(edition, before?.edition) ? before : hold(edition)
    },
  })
  const ranked = new LRUCache<string, readonly RankedOrganization[]>({
    max: 5_000,
    ttl: HISTORY_FRESH_MS,
    fetchMethod: async (id) => (await readSoundEdition(documents, ...nameAndDate(id), warn))?.organizations,
  })
  const insights = createInsights(world)

  const datesFor = async (watch: string) => (await dates.fetch(watch)) ?? []

  async function find(watch: string, date?: string): Promise<Held> {
    const at = date ?? (await datesFor(watch))[0]
    const found = at === undefined ? undefined : await held.fetch(editionId(watch, at))
    if (found !== undefined) return found
    if (at === undefined) watchNamed(watch, config)
    // The cache hides why a read failed.
    else await readEdition(documents, watch, at)
    throw await missingEdition(documents, watch, date)
  }

  /** Returns undefined, with a warning, for an edition that is damaged. */
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
    const all: RecentEdition[] = []
    let later: Edition | undefined
    for (const date of await datesFor(watch)) {
      if (all.length === most) return all
      const edition = await findSound(watch, date)
      if (edition === undefined) continue
      if (later !== undefined) {
        const changes = all.length === 0 ? insights.changes(edition, later) : insights.changesSoFar(edition, later)
        all.push({ edition: later, changes: await changes })
      }
      later = edition
    }
    return later === undefined || all.length === most ? all : [...all, { edition: later, changes: undefined }]
  }

  return {
    dates: datesFor,
    find,
    before,
    watch: (name) => watchNamed(name, config),
    recent,
    changes: async (watch, from, to) => {
      const later = (await find(watch, to)).edition
      const earlier = from === undefined ? await before(later) : (await find(watch, needBefore(from, later))).edition
      if (earlier === undefined) throw noneBefore(later)
      return insights.changes(earlier, later)
    },
    explain: async (name, date, asked) =>
      insights.explain(asked, (await find(name, date)).edition, watchNamed(name, config)),
    history: async (watch, organization) => {
      const weeks: HistoryWeek[] = []
      for (const date of await datesFor(watch)) {
        const organizations = (await ranked.fetch(editionId(watch, date))) ?? []
        weeks.push({ date, organization: organizations.find(({ id }) => id === organization) })
      }
      if (weeks.some((week) => week.organization !== undefined)) return weeks
      throw new Missing(`no edition of ${watch} has an organisation ${quoted(organization)} among the most followed`)
    },
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

function hold(edition: Edition): Held {
  return {
    edition,
    json: bodyOf(JSON.stringify(edition), 'application/json'),
    csv: bodyOf(csvOf(edition.datasets), 'text/csv; charset=utf-8; header=present'),
  }
}
