import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Context } from '../context.ts'
import { Failure } from '../errors.ts'
import { withTimeout } from '../timeout.ts'
import { RunJournal } from './journal.ts'
import { acquireLeases, currentProcessAsHolder, type HeldLeases } from './lease.ts'
import { newRunId, type RunRecord, type RunStatus } from './record.ts'
import { recoverDeadRuns } from './recovery.ts'

/** Time limit for each cleanup call to the store after a run ends: checking the leases, closing the record, releasing. */
const CLEANUP_CALL_MS = 3_000

/** How long a run may clean up after it was aborted. Then its record is closed without that. */
const CLEANUP_MS = 2_000

/** What a run is to do, and what it needs for that. */
export interface RunPlan {
  readonly command: string
  readonly date: string
  readonly watches: readonly string[]
  /** They guard everything that the run writes. */
  readonly leases: readonly string[]
}

/** A run, as seen by the code that it executes. */
export interface Run {
  readonly id: string
  /** The current time, as ISO 8601 in UTC. */
  now(): string
  /** Times `body` and keeps the facts it returns under `facts` for the record. */
  step<T extends { readonly facts: object }>(name: string, body: () => Promise<T>): Promise<T>
  warn(line: string): void
  /**
   * Call it right before something becomes visible. It fails when the run was aborted or has lost one of these leases.
   *
   * @param leases those that guard it, of which the run may hold only some; by default all leases of the run
   */
  checkLeases(...leases: readonly string[]): Promise<void>
}

export interface Outcome {
  readonly status: RunStatus
  readonly summary: string
}

/** Runs `body` under the leases of its plan, and leaves one record of it however it ends. */
export function executeRun<T extends Outcome>(
  mission: RunPlan,
  context: Context,
  body: (run: Run) => Promise<T>,
): Promise<T & { readonly run_id: string }> {
  const id = newRunId(context.clock())
  return context.report.withRunId(id, () => recordedAs(id, mission, context, body))
}

async function recordedAs<T extends Outcome>(
  id: string,
  mission: RunPlan,
  context: Context,
  body: (run: Run) => Promise<T>,
): Promise<T & { readonly run_id: string }> {
  const { documents, report, signal } = context
  const holder = currentProcessAsHolder(id)
  const observers = await context.openObservers()
  const leases = await acquireLeases(documents, mission.leases, holder, report.warn)
  const journal = new RunJournal(mission, holder, observers, context)
  try {
    for (const dead of await recoverDeadRuns(holder, leases, context)) journal.notify('onEnd', dead)
    await journal.open()
    const result = await abortable(body(runWith(id, leases, journal, context)), signal)
    await journal.close({ status: result.status, summary: result.summary })
    return { ...result, run_id: id }
  } catch (error) {
    const failure = signal.aborted ? signal.reason : await asLeaseLoss(error, leases)
    // This failure is the one to report, and soon, even if the store that should remember it is unreachable.
    await withTimeout(CLEANUP_CALL_MS, journal.close(endOf(failure)))
    throw failure instanceof Error ? Object.assign(failure, { run_id: id }) : failure
  } finally {
    await withTimeout(CLEANUP_CALL_MS, leases.release())
    await withTimeout(CLEANUP_CALL_MS, journal.finish())
  }
}

function endOf(failure: unknown): Pick<RunRecord, 'status' | 'summary' | 'error'> {
  const { kind, exitCode, message } =
    failure instanceof Failure ? failure : { kind: 'bug' as const, exitCode: 1, message: String(failure) }
  const status = kind === 'interrupted' || kind === 'terminated' ? 'stopped' : 'failed'
  return { status, summary: message, error: { kind, exit_code: exitCode, message } }
}

function runWith(id: string, leases: HeldLeases, { steps, warnings }: RunJournal, context: Context): Run {
  const { clock, report, signal } = context
  let publishing = false
  // Once publishing has begun it is finished: a document may have been removed for it.
  const stopIfAborted = () => publishing || signal.throwIfAborted()
  return {
    id,
    now: () => clock().toISOString(),
    step: async (name, body) => {
      stopIfAborted()
      const begun = performance.now()
      const started_at = clock().toISOString()
      const result = await body()
      stopIfAborted()
      steps.push({ name, started_at, ended_at: clock().toISOString(), facts: result.facts })
      report.debug(`${name} took ${Math.round(performance.now() - begun)} ms`)
      return result
    },
    warn: (line) => {
      warnings.push(line)
      report.warn(line)
    },
    checkLeases: async (...ids) => {
      stopIfAborted()
      await leases.check(ids.length === 0 ? undefined : ids)
      publishing ||= ids.length === 0
    },
  }
}

/**
 * Returns the loss of a lease as the cause of a failure, if there was one. A successor sweeps the pending objects of a paused run and
 * replaces its snapshot, which looks like trouble with the store, or like a step that was never run.
 */
async function asLeaseLoss(error: unknown, leases: HeldLeases): Promise<unknown> {
  if (!(error instanceof Failure)) return error
  let cause = error
  const check = leases.check().catch((found) => {
    if (found instanceof Failure && found.kind === 'held') cause = found
  })
  await withTimeout(CLEANUP_CALL_MS, check)
  return cause
}

/** Waits for work. After the abort it waits only as long as a cleanup may take, in case a store hangs. */
async function abortable<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const settled = new AbortController()
  const timeout = (async () => {
    if (!signal.aborted) await once(signal, 'abort', settled)
    await sleep(CLEANUP_MS, undefined, settled)
    throw signal.reason
  })()
  try {
    return await Promise.race([work, timeout])
  } finally {
    settled.abort()
  }
}
