import type { RunRecord } from './record.ts'

/** Receives the beginning and the end of each run, to pass them on to something outside the stores. */
export interface RunObserver {
  /** The run does not wait for it. */
  onBegin(run: RunRecord): Promise<void>
  /** The store holds the record by then. */
  onEnd(run: RunRecord): Promise<void>
}
