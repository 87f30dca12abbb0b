import type { Watch } from '../config/watch.ts'
import type { Edition, ExportName } from '../editions/edition.ts'
import { editionId } from '../editions/layout.ts'
import type { RunPlan } from '../runs/run.ts'

/** What is asked of the pipeline. */
export interface RunRequest {
  readonly date: string
  readonly watches: readonly Watch[]
  /** Paths or addresses that stand in for the portal's own exports. */
  readonly sources?: Readonly<Partial<Record<ExportName, string | undefined>>>
  /** Asks the portal again, although the date has a snapshot. */
  readonly refetch?: boolean | undefined
  /** Publish what the completeness gate refuses. */
  readonly acceptIncomplete?: boolean | undefined
  /** From the snapshot in any case, also for today. */
  readonly replay?: boolean
  /**
   * Whether a stored document whose contents are as expected may stay. By default it may, whoever made it and when. This is
   * asked under the edition's lease.
   */
  readonly isAcceptable?: (stored: Edition) => Promise<boolean>
}

/**
 * The run that carries an order out. Its leases: the date's, when it may write the snapshot; each edition's, when it may
 * write editions. So two watches of one date can be worked on at the same time, and nothing is written by two.
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
