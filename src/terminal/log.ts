import { AsyncLocalStorage } from 'node:async_hooks'
import { performance } from 'node:perf_hooks'
import { stripControls } from '../text/stripControls.ts'
import { type Level, logLine } from './logLine.ts'
import type { Report } from './report.ts'

/** Usually process.stderr. */
interface Output {
  write(text: string): unknown
}

/**
 * Creates a report that writes JSON lines: `time` (ISO 8601, UTC), `level`, `message`, the current `run_id` if there is one, and for
 * a measured stream `bytes` and `seconds`.
 */
export function createLog(output: Output, { quiet = false, verbose = false } = {}): Report {
  // Concurrent runs of one process (backfill --jobs) share the report.
  const runId = new AsyncLocalStorage<string>()
  const log = (level: Level, message: string, fields: object = {}) => {
    output.write(logLine(level, stripControls(message), { run_id: runId.getStore(), ...fields }))
  }
  const unlessQuiet = (level: Level) => (quiet ? () => {} : (line: string) => log(level, line))
  return {
    info: unlessQuiet('info'),
    warn: unlessQuiet('warn'),
    error: (line) => log('error', line),
    debug: verbose ? unlessQuiet('debug') : () => {},
    meter: (label) => {
      const start = performance.now()
      let bytes = 0
      return {
        add: (more) => {
          bytes += more
        },
        done: (outcome) => {
          const seconds = Math.round(performance.now() - start) / 1000
          if (!quiet) log('info', outcome === undefined ? label : `${label}: ${outcome}`, { bytes, seconds })
        },
      }
    },
    withRunId: (id, body) => runId.run(id, body),
    close: () => {},
  }
}
