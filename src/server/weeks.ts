import { setImmediate as nextTurn } from 'node:timers/promises'
import { LRUCache } from 'lru-cache'
import type { Edition, RankedOrganization, TopDataset } from '../editions/edition.ts'
import { editionId } from '../editions/layout.ts'
import { readSoundEdition } from '../editions/read.ts'
import { versionOf } from '../editions/version.ts'
import type { Documents } from '../stores/documents.ts'

/** How long an edition stays cached here. The pages about the weeks need every edition, and old ones hardly change. */
const FRESH_MS = 60_000
/** How many datasets all cached editions may have together. */
const MAX_DATASETS = 200_000

/** What the pages about the weeks need of an edition. */
export interface Week {
  readonly date: string
  readonly version: string
  /** How many datasets are in the full list. */
  readonly listed: number
  readonly organizations: readonly RankedOrganization[]
  /** By ID. */
  readonly datasets: ReadonlyMap<string, TopDataset>
}

/** Returns the editions of a watch, oldest first. Damaged ones are left out, with a warning. */
export type Weeks = (watch: string) => Promise<readonly Week[]>

/** Creates the cached reader of all editions of a watch. The same weeks are the same array. */
export function createWeeks(
  documents: Documents,
  datesFor: (watch: string) => Promise<readonly string[]>,
  warn: (line: string) => void,
): Weeks {
  const cache = new LRUCache<string, Week>({
    maxSize: MAX_DATASETS,
    sizeCalculation: ({ datasets }) => datasets.size + 100,
    ttl: FRESH_MS,
    fetchMethod: async (id, before) => {
      // Reading many editions must not keep other requests waiting.
      await nextTurn()
      const [watch, date] = id.split('/') as [string, string]
      const edition = await readSoundEdition(documents, watch, date, warn)
      return edition && (before?.version === versionOf(edition) ? before : weekOf(edition))
    },
  })
  const last = new Map<string, readonly Week[]>()

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
    listed: edition.archive.records,
    organizations: edition.organizations,
    datasets: new Map(edition.datasets.map((dataset) => [dataset.dataset_id, dataset])),
  }
}
