/** The state of the scheduler, as `/healthz` returns it. */
export interface SchedulerStatus {
  readonly activity: 'looking back' | 'waiting' | 'running' | 'pausing before the next try'
  /** The date of the edition in progress. */
  readonly date: string | null
  /** When the next edition is due, or the next attempt starts. ISO 8601, UTC. */
  readonly next: string | null
  readonly last: LastAttempt | null
}

interface LastAttempt {
  readonly date: string | null
  readonly outcome: 'done' | 'failed'
  readonly message: string | null
  readonly at: string
}

export const INITIAL_STATUS: SchedulerStatus = { activity: 'looking back', date: null, next: null, last: null }
