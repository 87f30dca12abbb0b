import { resolveConfig } from '../config/config.ts'
import type { Config } from '../config/settings.ts'
import { Failure, runOf } from '../errors.ts'
import { announceFailure, announceMissed, announcePublished, isWorthTelling, orWarn } from '../notify/announce.ts'
import type { Surroundings } from '../notify/delivery.ts'
import { failedNews } from '../notify/news.ts'
import { run } from '../pipeline/pipeline.ts'
import { missedDates } from '../scheduler/missed.ts'
import { type Duties, type FailedAttempt, keepSchedule } from '../scheduler/scheduler.ts'
import { STARTING, type Status } from '../scheduler/status.ts'
import { realTime } from '../scheduler/time.ts'
import type { Address, Listening } from '../server/listen.ts'
import { duration } from '../terminal/format.ts'
import type { Report } from '../terminal/report.ts'
import { flagsOf, type Io, inWorld, openReport } from './io.ts'
import { carryOut } from './order.ts'

/** Stays up and publishes what is due, until it is stopped. Each run reads the settings again and opens its own stores. */
export default async function schedule(io: Io): Promise<void> {
  const { healthPort: port, healthHost: host = '127.0.0.1' } = io.options
  const { config } = await resolveConfig(flagsOf(io.options), process.env, io.options.config)
  const report = await openReport(io.options)
  const status = { now: STARTING }
  const health = port === undefined ? undefined : await serveHealth(io, status, { port, host, flag: '--health-port' })
  try {
    if (health) report.info(`health at ${health.url}healthz`)
    await keepSchedule(config, dutiesOf(io, config, report, status), realTime, io.signal)
  } finally {
    await health?.close()
    report.close()
  }
}

/** For whoever watches over the process: how it goes, and what the stores tell at that moment. */
async function serveHealth(io: Io, status: { readonly now: Status }, address: Address): Promise<Listening> {
  const [{ Hono }, { serveApp }, { metricsResponse }, { renderMetrics }] = await Promise.all([
    import('hono'),
    import('../server/listen.ts'),
    import('../server/metricsResponse.ts'),
    import('../metrics/metrics.ts'),
  ])
  const fresh = { 'cache-control': 'no-store' }
  const app = new Hono()
  app.get('/healthz', (c) => c.json(status.now, 200, fresh))
  app.get('/metrics', async () =>
    metricsResponse(await inWorld({ ...io, options: { ...io.options, quiet: true } }, renderMetrics)),
  )
  app.onError(({ message }, c) => c.text(`${message}\n`, 503, fresh))
  return serveApp(app, address)
}

function dutiesOf(io: Io, config: Config, report: Report, status: { now: Status }): Duties {
  const { time_zone: timeZone } = config
  const now = () => new Date().toISOString()
  const withoutStores: Surroundings = { config, report, clock: () => new Date(), signal: io.signal }
  return {
    missed: (now) => inWorld(io, (world) => missedDates(world, now)),
    publish: async (date) => {
      status.now = { ...status.now, activity: 'running', date, next: null }
      report.info(`${date}: due`)
      await carryOut({ ...io, options: { ...io.options, date } }, async (order, world) => {
        const result = await run(order, world)
        await orWarn(world, () => announcePublished(date, order.watches, world))
        return result
      })
      status.now = { ...status.now, last: { date, outcome: 'done', message: null, at: now() } }
    },
    failed: async (attempt) => {
      const { date = null, error, again } = attempt
      const message = messageOf(error)
      const last = { date, outcome: 'failed', message: message.split('\n')[0]!, at: now() } as const
      status.now = { activity: 'pausing before the next try', date, next: again?.toISOString() ?? null, last }
      report.error(`${date ?? 'looking for missed dates'}: ${message}; ${whatNext(attempt)}`)
      await tellFailure(attempt, io, withoutStores)
    },
    passedOver: async (dates) => {
      const what = `${dates.join(', ')} ${dates.length === 1 ? 'has' : 'have'} no edition: nobody was there when due`
      report.warn(`${what}. "run --date" makes one of what the portal has now`)
      await orWarn(withoutStores, () => announceMissed(dates, undefined, withoutStores))
    },
    waits: (next) => {
      status.now = { ...status.now, activity: 'waiting', date: null, next: next.toISOString() }
      report.info(`next edition: ${inWords(next, timeZone)}, in ${duration(next.getTime() - Date.now())}`)
    },
  }
}

/** The first failure of its kind is told, and the end of all tries; what lies between is not. */
async function tellFailure({ date, number, error, again }: FailedAttempt, io: Io, withoutStores: Surroundings) {
  if (date === undefined) return
  const isMissed = again === undefined && error instanceof Failure && error.retryable
  if (!isMissed && !isWorthTelling(error, io)) return
  const tell = (world: Surroundings) =>
    isMissed
      ? announceMissed([date], runOf(error), world)
      : announceFailure(failedNews(date, error, again ?? null), runOf(error), world)
  try {
    await inWorld(io, tell)
  } catch {
    // The stores are away, and with them the memory of who was told.
    if (number === 1 || again === undefined) await orWarn(withoutStores, () => tell(withoutStores))
  }
}

/** An expected failure is one line; a bug keeps its stack, and does not end the scheduler. */
function messageOf(error: unknown): string {
  return error instanceof Failure
    ? error.message
    : `this is a bug, please report it\n${(error as Error)?.stack ?? error}`
}

function whatNext({ number, again }: FailedAttempt): string {
  if (again === undefined) return 'not tried again before the next date is due'
  return `try ${number + 1} in ${duration(again.getTime() - Date.now())}`
}

/** `Wednesday 2026-11-25 at 17:00 (Europe/Paris)` */
function inWords(instant: Date, timeZone: string): string {
  const weekday = new Intl.DateTimeFormat('en', { timeZone, weekday: 'long' }).format(instant)
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'medium' })
  const [date, time] = format.format(instant).split(' ')
  return `${weekday} ${date} at ${time!.replace(/:00$/, '')} (${timeZone})`
}
