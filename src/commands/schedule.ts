import { resolveConfig } from '../config/config.ts'
import { Failure } from '../errors.ts'
import { run } from '../pipeline/pipeline.ts'
import { startHealth } from '../scheduler/health.ts'
import { missedDates } from '../scheduler/missed.ts'
import { type Duties, type FailedAttempt, keepSchedule } from '../scheduler/scheduler.ts'
import { STARTING, type Status } from '../scheduler/status.ts'
import { realTime } from '../scheduler/time.ts'
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
  const healthz = { type: 'application/json', body: () => `${JSON.stringify(status.now)}\n` }
  const health = port === undefined ? undefined : await startHealth({ '/healthz': healthz }, { port, host })
  try {
    if (health) report.info(`health at ${health.url}/healthz`)
    await keepSchedule(config, dutiesOf(io, report, config.time_zone, status), realTime, io.signal)
  } finally {
    await health?.close()
    report.close()
  }
}

function dutiesOf(io: Io, report: Report, timeZone: string, status: { now: Status }): Duties {
  const now = () => new Date().toISOString()
  return {
    missed: (now) => inWorld(io, (world) => missedDates(world, now)),
    publish: async (date) => {
      status.now = { ...status.now, activity: 'running', date, next: null }
      report.info(`${date}: due`)
      await carryOut({ ...io, options: { ...io.options, date } }, run)
      status.now = { ...status.now, last: { date, outcome: 'done', message: null, at: now() } }
    },
    failed: async ({ date = null, number, error, again }) => {
      const message = messageOf(error)
      const last = { date, outcome: 'failed', message: message.split('\n')[0]!, at: now() } as const
      status.now = { activity: 'pausing before the next try', date, next: again?.toISOString() ?? null, last }
      report.error(`${date ?? 'looking for missed dates'}: ${message}; ${whatNext({ date, number, error, again })}`)
    },
    passedOver: async (dates) => {
      const what = `${dates.join(', ')} ${dates.length === 1 ? 'has' : 'have'} no edition: nobody was there when due`
      report.warn(`${what}. "run --date" makes one of what the portal has now`)
    },
    waits: (next) => {
      status.now = { ...status.now, activity: 'waiting', date: null, next: next.toISOString() }
      report.info(`next edition: ${inWords(next, timeZone)}, in ${duration(next.getTime() - Date.now())}`)
    },
  }
}

/** An expected failure is one line; a bug keeps its stack, and does not end the scheduler. */
function messageOf(error: unknown): string {
  return error instanceof Failure
    ? error.message
    : `this is a bug, please report it\n${(error as Error)?.stack ?? error}`
}

function whatNext({ number, again }: Omit<FailedAttempt, 'date'> & { date: string | null }): string {
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
