import { Failure } from '../../src/errors.ts'
import { type Duties, type FailedAttempt, keepSchedule, type Plan } from '../../src/scheduler/scheduler.ts'
import type { Time } from '../../src/scheduler/time.ts'

export const PLAN: Plan = {
  schedule: '0 17 * * 3',
  time_zone: 'Europe/Paris',
  catch_up: 1,
  try_again_after: 60_000,
  give_up_after: 86_400_000,
}

/** Something that happens to the clock: when it shows `at`, it shows `to` instead. */
interface Jump {
  readonly at: string
  readonly to: string
}

export interface Simulation {
  readonly plan?: Partial<Plan>
  readonly from: string
  readonly to: string
  readonly jumps?: readonly Jump[]
  readonly missed?: Duties['missed']
  /** Called for each try; how long it takes, in ms. Throws when it fails. */
  readonly publish?: (date: string, at: string) => number
}

export interface Course {
  /** `DATE at INSTANT`, in their order. */
  readonly published: readonly string[]
  readonly failed: readonly FailedAttempt[]
  readonly passedOver: readonly string[]
  readonly waits: readonly string[]
}

/** Lets a scheduler live through a span of time in a moment, under a clock that goes forward only while it sleeps or works. */
export async function simulate(simulation: Simulation): Promise<Course> {
  const { plan, from, to, jumps = [], missed = async () => [], publish = () => 1_000 } = simulation
  const stop = new AbortController()
  const course = {
    published: [] as string[],
    failed: [] as FailedAttempt[],
    passedOver: [] as string[],
    waits: [] as string[],
  }
  const ahead = [...jumps]
  const end = Date.parse(to)
  let now = Date.parse(from)
  const pass = (ms: number) => {
    const jump = ahead[0] !== undefined && now + ms >= Date.parse(ahead[0].at) ? ahead.shift() : undefined
    now = jump === undefined ? now + ms : Date.parse(jump.to)
    if (now >= end && ahead.length === 0) stop.abort(new Failure('terminated', 'the simulation is over'))
  }
  const time: Time = {
    now: () => new Date(now),
    sleep: async (ms, signal) => {
      pass(ms)
      signal.throwIfAborted()
    },
  }
  const duties: Duties = {
    missed,
    publish: async (date) => {
      const at = new Date(now).toISOString()
      pass(publish(date, at))
      course.published.push(`${date} at ${at}`)
    },
    failed: async (attempt) => void course.failed.push(attempt),
    passedOver: async (dates) => void course.passedOver.push(...dates),
    waits: (next) => course.waits.push(next.toISOString()),
  }
  await keepSchedule({ ...PLAN, ...plan }, duties, time, stop.signal).catch((error) => {
    if (error !== stop.signal.reason) throw error
  })
  return course
}
