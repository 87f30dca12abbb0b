import type { World } from '../context.ts'
import { dateIn } from './date.ts'
import { snapshotKey } from './layout.ts'

/** Of so many last snapshots, and of so many last editions of each watch, the snapshots stay: replays and comparisons need them. */
const LAST = 2

/** What is no longer kept: every key of the dates, the descriptions first. */
export interface Expired {
  readonly dates: readonly string[]
  readonly keys: readonly string[]
}

/** The snapshots, and exports kept aside for a look, that the setting `retention` does not keep. */
export async function expired({ archive, documents, config, clock }: World): Promise<Expired> {
  if (!Number.isFinite(config.retention)) return { dates: [], keys: [] }
  const limit = dateIn(config.time_zone, new Date(clock().getTime() - config.retention))
  const stored = new Map<string, string[]>()
  for (const folder of ['snapshots/', 'refused/']) {
    for await (const { key } of archive.list(folder)) {
      const [, date] = /^\w+\/(\d{4}-\d{2}-\d{2})\//.exec(key) ?? []
      if (date !== undefined) stored.set(date, [...(stored.get(date) ?? []), key])
    }
  }
  const snapshots = [...stored].filter(([date, keys]) => keys.includes(snapshotKey(date))).map(([date]) => date)
  const kept = new Set([...snapshots.sort().slice(-LAST), ...lastEditions(await documents.ids('tops'))])
  const dates = [...stored.keys()].filter((date) => date < limit && !kept.has(date)).sort()
  return { dates, keys: dates.flatMap((date) => descriptionFirst(stored.get(date)!)) }
}

function descriptionFirst(keys: readonly string[]): string[] {
  const isDescription = (key: string) => key.endsWith('.json')
  return [...keys.filter(isDescription), ...keys.filter((key) => !isDescription(key))]
}

/** The dates of the last editions of each watch, from ids `WATCH/DATE`. */
function lastEditions(ids: readonly string[]): string[] {
  const dates = new Map<string, string[]>()
  for (const id of ids) {
    const [watch = '', date = ''] = id.split('/')
    dates.set(watch, [...(dates.get(watch) ?? []), date].sort().slice(-LAST))
  }
  return [...dates.values()].flat()
}

/** Removes what is no longer kept. Whoever finds a snapshot.json finds its exports, so that goes first. */
export async function prune(world: World): Promise<Expired> {
  const found = await expired(world)
  for (const key of found.keys) await world.archive.remove(key)
  return found
}
