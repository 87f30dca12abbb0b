import type { World } from '../context.ts'
import { editionId } from '../editions/layout.ts'
import { type Expired, expired } from '../editions/retention.ts'
import { Failure } from '../errors.ts'
import { type HeldLeases, holderOf, takeLeases } from '../runs/lease.ts'
import { newRunId } from '../runs/record.ts'
import type { Run } from '../runs/run.ts'
import { silent } from '../terminal/report.ts'
import { loadSnapshot } from './snapshot.ts'

export interface Pruned extends Expired {
  /** Dates that were passed over, since another run holds a lease of theirs. */
  readonly held: readonly { readonly date: string; readonly reason: Failure }[]
}

/** Finds the snapshots that the setting `retention` does not keep. */
export function expiredSnapshots(world: World): Promise<Expired> {
  const quiet = { ...world, report: silent }
  const isSound = async (date: string) => {
    try {
      return (await loadSnapshot(date, quiet)) !== undefined
    } catch (error) {
      if (error instanceof Failure) return false
      throw error
    }
  }
  return expired(world, isSound)
}

/**
 * Deletes the snapshots that the setting `retention` does not keep, each under all leases of its date, so that no other
 * run reads or writes it meanwhile. A date of which another run holds a lease is passed over.
 */
export async function prune(world: World): Promise<Pruned> {
  const { archive, documents, clock, report } = world
  const { dates } = await expiredSnapshots(world)
  const leases = new Map<string, HeldLeases>()
  const held: Pruned['held'][number][] = []
  try {
    for (const date of dates) {
      world.signal.throwIfAborted()
      const holder = holderOf(newRunId(clock()))
      try {
        leases.set(date, await takeLeases(documents, await leasesOf(date, world), holder, report.warn))
      } catch (error) {
        if (!(error instanceof Failure && error.kind === 'held')) throw error
        held.push({ date, reason: error })
      }
    }
    if (leases.size === 0) return { dates: [], keys: [], held }
    // Another run may have published a date before its leases were acquired, and now needs its snapshot.
    const now = await expiredSnapshots(world)
    const mine = now.dates.filter((date) => leases.has(date))
    const keys = now.keys.filter((key) => mine.includes(key.split('/')[1]!))
    for (const key of keys) {
      await leases.get(key.split('/')[1]!)!.check()
      await archive.remove(key)
    }
    return { dates: mine, keys, held }
  } finally {
    // A lease that cannot be released expires.
    for (const one of leases.values()) await one.release().catch(() => {})
  }
}

/** The lease of a date and those of its editions: `archive` and `publish` read the snapshot under the latter. */
async function leasesOf(date: string, { config, documents }: World): Promise<string[]> {
  const suffix = `/${date}`
  const stored = (await documents.ids('tops')).filter((id) => id.endsWith(suffix))
  return [...new Set([date, ...config.watches.map(({ name }) => editionId(name, date)), ...stored])]
}

/** The last step of a run: deletes expired snapshots. An error there is a warning, since the run has published. */
export async function pruneSnapshots(run: Pick<Run, 'step' | 'warn'>, world: World): Promise<void> {
  if (!Number.isFinite(world.config.retention)) return
  try {
    await run.step('prune', async () => ({ facts: { removed: (await prune(world)).dates } }))
  } catch (error) {
    if (!(error instanceof Failure) || world.signal.aborted) throw error
    run.warn(`old snapshots could not be removed: ${error.message}`)
  }
}
