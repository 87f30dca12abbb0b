import type { FailureKind } from '../errors.ts'
import type { Document, Holder } from '../stores/documents.ts'

/** The record of one run: a document in the collection `runs`. Command line, API and page all show it. */
export interface RunRecord extends Document, Pick<Holder, 'host' | 'pid'> {
  readonly command: string
  readonly date: string
  readonly watches: readonly string[]
  readonly version: string
  readonly status: RunStatus
  /** The outcome in one sentence. */
  readonly summary: string
  /** The date of the last snapshot, if the run skipped its date because the portal has published nothing since (`when_unchanged: skip`). */
  readonly unchanged_since?: string
  readonly started_at: string
  readonly ended_at: string | null
  readonly steps: readonly StepRecord[]
  readonly warnings: readonly string[]
  /** The notifications sent about it; absent if there were none. */
  readonly notifications?: readonly NotificationRecord[]
  readonly error: { readonly kind: FailureKind; readonly exit_code: number; readonly message: string } | null
}

export type RunStatus = 'running' | 'published' | 'unchanged' | 'removed' | 'failed' | 'stopped'

/** Each status in words, to complete a sentence. */
export const STATUS_WORDS: Record<RunStatus, string> = {
  running: 'is running',
  published: 'produced new data',
  unchanged: 'found nothing to do: the same inputs had been published before',
  removed: 'removed published editions',
  failed: 'failed; nothing incomplete was published',
  stopped: 'was stopped before it ended; the next run for its date takes over',
}

/**
 * Whether a date needs no edition, because a run skipped it on purpose. A later `remove` makes it due again.
 *
 * @param runs runs of the watch, latest first
 */
export function isSkipped(date: string, runs: readonly RunRecord[]): boolean {
  const ofDate = runs.filter((run) => run.date === date)
  return ofDate.find((run) => run.status === 'removed' || run.unchanged_since !== undefined)?.status === 'unchanged'
}

/** One step, with the facts that it returned (bytes, records, checksums, keys). */
export interface StepRecord {
  readonly name: string
  readonly started_at: string
  readonly ended_at: string
  readonly facts: object
}

/** One message to one target, and whether it arrived. */
export interface NotificationRecord {
  readonly event: string
  readonly target: string
  /** A part of the hash of the target's address, without its password. Earlier versions did not record it. */
  readonly address_hash?: string
  readonly status: 'sent' | 'failed'
  readonly tries: number
  readonly at: string
  readonly error: string | null
}

/** Returns an id that sorts by time, to the millisecond: `20261118T160002123Z-3f9a1c`. */
export function newRunId(now: Date): string {
  const time = now.toISOString().replace(/[-:.]/g, '')
  return `${time}-${Math.floor(Math.random() * 0x1000000)
    .toString(16)
    .padStart(6, '0')}`
}
