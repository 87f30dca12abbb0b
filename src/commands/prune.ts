import { expiredSnapshots, type Pruned, prune } from '../pipeline/prune.ts'
import { counted } from '../terminal/format.ts'
import { type Io, inWorld, print, printJson } from './io.ts'

/** Deletes the snapshots that the setting `retention` does not keep, or lists them. */
export default async function pruneCommand(io: Io): Promise<void> {
  await inWorld(io, async (world) => {
    const { dryRun = false, json, quiet } = io.options
    const { dates, keys, held }: Pruned = dryRun ? { ...(await expiredSnapshots(world)), held: [] } : await prune(world)
    for (const { date, reason } of held) {
      if (dates.length === 0) throw reason
      world.report.warn(`cannot delete the snapshot of ${date} now: ${reason.message}`)
    }
    if (json) return printJson({ dry_run: dryRun, dates, keys, held: held.map(({ date }) => date) })
    if (quiet) return
    if (dates.length > 0) {
      return print(`${dryRun ? 'would remove' : 'removed'} ${counted(dates.length, 'snapshot')}: ${dates.join(', ')}\n`)
    }
    const { retention } = world.config
    return print(
      `nothing to remove: ${Number.isFinite(retention) ? 'no snapshot is that old' : 'retention is "all"'}\n`,
    )
  })
}
