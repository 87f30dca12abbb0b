import type { Watch } from '../config/watch.ts'
import type { Edition, ExportName } from '../editions/edition.ts'
import { editionId } from '../editions/layout.ts'
import type { RunPlan } from '../runs/run.ts'

/** The input of a run. */
export interface RunRequest {
  readonly date: string
  readonly watches: readonly Watch[]
  /** Paths or addresses to use instead of the portal's exports. */
  readonly sources?: Readonly<Partial<Record<ExportName, string | undefined>>>
  /** Fetches from the portal again, even if the date has a snapshot. */
  readonly refetch?: boolean | undefined
  /** Publishes an export even if the completeness gate would refuse it. */
  readonly acceptIncomplete?: boolean | undefined
  /** Uses the stored snapshot, even for today. */
  readonly replay?: boolean
  /**
   * Decides, under the edition's lease, whether a stored document with the expected contents may stay. By default, it may.
   */
  readonly isAcceptable?: (stored: Edition) => Promise<boolean>
}

/**
 * Plans the run of a request. A run needs the lease of the date if it may write the snapshot, and the lease of each edition that
 * it may write. So two watches of a date can run in parallel, but no two runs write the same object.
 */
export function planRun(command: 'run' | 'fetch' | 'archive' | 'publish', request: RunRequest): RunPlan {
  const { date, watches, replay = false, isAcceptable } = request
  const names = watches.map(({ name }) => name)
  const editions = command === 'fetch' ? [] : names.map((name) => editionId(name, date))
  const snapshot = command === 'run' || command === 'fetch' ? [date] : []
  return {
    command: isAcceptable ? 'verify' : replay ? 'backfill' : command,
    date,
    watches: names,
    leases: [...snapshot, ...editions],
  }
}
