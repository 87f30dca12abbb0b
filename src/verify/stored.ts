import type { Context } from '../context.ts'
import { descriptionKey, editionId, editionKey, exportKey, snapshotKey } from '../editions/layout.ts'

/** What the stores contain for a date. */
export type Stored = Awaited<ReturnType<typeof storedDates>>[number]

/** Lists, in ascending order, every date for which the stores contain anything. */
export async function storedDates({ archive, documents }: Context) {
  const dates = new Map<string, { snapshot: boolean; watches: Set<string>; unexpectedKeys: string[] }>()
  const contentsOf = (date: string) => {
    const contents = dates.get(date) ?? { snapshot: false, watches: new Set<string>(), unexpectedKeys: [] }
    dates.set(date, contents)
    return contents
  }
  for await (const { key } of archive.list('')) {
    const [, inSnapshots, date, name = ''] = /^(snapshots\/)?(\d{4}-\d{2}-\d{2})\/(.*)$/.exec(key) ?? []
    if (date === undefined) continue
    const [watch] = name.split('.csv')
    const belongs = inSnapshots
      ? [snapshotKey(date), exportKey('datasets', date), exportKey('organizations', date)].includes(key)
      : [editionKey(watch!, date), descriptionKey(watch!, date)].includes(key) && /^[a-z0-9-]+$/.test(watch!)
    if (!belongs) contentsOf(date).unexpectedKeys.push(key)
    else if (inSnapshots) contentsOf(date).snapshot = true
    else contentsOf(date).watches.add(watch!)
  }
  for (const id of await documents.ids('tops')) {
    const [, watch, date] = /^(.*)\/(\d{4}-\d{2}-\d{2})$/.exec(id) ?? []
    if (date !== undefined && id === editionId(watch!, date)) contentsOf(date).watches.add(watch!)
  }
  return [...dates]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([date, { snapshot, watches, unexpectedKeys }]) => ({
      date,
      snapshot,
      /** Watches that have a CSV, a document, or both. */
      watches: [...watches].sort(),
      /** Keys that this program never writes. */
      unexpectedKeys,
    }))
}
