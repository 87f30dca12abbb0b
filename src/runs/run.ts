import { once } from 'node:events'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { World } from '../context.ts'
import { Failure } from '../errors.ts'
import { atMost } from '../patience.ts'
import { VERSION } from '../version.ts'
import { clearUpAfterDead } from './dead.ts'
import { type HeldLeases, holderOf, takeLeases } from './lease.ts'
import { newRunId, type RunRecord, type RunStatus, type StepRecord } from './record.ts'
import { witnessesOf } from './witness.ts'

/** How long a run that is over waits for each of its last words with the store: whose the lease is, the record, the lease. */
const LAST_WORDS_MS = 3_000

/** How long a run may take to clean up once it was told to stop; then its record is closed without that. */
const CLEAN_UP_MS = 2_000

/** What a command sets out to do. */
export interface Mission {
  readonly command: string
  readonly date: string
  readonly watches: readonly string[]
  /** The leases that keep others off what it writes. */
  readonly leases: readonly string[]
}

/** A run under way, as its body sees it. */
export interface Run {
  readonly id: string
  /** This moment, as ISO 8601 in UTC. */
  now(): string
  /** Times `body` and keeps the facts it returns under `facts` for the record. */
  step<T extends { readonly facts: object }>(name: string, body: () => Promise<T>): Promise<T>
  warn(line: string): void
  /**
   * To be called right before something becomes visible: fails when the run was stopped or has lost its leases.
   *
   * @param leases those that cover it, of which the run may hold some; all of its leases when none are named
   */
  mayPublish(...leases: readonly string[]): Promise<void>
}

export interface Outcome {
  readonly status: RunStatus
  readonly summary: string
}

/**
 * Does something under a lease and leaves one record of it, whatever comes of it. The record stands in the store from the
 * start, as running, so that a run that dies can be recognised.
 */
export function recorded<T extends Outcome>(
  mission: Mission,
  world: World,
  body: (run: Run) => Promise<T>,
): Promise<T & { readonly run_id: string }> {
  const id = newRunId(world.clock())
  return world.report.during(id, () => recordedAs(id, mission, world, body))
}

async function recordedAs<T extends Outcome>(
  id: string,
  mission: Mission,
  world: World,
  body: (run: Run) => Promise<T>,
): Promise<T & { readonly run_id: string }> {
  const { documents, clock, report, signal } = world
  const started = clock()
  const holder = holderOf(id)
  const witnesses = await witnessesOf(world)
  const leases = await takeLeases(documents, mission.leases, holder)
  const steps: StepRecord[] = []
  const warnings: string[] = []
  const record = (end: Partial<RunRecord>): RunRecord => ({
    _id: id,
    command: mission.command,
    date: mission.date,
    watches: mission.watches,
    version: VERSION,
    status: 'running',
    summary: 'is at work',
    started_at: started.toISOString(),
    ended_at: null,
    host: holder.host,
    pid: holder.pid,
    steps: [...steps],
    warnings,
    error: null,
    ...end,
  })
  const close = (end: Partial<RunRecord>) => {
    ended = record({ ended_at: clock().toISOString(), ...end })
    return documents.replace('runs', ended)
  }
  let told = Promise.resolve()
  /** One after the other, beside the run: whoever is told comes to know of the beginning before the end. */
  const tell = (about: 'began' | 'ended', run: RunRecord) => {
    told = told.then(async () => {
      const all = await Promise.allSettled(witnesses.map((witness) => witness[about](run)))
      for (const one of all) if (one.status === 'rejected') report.warn(one.reason.message)
    })
  }
  let ended: RunRecord | undefined
  try {
    for (const dead of await clearUpAfterDead(holder, leases, world)) tell('ended', dead)
    await documents.replace('runs', record({}))
    tell('began', record({}))
    const result = await unlessStuck(body(runOf(leases)), signal)
    await close({ status: result.status, summary: result.summary })
    return { ...result, run_id: id }
  } catch (error) {
    const failure = signal.aborted ? signal.reason : await orTakenOver(error, leases)
    const { kind, exitCode, message } =
      failure instanceof Failure ? failure : { kind: 'bug' as const, exitCode: 1, message: String(failure) }
    const status = kind === 'interrupted' || kind === 'terminated' ? 'stopped' : 'failed'
    // The first failure is the one to tell, and soon, even when the store that would remember it is away.
    await atMost(LAST_WORDS_MS, close({ status, summary: message, error: { kind, exit_code: exitCode, message } }))
    throw failure instanceof Error ? Object.assign(failure, { run_id: id }) : failure
  } finally {
    await atMost(LAST_WORDS_MS, leases.release())
    if (ended !== undefined) tell('ended', ended)
    await atMost(LAST_WORDS_MS, told)
  }

  function runOf(leases: HeldLeases): Run {
    let publishing = false
    // What was begun to be published is published to its end: a document may have been taken back for it.
    const stopIfAsked = () => publishing || signal.throwIfAborted()
    return {
      id,
      now: () => clock().toISOString(),
      step: async (name, body) => {
        stopIfAsked()
        const begun = performance.now()
        const started_at = clock().toISOString()
        const result = await body()
        stopIfAsked()
        steps.push({ name, started_at, ended_at: clock().toISOString(), facts: result.facts })
        report.detail(`${name} took ${Math.round(performance.now() - begun)} ms`)
        return result
      },
      warn: (line) => {
        warnings.push(line)
        report.warn(line)
      },
      mayPublish: async (...ids) => {
        stopIfAsked()
        await leases.check(ids.length === 0 ? undefined : ids)
        publishing ||= ids.length === 0
      },
    }
  }
}

/** A successor sweeps what this run had pending, which then looks like trouble with the store: the lease tells. */
async function orTakenOver(error: unknown, leases: HeldLeases): Promise<unknown> {
  if (!(error instanceof Failure && error.kind === 'store')) return error
  let told = error
  const check = leases.check().catch((found) => {
    if (found instanceof Failure && found.kind === 'held') told = found
  })
  await atMost(LAST_WORDS_MS, check)
  return told
}

/** Waits for work; once it was told to stop, no longer than it may take to clean up, should a store hang. */
async function unlessStuck<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const settled = new AbortController()
  const stuck = (async () => {
    if (!signal.aborted) await once(signal, 'abort', settled)
    await sleep(CLEAN_UP_MS, undefined, settled)
    throw signal.reason
  })()
  try {
    return await Promise.race([work, stuck])
  } finally {
    settled.abort()
  }
}
