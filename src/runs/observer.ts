import type { RunRecord } from './record.ts'

/** Is notified of the beginning and end of each run, to report them outside the stores. */
export interface RunObserver {
  /** Called when the run begins. The run does not wait for it. */
  onBegin(run: RunRecord): Promise<void>
  /** Called after the record of the ended run is stored. */
  onEnd(run: RunRecord): Promise<void>
}
