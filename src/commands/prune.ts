import { expiredSnapshots, type Pruned, prune } from '../pipeline/prune.ts'
import { formatBytes, pluralize } from '../text/format.ts'
import { type CommandInput, print, printJson, warnOfMissing, withContext } from './io.ts'

/** Deletes the snapshots that the setting `retention` does not keep, or lists them. */
export default async function pruneCommand(io: CommandInput): Promise<void> {
  await withContext(io, async (context) => {
    const { dryRun = false, json, quiet } = io.options
    const { dates, objects, held }: Pruned = dryRun
      ? { ...(await expiredSnapshots(context)), held: [] }
      : await prune(context)
    for (const { date, reason } of held) {
      if (dates.length === 0) throw reason
      context.report.warn(`cannot delete the snapshot of ${date} now: ${reason.message}`)
    }
    if (dates.length === 0) await warnOfMissing(context.report, context.archive)
    const keys = objects.map(({ key }) => key)
    const size = objects.reduce((sum, { bytes }) => sum + bytes, 0)
    if (json) return printJson({ dry_run: dryRun, dates, keys, bytes: size, held: held.map(({ date }) => date) })
    if (quiet) return
    if (dates.length > 0) {
      return print(
        `${dryRun ? 'would remove' : 'removed'} ${pluralize(dates.length, 'snapshot')} (${formatBytes(size)}): ${dates.join(', ')}\n`,
      )
    }
    const { retention } = context.config
    return print(
      `nothing to remove: ${Number.isFinite(retention) ? 'no snapshot is that old' : 'retention is "all"'}\n`,
    )
  })
}
