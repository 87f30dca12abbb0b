import type { Report } from './report.ts'

/** A warning that matters for each date: its numbers differ, and decide. */
const ALWAYS_PRINTED = /seems incomplete/

/**
 * Prints a warning once, and counts those that differ from it only in dates and numbers: with the exports of a year, the same one
 * would come 52 times. `close` prints how many were left out. The run records have them all, and so has a log for machines.
 */
export function foldWarnings(report: Report, { log_format }: { readonly log_format: string }) {
  if (log_format === 'json') return { report, close: () => {} }
  const repeats = new Map<string, { readonly first: string; count: number }>()
  const warn = (line: string) => {
    const kind = line.replace(/\d[\d,.:-]*/g, '0')
    const known = repeats.get(kind)
    if (known !== undefined) known.count++
    else {
      if (!ALWAYS_PRINTED.test(line)) repeats.set(kind, { first: line, count: 0 })
      report.warn(line)
    }
  }
  const close = () => {
    for (const { first, count } of repeats.values()) {
      const [warnings, them] = count === 1 ? ['warning', 'it'] : ['warnings', 'them']
      if (count > 0) report.warn(`${count} more ${warnings} like "${first}"; the run records have ${them}`)
    }
  }
  return { report: { ...report, warn }, close }
}
