import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import type { ExportName, Snapshot } from '../editions/edition.ts'
import { searchChanges } from '../explore/changes.ts'
import { editionOf } from '../explore/edition.ts'
import { type IndexedSnapshot, indexSnapshot } from '../explore/indexedSnapshot.ts'
import { search } from '../explore/search.ts'
import { meterChunks } from '../pipeline/meterChunks.ts'
import { snapshotReadOptions } from '../pipeline/read.ts'
import { requireSnapshot, snapshotsBefore } from '../pipeline/snapshot.ts'
import { warnOnce } from '../terminal/report.ts'
import { changesNews, type FiguresNews, figuresOf, type SearchNews } from './news.ts'

/**
 * Searches the snapshot of a date, and compares with the last sound snapshot before it. Each is read once for all searches.
 * Never throws: if a search fails, its news has the reason.
 */
export async function searchesNews(
  date: string,
  searches: readonly Watch[],
  context: Context,
): Promise<ReadonlyMap<Watch, SearchNews>> {
  const now = requireSnapshot(date, context).then((snapshot) => index(snapshot, context))
  const before = now.then(() => indexBefore(date, context))
  // The error is thrown where the promise is awaited; until then it must not end the process.
  before.catch(() => {})
  const warn = warnOnce(context.report.warn)
  const newsOf = async (watch: Watch): Promise<SearchNews> => {
    const { terms, columns, match, top } = watch
    const query = { terms, columns, match, top }
    let found: FiguresNews | null = null
    try {
      const to = await search(await now, watch)
      found = figuresOf(editionOf(to))
      const earlier = await before
      const from = earlier && (await search(earlier, watch))
      const changes = from ? changesNews(searchChanges(from, to), context.config) : null
      return { ...query, found, changes, problem: null }
    } catch (error) {
      const problem = (error as Error).message
      warn(`notifications: ${problem}`)
      return { ...query, found, changes: null, problem }
    }
  }
  const news = new Map<Watch, SearchNews>()
  for (const watch of searches) news.set(watch, await newsOf(watch))
  return news
}

async function indexBefore(date: string, context: Context): Promise<IndexedSnapshot | undefined> {
  for await (const snapshot of snapshotsBefore(date, context)) return index(snapshot, context)
  return undefined
}

function index(snapshot: Snapshot, { archive, config, signal }: Context): Promise<IndexedSnapshot> {
  const open = (name: ExportName) => meterChunks(archive.read(snapshot[name].key), () => {}, signal)
  return indexSnapshot(snapshot, open, snapshotReadOptions(snapshot, config))
}
