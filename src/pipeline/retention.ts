import type { Context } from '../context.ts'
import { dateIn, isDate } from '../editions/date.ts'
import { EXPORT_NAMES } from '../editions/edition.ts'
import { exportKey, snapshotKey } from '../editions/layout.ts'
import type { StoredObject } from '../stores/archive.ts'
import { formatDuration } from '../text/format.ts'

const DAY_MS = 86_400_000

/** How many sound snapshots, and how many editions of each watch, always keep their snapshot for replays and comparisons. */
const LAST = 2

/** The dates that the setting `retention` does not keep, and their objects, descriptions first. */
export interface Expired {
  readonly dates: readonly string[]
  readonly objects: readonly StoredObject[]
}

/** Formats the setting `retention` as it is written: `26w`, `10d`. */
export function formatRetention(ms: number): string {
  const days = ms / DAY_MS
  if (!Number.isInteger(days)) return formatDuration(ms)
  return days % 7 === 0 ? `${days / 7}w` : `${days}d`
}

/** Returns the date before which the setting `retention` lets snapshots expire; undefined if it keeps all. */
export function retentionLimit({ config, clock }: Context): string | undefined {
  if (!Number.isFinite(config.retention)) return undefined
  return dateIn(config.time_zone, new Date(clock().getTime() - config.retention))
}

/**
 * Finds the snapshots and refused exports that the setting `retention` does not keep.
 *
 * @param isSound whether the snapshot of a date can be read; unreadable ones do not count among the last
 */
export async function findExpired(context: Context, isSound: (date: string) => Promise<boolean>): Promise<Expired> {
  const { archive, documents } = context
  const limit = retentionLimit(context)
  if (limit === undefined) return { dates: [], objects: [] }
  const stored = new Map<string, StoredObject[]>()
  for (const folder of ['snapshots/', 'refused/']) {
    for await (const object of archive.list(folder)) {
      const [, date = ''] = /^\w+\/([^/]+)\//.exec(object.key) ?? []
      if (isDate(date)) stored.set(date, [...(stored.get(date) ?? []), object])
    }
  }
  const hasSnapshot = (date: string) => stored.get(date)!.some(({ key }) => key === snapshotKey(date))
  const snapshots = [...stored.keys()].filter(hasSnapshot)
  const kept = new Set([...(await lastSound(snapshots, isSound)), ...lastEditions(await documents.ids('tops'))])
  const dates = [...stored.keys()].filter((date) => date < limit && !kept.has(date)).sort()
  return { dates, objects: dates.flatMap((date) => descriptionFirst(stored.get(date)!)) }
}

/** Lists the keys of the snapshot of a date, its description first. */
export async function snapshotKeys(date: string, { archive }: Pick<Context, 'archive'>): Promise<string[]> {
  const keys = [snapshotKey(date), ...EXPORT_NAMES.map((name) => exportKey(name, date))]
  const stored = new Set<string>()
  for await (const { key } of archive.list(`snapshots/${date}/`)) stored.add(key)
  return keys.filter((key) => stored.has(key))
}

/** Puts snapshot.json first: a reader that finds it expects its exports. */
function descriptionFirst(objects: readonly StoredObject[]): StoredObject[] {
  const isDescription = ({ key }: StoredObject) => key.endsWith('.json')
  return [...objects.filter(isDescription), ...objects.filter((object) => !isDescription(object))]
}

/** Returns the last dates, going back to the second sound snapshot. */
async function lastSound(dates: readonly string[], isSound: (date: string) => Promise<boolean>): Promise<string[]> {
  const last: string[] = []
  let sound = 0
  for (const date of [...dates].sort().reverse()) {
    if (sound === LAST) break
    last.push(date)
    if (await isSound(date)) sound++
  }
  return last
}

/** Returns the dates of the last editions of each watch, from ids `WATCH/DATE`. */
function lastEditions(ids: readonly string[]): string[] {
  const dates = new Map<string, string[]>()
  for (const id of ids) {
    const [watch = '', date = ''] = id.split('/')
    if (isDate(date)) dates.set(watch, [...(dates.get(watch) ?? []), date].sort().slice(-LAST))
  }
  return [...dates.values()].flat()
}
