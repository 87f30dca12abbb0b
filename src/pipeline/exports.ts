import type { World } from '../context.ts'
import { dateIn } from '../editions/date.ts'
import type { ExportFacts, ExportName, Snapshot } from '../editions/edition.ts'
import { refusedKey, snapshotKey } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import { Replaced } from '../portal/download.ts'
import { isAddress, type Opened, openSource } from '../portal/open.ts'
import { openPortal, type Portal } from '../portal/portal.ts'
import type { Run } from '../runs/run.ts'
import type { PendingObject } from '../stores/archive.ts'
import { doubts } from './gate.ts'
import type { Order } from './order.ts'
import { PROJECTED_COLUMNS } from './project.ts'
import type { Ranking } from './rank.ts'
import type { Reader } from './read.ts'
import type { Left, SnapshotFacts } from './result.ts'
import {
  columnsOf,
  describeSnapshot,
  draftSnapshot,
  loadSnapshot,
  loadSnapshotBefore,
  needSnapshot,
  readStored,
  replayExport,
  storeSnapshot,
} from './snapshot.ts'
import { Mismatch, type Taken, takeExport } from './take.ts'

export interface ReadExportFacts extends ExportFacts {
  /** Where it was read: at the portal, where the caller said, or in the snapshot of the date. */
  readonly from: 'portal' | 'given' | 'snapshot'
  /** Columns that the snapshot before did not have. They are fine; that they came is worth remembering. */
  readonly new_columns?: readonly string[]
}

/** The two exports of a date, wherever they come from. What was not kept is gone when they are disposed of. */
export interface Exports extends AsyncDisposable {
  /** Reads one of them from start to end. */
  read(name: ExportName, reader: Reader): Promise<{ readonly facts: ReadExportFacts }>
  /** Once both were read: the snapshot that they are. @throws Failure `gate` when it is not complete */
  draft(ranking: Ranking): Promise<Snapshot>
  /** The date since which the portal has published neither anew; known once both were read. */
  unchangedSince(): string | undefined
  /** Makes them the date's snapshot, unless the stored one holds the same. */
  keep(): Promise<Left<SnapshotFacts>>
}

/**
 * Decides where the exports of a date come from: the sources given; for a past date its snapshot; otherwise the portal,
 * which keeps no older export than the current one.
 */
export async function openExports(order: Order, run: Pick<Run, 'warn' | 'mayPublish'>, world: World): Promise<Exports> {
  const { date, sources = {}, refetch } = order
  const given = sources.datasets !== undefined || sources.organizations !== undefined
  if (order.replay) return replay(await needSnapshot(date, world), world)
  const today = dateIn(world.config.time_zone, world.clock())
  if (date > today) run.warn(`${date} has yet to come: its edition is the latest one from now on`)
  if (!given && date < today) {
    const snapshot = await loadSnapshot(date, world)
    if (snapshot !== undefined && !refetch) return replay(snapshot, world)
    const why =
      snapshot === undefined ? `there is no snapshot of ${date}` : `--refetch gives the snapshot of ${date} up`
    run.warn(`${why}; the portal's current export is taken in its place, also for an edition that is there`)
  }
  return fetchAnew(order, run, world)
}

/** The exports of a stored snapshot. */
export function replay(snapshot: Snapshot, world: World): Exports {
  return {
    read: async (name, reader) => {
      await replayExport(name, snapshot, reader, world)
      return { facts: { ...snapshot[name], from: 'snapshot' } }
    },
    draft: async () => snapshot,
    unchangedSince: () => undefined,
    keep: async () => ({ changed: false, facts: factsOf(snapshot) }),
    [Symbol.asyncDispose]: async () => {},
  }
}

async function fetchAnew(order: Order, run: Pick<Run, 'warn' | 'mayPublish'>, world: World): Promise<Exports> {
  const { date, sources = {} } = order
  // A file that is not there is told before the other export was fetched.
  for (const location of Object.values(sources)) {
    if (location !== undefined && !isAddress(location)) await openSource(location, world)
  }
  const earlier = (await loadSnapshot(date, world)) ?? (await loadSnapshotBefore(date, world))
  const taken: Partial<Record<ExportName, Taken>> = {}
  const unchanged = new Set<ExportName>()
  let portal: Portal | undefined
  let drafted: Awaited<ReturnType<typeof draftSnapshot>>
  let description: PendingObject | undefined

  async function open(name: ExportName): Promise<Opened> {
    const location = sources[name]
    // What is told of the way there, each new try among it, belongs to the record as well.
    const told = { ...world, report: { ...world.report, warn: run.warn } }
    if (location !== undefined) return openSource(location, told)
    portal ??= await openPortal(told, earlier)
    const opened = await portal.open(name)
    if (opened !== undefined) return opened
    unchanged.add(name)
    return readStored(name, earlier!, world)
  }

  async function take(name: ExportName, reader: Reader): Promise<Taken> {
    for (let again = false; ; ) {
      const source = await open(name)
      try {
        return await takeExport(name, date, source, reader, world)
      } catch (error) {
        world.signal.throwIfAborted()
        if (unchanged.delete(name)) {
          if (!(error instanceof Failure || error instanceof Mismatch)) throw error
          run.warn(`what is stored of ${earlier!.date} cannot serve (${error.message}), so it is fetched anew`)
          portal!.renew(true)
          continue
        }
        if (!(error instanceof Mismatch || error instanceof Replaced)) throw error
        if (again || portal === undefined) throw refused(error)
        run.warn(`${error.message}; it may just have been replaced, so it is fetched once more`)
        portal.renew()
        again = true
      }
    }
  }

  return {
    read: async (name, reader) => {
      const one = await take(name, reader)
      taken[name] = one
      const facts = { ...one.facts, from: sources[name] === undefined ? 'portal' : 'given' } as const
      if (earlier === undefined || facts.sha256 === earlier[name].sha256) return { facts }
      const before = await columnsOf(name, earlier, world)
      return { facts: { ...facts, new_columns: one.columns.filter((column) => !before.includes(column)) } }
    },
    draft: async (ranking) => {
      drafted = await draftSnapshot(date, taken.datasets!.facts, taken.organizations!.facts, world)
      const since = unchangedSince()
      if (since !== undefined) run.warn(`the portal has not published since ${since}: both exports are unchanged`)
      await passGate(ranking)
      if (drafted.changed) description = await describeSnapshot(drafted.snapshot, world)
      return drafted.snapshot
    },
    unchangedSince,
    keep: async () => {
      if (description !== undefined) await storeSnapshot(date, Object.values(taken), description, run, world)
      return { changed: drafted.changed, facts: factsOf(drafted.snapshot) }
    },
    [Symbol.asyncDispose]: async () => {
      for (const one of Object.values(taken)) await one.drop()
      await description?.abort()
      await portal?.[Symbol.asyncDispose]()
    },
  }

  function unchangedSince(): string | undefined {
    return unchanged.size === 2 && earlier?.date !== date ? earlier?.date : undefined
  }

  /** What the portal delivers has to be complete; of what somebody names by hand it is only told what it lacks. */
  async function passGate(ranking: Ranking): Promise<void> {
    const before = earlier?.date === date ? await loadSnapshotBefore(date, world) : earlier
    const found = await doubts(drafted.snapshot, ranking, before, order, world)
    if (found.length === 0) return
    const reasons = found.join('; ')
    if (portal === undefined)
      return run.warn(`the exports were given, so they count, but they seem incomplete: ${reasons}`)
    if (order.acceptIncomplete) return run.warn(`published although incomplete, by --accept-incomplete: ${reasons}`)
    const aside = Object.keys(taken).map((name) => refusedKey(name as ExportName, date))
    for (const [name, one] of Object.entries(taken)) await one.keep(refusedKey(name as ExportName, date))
    const next = `nothing was published; look at ${aside.join(' and ')}, then wait for the next export, or --accept-incomplete`
    throw new Failure('gate', `the export seems incomplete: ${reasons}; ${next}`)
  }
}

function refused(error: Mismatch | Replaced): Failure {
  const kind = error instanceof Mismatch ? 'contract' : 'portal'
  return new Failure(kind, `${error.message}, also when fetched anew; nothing was published`, { cause: error })
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
