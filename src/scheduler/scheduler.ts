import { Failure } from '../errors.ts'
import { datesDue, nextDateFiring, nextFiring, type Schedule } from './calendar.ts'
import type { Time } from './time.ts'

/** What it is told to do, and when to stop trying: settings of these names. Durations in milliseconds. */
export interface Plan extends Schedule {
  readonly catch_up: number
  readonly try_again_after: number
  readonly give_up_after: number
}

/** What a scheduler does and says. Only `publish` and `missed` may fail. */
export interface Duties {
  /** The dates up to `now` that lack an edition, in ascending order. */
  missed(now: Date): Promise<readonly string[]>
  /** Publishes the editions of a date. */
  publish(date: string): Promise<void>
  /** A try failed; it is taken up again at `again`, or given up. Without a date it was the look for missed dates. */
  failed(attempt: FailedAttempt): Promise<void>
  /** These dates stay without an edition: nobody was there when they were due. */
  passedOver(dates: readonly string[]): Promise<void>
  /** All that was due is done; the next date is due then. */
  waits(next: Date): void
}

export interface FailedAttempt {
  readonly date: string | undefined
  /** From 1. */
  readonly number: number
  readonly error: unknown
  readonly again: Date | undefined
}

/** The longest sleep. Timers stand still while a laptop sleeps and do not see that a clock was set; this is how late it is noticed. */
const TICK_MS = 60_000
/** The longest pause between two tries. */
const MOST_PAUSE_MS = 3_600_000
/** A clock that is set back by less repeats nothing; one that is set back further was wrong before, and is believed now. */
const SLACK_MS = 3_600_000

/**
 * Publishes every date that is due, one at a time, until it is stopped. At its start it catches up the last dates that were
 * missed; a date that fails is tried again when that can help, with growing pauses, until the next one is due.
 *
 * @throws the signal's reason; Failure `usage` when nothing will ever be due again
 */
export async function keepSchedule(plan: Plan, duties: Duties, time: Time, signal: AbortSignal): Promise<never> {
  let handled = time.now()
  const missed = (await insist(undefined, () => duties.missed(handled))) ?? []
  await fulfil(missed, plan.catch_up)
  for (;;) {
    const now = await untilDue()
    const due = datesDue(plan, handled, now)
    handled = now
    await fulfil(due, Math.max(1, plan.catch_up))
  }

  /** Publishes the last `most` of these dates; the others are passed over. */
  async function fulfil(dates: readonly string[], most: number): Promise<void> {
    const first = Math.max(0, dates.length - most)
    if (first > 0) await duties.passedOver(dates.slice(0, first))
    for (const date of dates.slice(first)) await insist(date, () => duties.publish(date))
  }

  async function untilDue(): Promise<Date> {
    let next: Date | undefined
    for (;;) {
      const now = time.now()
      if (handled.getTime() - now.getTime() > SLACK_MS) {
        handled = now
        next = undefined
      }
      if (next === undefined) {
        next = nextDue(handled)
        if (next > now) duties.waits(next)
      }
      if (next <= now) return now
      await time.sleep(Math.min(TICK_MS, next.getTime() - now.getTime()), signal)
    }
  }

  function nextDue(after: Date): Date {
    const next = nextFiring(plan, after)
    if (next !== undefined) return next
    throw new Failure(
      'usage',
      `nothing is due after ${after.toISOString()}: the schedule "${plan.schedule}" never comes again`,
    )
  }

  /** Does something until it succeeds, fails for good, or was tried long enough. */
  async function insist<T>(date: string | undefined, body: () => Promise<T>): Promise<T | undefined> {
    const begun = time.now()
    for (let number = 1; ; number++) {
      signal.throwIfAborted()
      try {
        return await body()
      } catch (error) {
        signal.throwIfAborted()
        const pause = Math.min(MOST_PAUSE_MS, plan.try_again_after * 2 ** (number - 1))
        const again =
          canHelp(error) && isInTime(date, begun, pause) ? new Date(time.now().getTime() + pause) : undefined
        await duties.failed({ date, number, error, again })
        if (again === undefined) return undefined
        await rest(pause)
      }
    }
  }

  /** Whether a try after a pause still falls into the day after the first one, and before the next date is due. */
  function isInTime(date: string | undefined, begun: Date, pause: number): boolean {
    const now = time.now()
    const next = date === undefined ? nextFiring(plan, now) : nextDateFiring(plan, date, now)
    const end = Math.min(begun.getTime() + plan.give_up_after, next?.getTime() ?? Number.POSITIVE_INFINITY)
    return now.getTime() + pause < end
  }

  /** Lets so much time go by, or less when the clock runs ahead meanwhile (a laptop slept). */
  async function rest(pause: number): Promise<void> {
    const until = time.now().getTime() + pause
    for (let left = pause; left > 0 && time.now().getTime() < until; left -= TICK_MS) {
      await time.sleep(Math.min(TICK_MS, left), signal)
    }
  }
}

/** An exit code that says "try again". A gate that refused, a contract that was broken or a bug say the same a minute later. */
function canHelp(error: unknown): boolean {
  return error instanceof Failure && error.retryable
}
