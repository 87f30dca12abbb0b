import { setImmediate as nextTurn } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Edition, RankedOrganization, TopDataset } from '../editions/edition.ts'
import { editionId, watchAndDate } from '../editions/layout.ts'
import { readSoundEdition } from '../editions/read.ts'
import { versionOf } from '../editions/version.ts'
import type { Documents } from '../stores/documents.ts'

/** How long an edition stays cached here: the pages about the weeks read all editions, and old ones hardly change. */
const FRESH_MS = 60_000
/** How many editions stay cached: fifty watches for two years. */
const MAX_WEEKS = 5_000
/** How many watches stay cached. The name of a watch comes from the address, and need not exist. */
const MAX_WATCHES = 100

/** What the pages about the weeks need of an edition. */
export interface Week {
  readonly date: string
  readonly version: string
  readonly organizations: readonly RankedOrganization[]
  /** By ID. */
  readonly datasets: ReadonlyMap<string, TopDataset>
}

/** Returns the editions of a watch, oldest first. Damaged ones are left out, with a warning. */
export type Weeks = (watch: string) => Promise<readonly Week[]>

/** Creates the cached reader of all editions of a watch. Returns the same array while the weeks are unchanged. */
export function createWeeks(
  documents: Documents,
  datesFor: (watch: string) => Promise<readonly string[]>,
  warn: (line: string) => void,
): Weeks {
  const cache = new LRUCache<string, Week>({
    max: MAX_WEEKS,
    ttl: FRESH_MS,
    fetchMethod: async (id, before) => {
      // Reading many editions must not keep other requests waiting.
      await nextTurn()
      if (before !== undefined) {
        const stored = await documents.find<Edition>('tops', id)
        if (stored !== undefined && versionOf(stored) === before.version) return before
      }
      const [watch, date] = watchAndDate(id)
      const edition = await readSoundEdition(documents, watch, date, warn)
      return edition && weekOf(edition)
    },
  })
  const last = new LRUCache<string, readonly Week[]>({ max: MAX_WATCHES })

  return async (watch) => {
    const weeks: Week[] = []
    for (const date of [...(await datesFor(watch))].reverse()) {
      const week = await cache.fetch(editionId(watch, date))
      if (week !== undefined) weeks.push(week)
    }
    const known = last.get(watch)
    if (known?.length === weeks.length && weeks.every((week, index) => week === known[index])) return known
    last.set(watch, weeks)
    return weeks
  }
}

function weekOf(edition: Edition): Week {
  return {
    date: edition.date,
    version: versionOf(edition),
    organizations: edition.organizations,
    datasets: new Map(edition.datasets.map((dataset) => [dataset.dataset_id, dataset])),
  }
}
