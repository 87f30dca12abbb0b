import { findWatch, type Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import type { Changes } from '../editions/changes.ts'
import type { Edition } from '../editions/edition.ts'
import { noEarlierEdition, requireEarlierDate } from '../editions/find.ts'
import { DamagedDocument } from '../errors.ts'
import type { Explanation } from '../explain/explanation.ts'
import { type NamedOrganization, organizationIdOf } from '../explain/organizations.ts'
import type { NamedDatasets } from '../explain/resolve.ts'
import { warnOnce } from '../terminal/report.ts'
import { type CachedEditions, createCachedEditions } from './cachedEditions.ts'
import { createExplainer, type Explainer } from './explainer.ts'
import { createLists, type Lists } from './lists.ts'
import { createWeeks, type Weeks } from './weeks.ts'

/** An edition and its changes since the one before. The first edition has no changes. */
export interface RecentEdition {
  readonly edition: Edition
  readonly changes: Changes | undefined
}

/** Cached access to editions for pages, API and feeds. Simultaneous requests share one read. */
export interface Editions extends CachedEditions {
  /** Returns the last sound edition before this one; undefined if there is none. */
  before(edition: Edition): Promise<Edition | undefined>
  /** Returns the edition of `since`; by default, the last sound one before `edition`. @throws NotFound */
  earlier(edition: Edition, since: string | undefined): Promise<Edition | undefined>
  /** Compares the edition of `to` (default: the latest) with that of `from` (default: the one before). @throws NotFound */
  changes(watch: string, from?: string, to?: string): Promise<Changes>
  /** Compares two editions without waiting for the archive. Unknown reasons are null and are looked up in the background. */
  knownChanges(from: Edition, to: Edition): Changes
  /** Whether the reasons of known changes are still being looked up. */
  lacksReasons(changes: Changes): boolean
  /** Returns the latest editions with their changes, latest first. Only the latest edition's reasons are looked up in the archive. */
  recent(watch: string, most: number): Promise<readonly RecentEdition[]>
  /**
   * Explains why a dataset is, or is not, in an edition.
   *
   * @param reference the ID, the slug or the page address of the dataset, its title, or a part of its title
   * @throws NotFound, Failure `usage`, Problem 503 when too many requests are waiting
   */
  explain(watch: string, date: string | undefined, reference: string): Promise<Explanation>
  /** Finds the datasets that a text names in the catalogue of an edition. @throws Failure `usage`, Problem 503 like `explain` */
  named(edition: Edition, text: string): Promise<NamedDatasets>
  /** Reads what explanations of an edition's datasets need, in the background, so that the first one does not wait for it. */
  prepare(edition: Edition): void
  /**
   * Returns the ID of the organization that a text names: one of these, or one with this ID in another week of the watch.
   *
   * @param wanted its ID, its name or a part of its name; empty for all organizations
   * @throws UnknownOrganization if it names none, or several
   */
  organizationId(watch: string, organizations: readonly NamedOrganization[], wanted: string): Promise<string>
  /** Returns the full list of an edition. @throws NotFound */
  readonly list: Lists
  /** Returns all sound editions of a watch, oldest first, reduced to what the pages about the weeks need. */
  readonly weeks: Weeks
  /** Returns a watch of the configuration. @throws NotFound */
  watch(name: string): Watch
}

/** Creates the cached view of a context's editions. */
export function createEditions(context: Context): Editions {
  const { config, documents } = context
  const warn = warnOnce(context.report.warn)
  const cached = createCachedEditions(context)
  const { dates, find } = cached
  const explainer = createExplainer(context)
  const weeks = createWeeks(documents, dates, warn)
  const { before, recent } = createNeighbors(cached, explainer, warn)
  const earlier = async (edition: Edition, since: string | undefined) =>
    since === undefined ? before(edition) : (await find(edition.watch, requireEarlierDate(since, edition))).edition

  return {
    dates,
    find,
    before,
    watch: (name) => findWatch(name, config),
    recent,
    earlier,
    changes: async (watch, from, to) => {
      const later = (await find(watch, to)).edition
      const compared = await earlier(later, from)
      if (compared === undefined) throw noEarlierEdition(later)
      return explainer.changes(compared, later)
    },
    knownChanges: explainer.knownChanges,
    lacksReasons: explainer.lacksReasons,
    list: createLists(context),
    weeks,
    prepare: (edition) => {
      const { dataset_id } = edition.datasets[0] ?? {}
      const watch = config.watches.find(({ name }) => name === edition.watch)
      if (dataset_id === undefined || watch === undefined) return
      // A failure is logged when a request meets it.
      explainer.explain(dataset_id, edition, watch).catch(() => {})
    },
    organizationId: async (watch, organizations, wanted) => {
      if (wanted === '') return wanted
      try {
        return organizationIdOf(organizations, wanted)
      } catch (error) {
        const ranked = (await weeks(watch)).flatMap((week) => week.organizations)
        if (ranked.some(({ id }) => id === wanted)) return wanted
        throw error
      }
    },
    named: (edition, text) => explainer.named(text, edition),
    explain: async (name, date, reference) =>
      explainer.explain(reference, (await find(name, date)).edition, findWatch(name, config)),
  }
}

/** Creates the functions that skip damaged editions with a warning. */
function createNeighbors(
  { dates, find }: CachedEditions,
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
    for (const date of await dates(later.watch)) {
      const edition = date < later.date ? await findSound(later.watch, date) : undefined
      if (edition !== undefined) return edition
    }
    return undefined
  }

  async function recent(watch: string, most: number): Promise<readonly RecentEdition[]> {
    const found: RecentEdition[] = []
    let later: Edition | undefined
    for (const date of await dates(watch)) {
      if (found.length === most) return found
      const edition = await findSound(watch, date)
      if (edition === undefined) continue
      if (later !== undefined) {
        const changes = found.length === 0 ? explainer.changes(edition, later) : explainer.knownChanges(edition, later)
        found.push({ edition: later, changes: await changes })
      }
      later = edition
    }
    return later === undefined || found.length === most ? found : [...found, { edition: later, changes: undefined }]
  }

  return { before, recent }
}
