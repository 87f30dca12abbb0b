import { resolveConfig } from '../config/config.ts'
import type { Config } from '../config/settings.ts'
import { Failure, type FailureKind, messageOf, runIdOf } from '../errors.ts'
import {
  announceFailure,
  announceMissed,
  announceSkipped,
  announceSuccess,
  shouldAnnounce,
} from '../notify/announce.ts'
import type { NotifyContext } from '../notify/delivery.ts'
import { failedNews } from '../notify/news.ts'
import { warnOnError } from '../notify/warnOnError.ts'
import { run } from '../pipeline/pipeline.ts'
import type { NotificationRecord } from '../runs/record.ts'
import { systemClock } from '../scheduler/clock.ts'
import { missedDates } from '../scheduler/missed.ts'
import { type FailedAttempt, Scheduler, type SchedulerHandlers } from '../scheduler/scheduler.ts'
import { INITIAL_STATUS, type SchedulerStatus } from '../scheduler/status.ts'
import type { ListenAddress, RunningServer } from '../server/listen.ts'
import type { Report } from '../terminal/report.ts'
import { formatDuration } from '../text/format.ts'
import { publishAfterRun } from './afterRun.ts'
import { type CommandInput, openReport, settingFlags, withContext } from './io.ts'
import { runStep } from './runStep.ts'

const MAX_LISTED = 5

/**
 * Publishes each date when it is due, until it is stopped or the reader of its output is gone. Each run reads the settings again and
 * opens its own stores.
 */
export default async function schedule(given: CommandInput): Promise<void> {
  const reader = watchReader()
  const io = { ...given, signal: AbortSignal.any([given.signal, reader.signal]) }
  const { healthPort: port, healthHost: host = '127.0.0.1' } = io.options
  const { config } = await resolveConfig(settingFlags(io.options), process.env, io.options.config)
  const report = await openReport(io.options)
  const handlers = new RunHandlers(io, config, report)
  const health = port === undefined ? undefined : await serveHealth(io, handlers, { port, host, flag: '--health-port' })
  try {
    if (health) report.info(`health at ${health.url}healthz`)
    await new Scheduler(config, handlers, systemClock, io.signal).run()
  } catch (error) {
    if (error !== io.signal.reason) throw error
    report.info(handlers.describeStop())
  } finally {
    await health?.close()
    report.close()
    reader.close()
  }
}

/** Aborts a signal when the reader of stderr is gone. Otherwise `schedule 2>&1 | head` would run on without output. */
function watchReader() {
  const gone = new AbortController()
  const onError = ({ code }: NodeJS.ErrnoException) => {
    if (code === 'EPIPE') gone.abort(new Failure('terminated', 'stopped: no process reads its output any more'))
  }
  process.stderr.on('error', onError)
  return { signal: gone.signal, close: () => process.stderr.off('error', onError) }
}

/** Serves the scheduler's status, and the metrics of the stores at the time of the request. */
async function serveHealth(
  io: CommandInput,
  scheduler: { readonly status: SchedulerStatus },
  address: ListenAddress,
): Promise<RunningServer> {
  const [{ Hono }, { serveApp }, { metricsResponse }, { renderMetrics }] = await Promise.all([
    import('hono'),
    import('../server/listen.ts'),
    import('../server/metricsResponse.ts'),
    import('../metrics/metrics.ts'),
  ])
  const noStore = { 'cache-control': 'no-store' }
  const app = new Hono()
  app.get('/healthz', (c) => c.json(scheduler.status, 200, noStore))
  app.get('/metrics', () =>
    metricsResponse(() => withContext({ ...io, options: { ...io.options, quiet: true } }, renderMetrics)),
  )
  app.onError(({ message }, c) => c.text(`${message}\n`, 503, noStore))
  return serveApp(app, address)
}

/** Runs the pipeline for the scheduler's dates, and keeps its status. */
class RunHandlers implements SchedulerHandlers {
  status: SchedulerStatus = INITIAL_STATUS
  private readonly withoutStores: NotifyContext
  /** The notifications of failures. The store may be unable to record them, because its disk is full. */
  private notified: { readonly date: string; readonly error: unknown; readonly record: NotificationRecord }[] = []

  constructor(
    private readonly io: CommandInput,
    private readonly config: Config,
    private readonly report: Report,
  ) {
    this.withoutStores = { config, report, clock: () => new Date(), signal: io.signal }
  }

  findMissed(now: Date): Promise<readonly string[]> {
    return withContext(this.io, (context) => missedDates(context, now))
  }

  async publish(date: string): Promise<void> {
    this.status = { ...this.status, activity: 'running', date, next: null }
    this.report.info(`${date}: due`)
    await runStep({ ...this.io, options: { ...this.io.options, date } }, async (request, context) => {
      const result = await run(request, context)
      const unsaved = this.notified.filter((one) => one.date === date).map(({ record }) => record)
      await warnOnError(context, () => announceSuccess(request, context, unsaved))
      this.notified = []
      await publishAfterRun(request, context)
      return result
    })
    this.status = { ...this.status, last: { date, outcome: 'done', message: null, at: new Date().toISOString() } }
  }

  async onFailed(attempt: FailedAttempt): Promise<void> {
    const { date = null, error, retryAt } = attempt
    const message = messageOf(error)
    const last = { date, outcome: 'failed', message: message.split('\n')[0]!, at: new Date().toISOString() } as const
    this.status = { activity: 'pausing before the next try', date, next: retryAt?.toISOString() ?? null, last }
    this.report.error(`${date ?? 'search for missed dates'}: ${message.replace(/\.$/, '')}; ${describeRetry(attempt)}`)
    await this.notifyFailure(attempt)
  }

  async onSkipped(dates: readonly string[]): Promise<void> {
    const [have, are] = dates.length === 1 ? ['has', 'is'] : ['have', 'are']
    const what = `${listDates(dates)} ${have} no edition and ${are} not caught up (catch_up is ${this.config.catch_up})`
    this.report.warn(
      `${what}. "run DATE" publishes one from the snapshot of its date, or without one, from the portal's current export`,
    )
    await this.notify((context) => announceSkipped(dates, context))
  }

  describeStop(): string {
    const { activity, date } = this.status
    return activity === 'running' ? `stopped; no partial edition of ${date} was published` : 'stopped'
  }

  onWaiting(next: Date): void {
    this.status = { ...this.status, activity: 'waiting', date: null, next: next.toISOString() }
    const when = formatInstant(next, this.config.time_zone)
    this.report.info(`next edition: ${when}, in ${formatDuration(next.getTime() - Date.now())}`)
  }

  /** Notifies of the first failure of its kind and of the end of all retries, and not of the attempts between. */
  private async notifyFailure({ date, error, retryAt }: FailedAttempt): Promise<void> {
    if (date === undefined) return
    const isMissed = retryAt === undefined && error instanceof Failure && error.retryable
    if (!isMissed && !shouldAnnounce(error, this.io)) return
    const before = this.notified.filter((one) => one.date === date && kindOf(one.error) === kindOf(error))
    const sent = before.map(({ record }) => record).filter(({ status }) => status === 'sent')
    await this.notify(async (context) => {
      const records = isMissed
        ? await announceMissed(date, error, context)
        : await announceFailure(failedNews(date, error, retryAt ?? null), runIdOf(error), context, sent)
      this.notified.push(...records.map((record) => ({ date, error, record })))
    })
  }

  /** Sends notifications, even if a store cannot be opened. */
  private async notify(send: (context: NotifyContext) => Promise<unknown>): Promise<void> {
    try {
      await withContext(this.io, send)
    } catch {
      await warnOnError(this.withoutStores, () => send(this.withoutStores))
    }
  }
}

const kindOf = (error: unknown): FailureKind => (error instanceof Failure ? error.kind : 'bug')

/** Lists up to MAX_LISTED dates, and counts more: after a year without the scheduler they would fill the screen. */
function listDates(dates: readonly string[]): string {
  if (dates.length <= MAX_LISTED) return dates.join(', ')
  return `${dates.length} scheduled dates from ${dates[0]} to ${dates.at(-1)}`
}

function describeRetry({ number, retryAt }: FailedAttempt): string {
  if (retryAt === undefined) return 'no retry before the next date is due'
  return `try ${number + 1} in ${formatDuration(retryAt.getTime() - Date.now())}`
}

/** `Wednesday 2026-11-25 at 17:00 (Europe/Paris)` */
function formatInstant(instant: Date, timeZone: string): string {
  const weekday = new Intl.DateTimeFormat('en', { timeZone, weekday: 'long' }).format(instant)
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  const [date, time] = format.format(instant).split(' ')
  return `${weekday} ${date} at ${time!.replace(/:00$/, '')} (${timeZone})`
}
