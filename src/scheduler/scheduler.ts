import { datesDueBetween, nextFiring, nextFiringOnLaterDate, type Schedule } from '../editions/calendar.ts'
import { Failure } from '../errors.ts'
import type { Clock } from './clock.ts'

/** The settings of the same names. Durations in milliseconds. */
export interface SchedulerOptions extends Schedule {
  readonly catch_up: number
  readonly try_again_after: number
  readonly give_up_after: number
}

/** The callbacks of a scheduler. Only `findMissed` and `publish` may throw. */
export interface SchedulerHandlers {
  /** Returns the dates up to `now` without an edition, in ascending order. */
  findMissed(now: Date): Promise<readonly string[]>
  publish(date: string): Promise<void>
  onFailed(attempt: FailedAttempt): Promise<void>
  /** Reports dates that stay without an edition because the scheduler was not running when they were due. */
  onSkipped(dates: readonly string[]): Promise<void>
  /** Reports that all due dates are done, and when the next one is due. */
  onWaiting(next: Date): void
}

export interface FailedAttempt {
  /** Undefined if the search for missed dates failed. */
  readonly date: string | undefined
  /** From 1. */
  readonly number: number
  readonly error: unknown
  /** When the next attempt starts; undefined if there is none. */
  readonly retryAt: Date | undefined
}

/** The longest sleep. Timers stop while a laptop sleeps, and ignore changes of the clock. Both are noticed within this time. */
const TICK_MS = 60_000
const MAX_PAUSE_MS = 3_600_000
/** If the clock is set back by less than this, no date is repeated. If by more, the old time is assumed to have been wrong. */
const MAX_SETBACK_MS = 3_600_000

/** Publishes every date that is due, one at a time. */
export class Scheduler {
  /** All dates due up to this time are done. */
  private handledUntil: Date

  constructor(
    private readonly options: SchedulerOptions,
    private readonly handlers: SchedulerHandlers,
    private readonly clock: Clock,
    private readonly signal: AbortSignal,
  ) {
    this.handledUntil = clock.now()
  }

  /**
   * Publishes the last `catch_up` missed dates, then publishes each date when it is due, until the signal is aborted. A failed
   * date is retried with growing pauses until `give_up_after` has passed or the next date is due.
   *
   * @throws the signal's reason; Failure `usage` if the schedule has no further date
   */
  async run(): Promise<never> {
    const { catch_up } = this.options
    const missed = await this.retryWithBackoff(undefined, () => this.handlers.findMissed(this.handledUntil))
    await this.publishLast(missed ?? [], catch_up)
    for (;;) {
      const now = await this.sleepUntilDue()
      const due = datesDueBetween(this.options, this.handledUntil, now)
      this.handledUntil = now
      await this.publishLast(due, Math.max(1, catch_up))
    }
  }

  /** Publishes the last `max` of these dates and skips the others. */
  private async publishLast(dates: readonly string[], max: number): Promise<void> {
    const first = Math.max(0, dates.length - max)
    if (first > 0) await this.handlers.onSkipped(dates.slice(0, first))
    for (const date of dates.slice(first)) await this.retryWithBackoff(date, () => this.handlers.publish(date))
  }

  /** Sleeps until a date is due. Returns the time after the sleep. */
  private async sleepUntilDue(): Promise<Date> {
    let next: Date | undefined
    for (;;) {
      const now = this.clock.now()
      if (this.handledUntil.getTime() - now.getTime() > MAX_SETBACK_MS) {
        this.handledUntil = now
        next = undefined
      }
      if (next === undefined) {
        next = this.nextDue()
        if (next > now) this.handlers.onWaiting(next)
      }
      if (next <= now) return now
      await this.clock.sleep(Math.min(TICK_MS, next.getTime() - now.getTime()), this.signal)
    }
  }

  private nextDue(): Date {
    const next = nextFiring(this.options, this.handledUntil)
    if (next !== undefined) return next
    throw new Failure(
      'usage',
      `no edition is due after ${this.handledUntil.toISOString()}: the schedule "${this.options.schedule}" never fires again. Change the setting schedule.`,
    )
  }

  /** @returns undefined if the last attempt failed, or if a retry cannot help */
  private async retryWithBackoff<T>(date: string | undefined, body: () => Promise<T>): Promise<T | undefined> {
    const start = this.clock.now()
    for (let number = 1; ; number++) {
      this.signal.throwIfAborted()
      try {
        return await body()
      } catch (error) {
        this.signal.throwIfAborted()
        const pause = Math.min(MAX_PAUSE_MS, this.options.try_again_after * 2 ** (number - 1))
        const canRetry = isRetryable(error) && this.isBeforeDeadline(date, start, pause)
        const retryAt = canRetry ? new Date(this.clock.now().getTime() + pause) : undefined
        await this.handlers.onFailed({ date, number, error, retryAt })
        if (retryAt === undefined) return undefined
        await this.sleepAtMost(pause)
      }
    }
  }

  /** Whether an attempt after `pause` starts within `give_up_after` of the first one and before the next date is due. */
  private isBeforeDeadline(date: string | undefined, start: Date, pause: number): boolean {
    const now = this.clock.now()
    const next = date === undefined ? nextFiring(this.options, now) : nextFiringOnLaterDate(this.options, date, now)
    const deadline = Math.min(start.getTime() + this.options.give_up_after, next?.getTime() ?? Number.POSITIVE_INFINITY)
    return now.getTime() + pause < deadline
  }

  /** Sleeps for `pause` ms, or less if the clock jumps ahead meanwhile (a laptop slept). */
  private async sleepAtMost(pause: number): Promise<void> {
    const until = this.clock.now().getTime() + pause
    for (let remaining = pause; remaining > 0 && this.clock.now().getTime() < until; remaining -= TICK_MS) {
      await this.clock.sleep(Math.min(TICK_MS, remaining), this.signal)
    }
  }
}

/** Whether a retry can help. A refusing gate, a broken contract or a bug would fail the same way a minute later. */
function isRetryable(error: unknown): boolean {
  return error instanceof Failure && error.retryable
}
