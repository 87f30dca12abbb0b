import type { World } from '../context.ts'
import { dateIn } from '../editions/date.ts'
import type { ExportFacts, ExportName, Snapshot } from '../editions/edition.ts'
import { snapshotKey } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import { openSource } from '../portal/open.ts'
import type { Run } from '../runs/run.ts'
import type { Order } from './order.ts'
import { PROJECTED_COLUMNS } from './project.ts'
import type { Reader } from './read.ts'
import type { Left, SnapshotFacts } from './result.ts'
import { draftSnapshot, loadSnapshot, replayExport, storeSnapshot } from './snapshot.ts'
import { type Taken, takeExport } from './take.ts'

/** The two exports of a date, wherever they come from. What was not kept is gone when they are disposed of. */
export interface Exports extends AsyncDisposable {
  /** Reads one of them from start to end. */
  read(name: ExportName, reader: Reader): Promise<{ readonly facts: ExportFacts }>
  /** Once both were read: the snapshot that they are. */
  draft(): Promise<{ readonly snapshot: Snapshot; readonly changed: boolean }>
  /** Makes them the date's snapshot, unless the stored one holds the same. */
  keep(): Promise<Left<SnapshotFacts>>
}

/**
 * Decides where the exports of a date come from: the sources given; for a past date its snapshot; otherwise the portal,
 * which keeps no older export than the current one.
 */
export async function openExports(order: Order, run: Pick<Run, 'warn'>, world: World): Promise<Exports> {
  const { date, sources, refetch } = order
  const given = sources.datasets !== undefined || sources.organizations !== undefined
  if (!given && !refetch && date < dateIn(world.config.time_zone, world.clock())) {
    const snapshot = await loadSnapshot(date, world)
    if (snapshot !== undefined) return replay(snapshot, world)
    run.warn(`there is no snapshot of ${date}; the portal's current export is taken in its place`)
  }
  return fetchAnew(order, world)
}

/** The exports of a stored snapshot. */
export function replay(snapshot: Snapshot, world: World): Exports {
  return {
    read: async (name, reader) => {
      await replayExport(name, snapshot, reader, world)
      return { facts: snapshot[name] }
    },
    draft: async () => ({ snapshot, changed: false }),
    keep: async () => ({ changed: false, facts: factsOf(snapshot) }),
    [Symbol.asyncDispose]: async () => {},
  }
}

function fetchAnew({ date, sources }: Order, world: World): Exports {
  const taken: Partial<Record<ExportName, Taken>> = {}
  let draft: { readonly snapshot: Snapshot; readonly changed: boolean }
  return {
    read: async (name, reader) => {
      const location = sources[name]
      if (location === undefined) {
        const missing = `no ${name} export was named`
        throw new Failure('usage', `${missing}; give both --datasets and --organizations (a path or an address)`)
      }
      const one = await takeExport(name, date, await openSource(location, world), reader, world)
      taken[name] = one
      return one
    },
    draft: async () => {
      draft = await draftSnapshot(date, taken.datasets!.facts, taken.organizations!.facts, world)
      return draft
    },
    keep: async () => {
      if (draft.changed) await storeSnapshot(draft.snapshot, Object.values(taken), world)
      return { changed: draft.changed, facts: factsOf(draft.snapshot) }
    },
    [Symbol.asyncDispose]: async () => {
      for (const one of Object.values(taken)) await one.drop()
    },
  }
}

/** Checks that an export has the columns that its watches need, and reads none of them. */
export function columnsOnly({ watches }: Order): Reader {
  const columns = new Set([...watches.flatMap((watch) => watch.columns), ...PROJECTED_COLUMNS])
  return { columns: [...columns], take: () => {} }
}

function factsOf({ date, datasets, organizations }: Snapshot): SnapshotFacts {
  const short = ({ records, bytes, sha256 }: ExportFacts) => ({ records, bytes, sha256 })
  return { snapshot: { key: snapshotKey(date), datasets: short(datasets), organizations: short(organizations) } }
}
