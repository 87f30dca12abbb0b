import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { Failure } from '../errors.ts'
import { stripControls } from '../text/stripControls.ts'
import { withTimeout } from '../timeout.ts'
import { RunJournal } from './journal.ts'
import { acquireLeases, currentProcessAsHolder, type HeldLeases } from './lease.ts'
import { newRunId, type RunRecord } from './record.ts'
import { recoverDeadRuns } from './recovery.ts'

/** Time limit for each cleanup call after a run: checking leases, closing the record, releasing leases. */
const CLEANUP_CALL_MS = 3_000

/** Time limit for the cleanup of an aborted run. After it, the record is closed even if the cleanup is unfinished. */
const CLEANUP_MS = 2_000

/** The work of a run, and the leases it needs. */
export interface RunPlan {
  readonly command: string
  readonly date: string
  readonly watches: readonly string[]
  /** The leases that guard everything the run writes. */
  readonly leases: readonly string[]
}

/** A run, as seen by the code that it executes. */
export interface Run {
  readonly id: string
  /** The current time, as ISO 8601 in UTC. */
  now(): string
  /** Runs `body`, and adds its duration and the `facts` of its result to the run record. */
  step<T extends { readonly facts: object }>(name: string, body: () => Promise<T>): Promise<T>
  warn(line: string): void
  /**
   * Fails if the run was aborted or has lost one of these leases. Call it right before something becomes visible.
   *
   * @param leases the leases to check, ignoring those the run does not hold; by default all that it holds
   */
  checkLeases(...leases: readonly string[]): Promise<void>
}

export type Outcome = Pick<RunRecord, 'status' | 'summary' | 'unchanged_since'>

/** Runs `body` while holding the leases of the plan. Writes one run record, whether it succeeds or fails. */
export function executeRun<T extends Outcome>(
  plan: RunPlan,
  context: Context,
  body: (run: Run) => Promise<T>,
): Promise<T & { readonly run_id: string }> {
  const id = newRunId(context.clock())
  return context.report.withRunId(id, () => executeRecorded(id, plan, context, body))
}

async function executeRecorded<T extends Outcome>(
  id: string,
  plan: RunPlan,
  context: Context,
  body: (run: Run) => Promise<T>,
): Promise<T & { readonly run_id: string }> {
  const { documents, report, signal } = context
  const holder = currentProcessAsHolder(id)
  const observers = await context.openObservers()
  const leases = await acquireLeases(documents, plan.leases, holder, report.warn)
  const journal = new RunJournal(plan, holder, observers, context)
  try {
    for (const deadRun of await recoverDeadRuns(holder, leases, context)) journal.notify('onEnd', deadRun)
    await journal.open()
    const result = await abortable(body(createRun(id, leases, journal, context)), signal)
    const { status, summary, unchanged_since } = result
    await journal.close({ status, summary, ...(unchanged_since && { unchanged_since }) })
    return { ...result, run_id: id }
  } catch (error) {
    const failure = signal.aborted ? signal.reason : await asLeaseLoss(error, leases)
    // Report this failure promptly, even if the store is unreachable and its record cannot be written.
    await withTimeout(CLEANUP_CALL_MS, journal.close(failureRecord(failure)))
    throw failure instanceof Error ? Object.assign(failure, { run_id: id }) : failure
  } finally {
    await withTimeout(CLEANUP_CALL_MS, leases.release())
    await withTimeout(CLEANUP_CALL_MS, journal.finish())
  }
}

function failureRecord(failure: unknown): Pick<RunRecord, 'status' | 'summary' | 'error'> {
  const { kind, exitCode, message } =
    failure instanceof Failure
      ? failure
      : { kind: 'bug' as const, exitCode: 1, message: stripControls(String(failure)) }
  const status = kind === 'interrupted' || kind === 'terminated' ? 'stopped' : 'failed'
  return { status, summary: message, error: { kind, exit_code: exitCode, message } }
}

function createRun(id: string, leases: HeldLeases, { steps, warnings }: RunJournal, context: Context): Run {
  const { clock, report, signal } = context
  let publishing = false
  // Ignore an abort once publishing has begun: the old document may already have been deleted.
  const throwIfAborted = () => publishing || signal.throwIfAborted()
  return {
    id,
    now: () => clock().toISOString(),
    step: async (name, body) => {
      throwIfAborted()
      const startMs = performance.now()
      const started_at = clock().toISOString()
      const result = await body()
      throwIfAborted()
      steps.push({ name, started_at, ended_at: clock().toISOString(), facts: result.facts })
      report.debug(`${name} took ${Math.round(performance.now() - startMs)} ms`)
      return result
    },
    warn: (line) => {
      warnings.push(stripControls(line))
      report.warn(line)
    },
    checkLeases: async (...ids) => {
      throwIfAborted()
      await leases.renewOrFail(ids.length === 0 ? undefined : ids)
      publishing ||= ids.length === 0
    },
  }
}

/**
 * Returns the lease-loss failure if the run has lost a lease, otherwise `error`. The run that took over deletes the pending
 * objects of a paused run and replaces its snapshot. To the paused run this looks like a store error or a missing step.
 */
async function asLeaseLoss(error: unknown, leases: HeldLeases): Promise<unknown> {
  if (!(error instanceof Failure)) return error
  let cause = error
  const renewal = leases.renewOrFail().catch((found) => {
    if (found instanceof Failure && found.kind === 'held') cause = found
  })
  await withTimeout(CLEANUP_CALL_MS, renewal)
  return cause
}

/** Waits for work. After an abort, waits at most `CLEANUP_MS`, in case a store hangs. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const timer = new AbortController()
  const timeout = (async () => {
    if (!signal.aborted) await once(signal, 'abort', timer)
    await sleep(CLEANUP_MS, undefined, timer)
    throw signal.reason
  })()
  try {
    return await Promise.race([work, timeout])
  } finally {
    timer.abort()
  }
}
