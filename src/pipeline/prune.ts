import type { Context } from '../context.ts'
import { editionIds } from '../editions/find.ts'
import { editionId } from '../editions/layout.ts'
import { Failure } from '../errors.ts'
import { acquireLeases, currentProcessAsHolder, type HeldLeases } from '../runs/lease.ts'
import { newRunId } from '../runs/record.ts'
import type { Run } from '../runs/run.ts'
import { silentReport } from '../terminal/report.ts'
import { type Expired, findExpired } from './retention.ts'
import { findSnapshot } from './snapshot.ts'

/** The objects that were deleted. */
export interface Pruned extends Expired {
  /** Skipped dates: another run holds one of their leases. */
  readonly held: readonly { readonly date: string; readonly reason: Failure }[]
}

/** Finds the snapshots that the setting `retention` does not keep. */
export function expiredSnapshots(context: Context): Promise<Expired> {
  const quiet = { ...context, report: silentReport }
  const isSound = async (date: string) => {
    try {
      return (await findSnapshot(date, quiet)) !== undefined
    } catch (error) {
      if (error instanceof Failure) return false
      throw error
    }
  }
  return findExpired(context, isSound)
}

/**
 * Deletes the snapshots that the setting `retention` does not keep. Holds all leases of a date while deleting its snapshot, so no
 * other run reads or writes it meanwhile. Skips a date if another run holds one of its leases.
 */
export async function prune(context: Context): Promise<Pruned> {
  const { archive, documents, clock, report } = context
  const { dates } = await expiredSnapshots(context)
  const leases = new Map<string, HeldLeases>()
  const held: Pruned['held'][number][] = []
  try {
    for (const date of dates) {
      context.signal.throwIfAborted()
      const holder = currentProcessAsHolder(newRunId(clock()))
      try {
        leases.set(date, await acquireLeases(documents, await leasesOf(date, context), holder, report.warn))
      } catch (error) {
        if (!(error instanceof Failure && error.kind === 'held')) throw error
        held.push({ date, reason: error })
      }
    }
    if (leases.size === 0) return { dates: [], objects: [], held }
    // Look again: before the leases were acquired, another run may have published a date and need its snapshot.
    const now = await expiredSnapshots(context)
    const mine = now.dates.filter((date) => leases.has(date))
    const objects = now.objects.filter(({ key }) => mine.includes(key.split('/')[1]!))
    for (const { key } of objects) {
      await leases.get(key.split('/')[1]!)!.renewOrFail()
      await archive.remove(key)
    }
    return { dates: mine, objects, held }
  } finally {
    // A lease that cannot be released expires.
    for (const one of leases.values()) await one.release().catch(() => {})
  }
}

/** Returns the leases of a date and of its editions. `archive` and `publish` read the snapshot under an edition's lease. */
export async function leasesOf(date: string, { config, documents }: Context): Promise<string[]> {
  const stored = await editionIds(documents, date)
  return [...new Set([date, ...config.watches.map(({ name }) => editionId(name, date)), ...stored])]
}

/**
 * Deletes expired snapshots as the last step of a run. A Failure is only a warning, since the run has already published.
 *
 * @returns the dates of the deleted snapshots
 */
export async function pruneSnapshots(run: Pick<Run, 'step' | 'warn'>, context: Context): Promise<readonly string[]> {
  if (!Number.isFinite(context.config.retention)) return []
  try {
    const { facts } = await run.step('prune', async () => ({ facts: { removed: (await prune(context)).dates } }))
    return facts.removed
  } catch (error) {
    if (!(error instanceof Failure) || context.signal.aborted) throw error
    run.warn(`old snapshots could not be removed: ${error.message}`)
    return []
  }
}
