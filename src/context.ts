import type { Config } from './config/settings.ts'
import type { RunObserver } from './runs/observer.ts'
import type { Archive } from './stores/archive.ts'
import type { Documents } from './stores/documents.ts'
import type { Report } from './terminal/report.ts'

/** Everything that a step uses besides its arguments: no step reads the environment, the clock or the network by itself. */
export interface Context {
  readonly config: Config
  readonly archive: Archive
  readonly documents: Documents
  readonly clock: () => Date
  readonly report: Report
  /** Aborted when the process is told to stop. Its reason is the Failure to end with. */
  readonly signal: AbortSignal
  /** Opens the observers of runs that the settings name. */
  readonly openObservers: () => Promise<readonly RunObserver[]>
}
