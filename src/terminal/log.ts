import { AsyncLocalStorage } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { type Level, logLine } from './logLine.ts'
import type { Report } from './report.ts'

/** Where a line is written; process.stderr in the program. */
interface Sink {
  write(text: string): unknown
}

/**
 * What a run says, for machines: one JSON object a line with `time` (ISO 8601, UTC), `level`, `message`, and the id of the
 * run that the line belongs to as `run_id`, once there is one. A stream that was measured adds `bytes` and `seconds`.
 */
export function createLog(sink: Sink, { quiet = false, verbose = false } = {}): Report {
  // Runs of one process work side by side (backfill --jobs), and share the report.
  const run = new AsyncLocalStorage<string>()
  const say = (level: Level, message: string, more: object = {}) => {
    sink.write(logLine(level, message, { run_id: run.getStore(), ...more }))
  }
  const unlessQuiet = (level: Level) => (quiet ? () => {} : (line: string) => say(level, line))
  return {
    info: unlessQuiet('info'),
    warn: unlessQuiet('warn'),
    error: (line) => say('error', line),
    detail: verbose ? unlessQuiet('debug') : () => {},
    meter: (label) => {
      const start = performance.now()
      let bytes = 0
      return {
        add: (more) => {
          bytes += more
        },
        done: (outcome) => {
          const seconds = Math.round(performance.now() - start) / 1000
          if (!quiet) say('info', outcome === undefined ? label : `${label}: ${outcome}`, { bytes, seconds })
        },
      }
    },
    during: (id, body) => run.run(id, body),
    close: () => {},
  }
}
