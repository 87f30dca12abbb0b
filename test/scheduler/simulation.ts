import { Failure } from '../../src/errors.ts'
import type { Clock } from '../../src/scheduler/clock.ts'
import {
  type FailedAttempt,
  Scheduler,
  type SchedulerHandlers,
  type SchedulerOptions,
} from '../../src/scheduler/scheduler.ts'

export const OPTIONS: SchedulerOptions = {
  schedule: '0 17 * * 3',
  time_zone: 'Europe/Paris',
  catch_up: 1,
  try_again_after: 60_000,
  give_up_after: 86_400_000,
}

/** A change of the clock: when it reaches `at`, it is set to `to`. */
interface Jump {
  readonly at: string
  readonly to: string
}

interface Simulation {
  readonly options?: Partial<SchedulerOptions>
  readonly from: string
  readonly to: string
  readonly jumps?: readonly Jump[]
  readonly findMissed?: SchedulerHandlers['findMissed']
  /** Called for each attempt; returns how long it takes, in ms, or throws if it fails. */
  readonly publish?: (date: string, at: string) => number
}

interface SimulationResult {
  /** `DATE at INSTANT`, in order. */
  readonly published: readonly string[]
  readonly failed: readonly FailedAttempt[]
  readonly skipped: readonly string[]
  /** The dates announced as next. */
  readonly announced: readonly string[]
}

/** Runs a scheduler through a span of time in a moment, with a clock that moves only while it sleeps or works. */
export async function simulate(simulation: Simulation): Promise<SimulationResult> {
  const { options, from, to, jumps = [], findMissed = async () => [], publish = () => 1_000 } = simulation
  const stop = new AbortController()
  const result = {
    published: [] as string[],
    failed: [] as FailedAttempt[],
    skipped: [] as string[],
    announced: [] as string[],
  }
  const nextJumps = [...jumps]
  const end = Date.parse(to)
  let now = Date.parse(from)
  const advance = (ms: number) => {
    const isDue = nextJumps[0] !== undefined && now + ms >= Date.parse(nextJumps[0].at)
    const jump = isDue ? nextJumps.shift() : undefined
    now = jump === undefined ? now + ms : Date.parse(jump.to)
    if (now >= end && nextJumps.length === 0) stop.abort(new Failure('terminated', 'the simulation is over'))
  }
  const clock: Clock = {
    now: () => new Date(now),
    sleep: async (ms, signal) => {
      advance(ms)
      signal.throwIfAborted()
    },
  }
  const handlers: SchedulerHandlers = {
    findMissed,
    publish: async (date) => {
      const at = new Date(now).toISOString()
      advance(publish(date, at))
      result.published.push(`${date} at ${at}`)
    },
    onFailed: async (attempt) => void result.failed.push(attempt),
    onSkipped: async (dates) => void result.skipped.push(...dates),
    onWaiting: (next) => result.announced.push(next.toISOString()),
  }
  await new Scheduler({ ...OPTIONS, ...options }, handlers, clock, stop.signal).run().catch((error) => {
    if (error !== stop.signal.reason) throw error
  })
  return result
}
