/** How it goes with a scheduler, as `/healthz` tells it. */
export interface Status {
  readonly activity: 'looking back' | 'waiting' | 'running' | 'pausing before the next try'
  /** The date that it works on. */
  readonly date: string | null
  /** When it will do something again: the next edition is due, or the next try. ISO 8601, UTC. */
  readonly next: string | null
  readonly last: LastDone | null
}

interface LastDone {
  readonly date: string | null
  readonly outcome: 'done' | 'failed'
  readonly message: string | null
  readonly at: string
}

export const STARTING: Status = { activity: 'looking back', date: null, next: null, last: null }
