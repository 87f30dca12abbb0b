import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { EXPORT_NAMES, type Snapshot } from '../editions/edition.ts'
import { searchChanges } from '../explore/changes.ts'
import { editionOf } from '../explore/edition.ts'
import { type ExportOptions, type IndexedSnapshot, indexSnapshot } from '../explore/indexedSnapshot.ts'
import { search } from '../explore/search.ts'
import { meterChunks } from '../pipeline/meterChunks.ts'
import { readOptions } from '../pipeline/read.ts'
import { requireSnapshot, snapshotsBefore } from '../pipeline/snapshot.ts'
import { changesNews, figuresOf, type SearchNews } from './news.ts'

/**
 * Searches the snapshot of a date, and compares with the last sound snapshot before it. Each is read once for all searches.
 * Never throws: if a search fails, its news has the reason.
 */
export async function searchesNews(
  date: string,
  searches: readonly Watch[],
  context: Context,
): Promise<ReadonlyMap<Watch, SearchNews>> {
  const now = await attempt(async () => index(await requireSnapshot(date, context), context), context)
  const before = 'value' in now ? await attempt(() => indexBefore(date, context), context) : now
  const news = new Map<Watch, SearchNews>()
  for (const watch of searches) news.set(watch, await newsOf(watch, now, before, context))
  return news
}

type Attempt<T> = { readonly value: T } | { readonly problem: string }

async function newsOf(
  watch: Watch,
  now: Attempt<IndexedSnapshot>,
  before: Attempt<IndexedSnapshot | undefined>,
  context: Context,
): Promise<SearchNews> {
  const { terms, columns, match, top } = watch
  const query = { terms, columns, match, top }
  if ('problem' in now) return { ...query, found: null, changes: null, problem: now.problem }
  const to = await attempt(() => search(now.value, watch), context)
  if ('problem' in to) return { ...query, found: null, changes: null, problem: to.problem }
  const found = figuresOf(editionOf(to.value))
  if ('problem' in before) return { ...query, found, changes: null, problem: before.problem }
  const earlier = before.value
  if (earlier === undefined) return { ...query, found, changes: null, problem: null }
  const compare = async () => changesNews(searchChanges(await search(earlier, watch), to.value), context.config)
  const changes = await attempt(compare, context)
  if ('problem' in changes) return { ...query, found, changes: null, problem: changes.problem }
  return { ...query, found, changes: changes.value, problem: null }
}

/** Runs `body`. Turns an error into a warning and a problem. */
async function attempt<T>(body: () => Promise<T>, { report }: Context): Promise<Attempt<T>> {
  try {
    return { value: await body() }
  } catch (error) {
    const problem = (error as Error).message
    report.warn(`notifications: ${problem}`)
    return { problem }
  }
}

async function indexBefore(date: string, context: Context): Promise<IndexedSnapshot | undefined> {
  for await (const snapshot of snapshotsBefore(date, context)) return index(snapshot, context)
  return undefined
}

function index(snapshot: Snapshot, { archive, config, signal }: Context): Promise<IndexedSnapshot> {
  const options = EXPORT_NAMES.map((name) => [name, readOptions(name, config, snapshot[name].columns)])
  const open = (name: (typeof EXPORT_NAMES)[number]) => meterChunks(archive.read(snapshot[name].key), () => {}, signal)
  return indexSnapshot(snapshot, open, Object.fromEntries(options) as ExportOptions)
}
