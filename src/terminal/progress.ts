import { performance } from 'node:perf_hooks'
import { formatBytes, formatDuration } from '../text/format.ts'
import { stripControls } from '../text/stripControls.ts'
import type { Meter, Report } from './report.ts'

export interface ProgressOptions {
  readonly stream: NodeJS.WriteStream
  /** Redraw meters in place. Otherwise each prints one line when it ends. */
  readonly live: boolean
  readonly verbose: boolean
  readonly color: boolean
}

/** The interval at which running meters are redrawn. */
const REDRAW_MS = 100

/** Creates a report that writes plain lines, with a live progress display in a terminal. */
export async function createProgress({ stream, live, verbose, color }: ProgressOptions): Promise<Report> {
  const running = new Set<() => string>()
  // A second pass over the same export has the same result, which is reported once.
  const reported = new Set<string>()
  const screen = live ? (await import('log-update')).createLogUpdate(stream) : undefined
  const timer = live ? setInterval(redraw, REDRAW_MS).unref() : undefined
  const styled = (on: number, off: number) => (text: string) => (color ? `\u001b[${on}m${text}\u001b[${off}m` : text)
  const [yellow, red, dim] = [styled(33, 39), styled(31, 39), styled(2, 22)]

  return {
    info: (line) => print(line),
    warn: (line) => print(line, (text) => `${yellow('warning:')} ${text}`),
    error: (line) => print(line, (text) => `${red('error:')} ${text}`),
    debug: (line) => {
      if (verbose) print(line, dim)
    },
    meter,
    withRunId: (_, body) => body(),
    close: () => {
      clearInterval(timer)
      screen?.clear()
      screen?.done()
    },
  }

  function print(line: string, style = (text: string) => text): void {
    screen?.clear()
    stream.write(`${style(stripControls(line))}\n`)
    redraw()
  }

  function redraw(): void {
    if (running.size > 0) screen?.([...running].map((line) => line()).join('\n'))
  }

  function meter(label: string, total?: number): Meter {
    const start = performance.now()
    let done = 0
    const draw = () => {
      const width = (stream.columns ?? Number.POSITIVE_INFINITY) - `${label}  `.length
      return `${label}  ${dim(describeProgress(done, total, performance.now() - start, width))}`
    }
    running.add(draw)
    return {
      add: (more) => {
        done += more
      },
      done: (outcome) => {
        if (!running.delete(draw)) return
        const elapsed = performance.now() - start
        const rate = `${formatBytes(Math.round((done / Math.max(elapsed, 1)) * 1000))}/s`
        const result = `${label}  ${outcome ?? ''}`
        if (!reported.has(result)) {
          reported.add(result)
          print(
            `${label}  ${outcome === undefined ? '' : `${outcome} · `}${formatBytes(done)} in ${formatDuration(elapsed)} (${rate})`,
          )
        }
        if (running.size === 0) screen?.clear()
      },
    }
  }
}

/** `45 MB of 224 MB · 30 MB/s · 20% · 6.0 s left` */
function describeProgress(done: number, total: number | undefined, elapsed: number, width: number): string {
  const rate = elapsed > 0 ? done / elapsed : 0
  const parts = [formatBytes(done), `${formatBytes(Math.round(rate * 1000))}/s`]
  if (total !== undefined && total > 0 && done > 0) {
    parts[0] += ` of ${formatBytes(total)}`
    parts.push(`${Math.min(100, Math.floor((100 * done) / total))}%`)
    parts.push(`${formatDuration(Math.max(0, total - done) / rate)} left`)
  }
  // A line that wraps is hard to read, so the rate is dropped first, then the percentage.
  while (parts.length > 1 && parts.join(' · ').length >= width) parts.splice(1, 1)
  return parts.join(' · ')
}
