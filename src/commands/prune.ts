import { expired, prune } from '../editions/retention.ts'
import { counted } from '../terminal/format.ts'
import { type Io, inWorld, print, printJson } from './io.ts'

/** Removes the snapshots that are no longer kept, or says which they are. */
export default async function pruneCommand(io: Io): Promise<void> {
  await inWorld(io, async (world) => {
    const { dryRun = false, json, quiet } = io.options
    const { dates, keys } = await (dryRun ? expired(world) : prune(world))
    if (json) return printJson({ dry_run: dryRun, dates, keys })
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
