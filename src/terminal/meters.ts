import { performance } from 'node:perf_hooks'
import { formatBytes, formatDuration } from '../text/format.ts'
import type { Report } from './report.ts'
import type { Screen } from './screen.ts'

/** Creates meters that are a live line while they run, and print their result. @param dim styles the progress */
export function createMeters(screen: Screen, dim: (text: string) => string): Report['meter'] {
  // A second pass over the same export has the same result, which is printed once.
  const printed = new Set<string>()

  return (label, total) => {
    const start = performance.now()
    let bytes = 0
    const line = () => {
      const width = screen.columns - `${label}  `.length
      return `${label}  ${dim(describeProgress(bytes, total, performance.now() - start, width))}`
    }
    screen.add(line)
    return {
      add: (more) => {
        bytes += more
      },
      done: (outcome) => {
        if (!screen.remove(line)) return
        const result = `${label}  ${outcome ?? ''}`
        if (printed.has(result)) return
        printed.add(result)
        screen.print(`${label}  ${describeResult(bytes, performance.now() - start, outcome)}`)
      },
    }
  }
}

/** Returns `45 MB of 224 MB · 30 MB/s · 20% · 6.0 s left`, or less of it if the width is smaller. */
function describeProgress(bytes: number, total: number | undefined, elapsedMs: number, width: number): string {
  const rate = elapsedMs > 0 ? bytes / elapsedMs : 0
  const parts = [formatBytes(bytes), `${formatBytes(Math.round(rate * 1000))}/s`]
  if (total !== undefined && total > 0 && bytes > 0) {
    parts[0] += ` of ${formatBytes(total)}`
    parts.push(`${Math.min(100, Math.floor((100 * bytes) / total))}%`)
    parts.push(`${formatDuration(Math.max(0, total - bytes) / rate)} left`)
  }
  // A line that wraps is hard to read, so the rate is dropped first, then the percentage.
  while (parts.length > 1 && parts.join(' · ').length >= width) parts.splice(1, 1)
  return parts.join(' · ')
}

/** Returns `121,000 records · 224 MB in 7.5 s (30 MB/s)`. */
function describeResult(bytes: number, elapsedMs: number, outcome: string | undefined): string {
  const rate = `${formatBytes(Math.round((bytes / Math.max(elapsedMs, 1)) * 1000))}/s`
  const size = `${formatBytes(bytes)} in ${formatDuration(elapsedMs)} (${rate})`
  return outcome === undefined ? size : `${outcome} · ${size}`
}
