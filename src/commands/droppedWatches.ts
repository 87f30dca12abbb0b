import { DEFAULT_WATCH } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { listRuns } from '../runs/read.ts'

/** How many recent run records to search for the last run. */
const RECENT = 20

/**
 * Reports the watches of the last run that are not configured any more. Before the first run, reports the default watch if it is not
 * configured: a list of other watches replaces it, which users may not expect. The next run does not repeat the report,
 * because its last run is this one, without these watches.
 */
export async function reportDroppedWatches({ config, documents, report }: Context): Promise<void> {
  // If the store cannot be read, the run fails and says why.
  const runs = await listRuns(documents, { descending: true, limit: RECENT }, () => {}).catch(() => undefined)
  // An import has no watches, and a removal may name former ones.
  const last = runs?.find(({ command }) => command !== 'import' && command !== 'remove')
  if (runs === undefined || (last === undefined && runs.length === RECENT)) return
  for (const name of last?.watches ?? [DEFAULT_WATCH.name]) {
    if (config.watches.some((watch) => watch.name === name)) continue
    const what =
      last === undefined
        ? `the settings name other watches, so the default watch ${name} is not run`
        : `the watch ${name} is not in the settings any more, so it is not run; its editions stay`
    report.info(`note: ${what}. To run it, add it to the setting watches.`)
  }
}
