/** Receives log lines and progress of a run. Never writes to stdout. */
export interface Report {
  info(line: string): void
  warn(line: string): void
  /** Also printed with `--quiet`. */
  error(line: string): void
  /** Printed only with `--verbose`. */
  debug(line: string): void
  /** Starts to measure a stream of bytes. `total` is its length, if known. */
  meter(label: string, total?: number): Meter
  /** Calls `body`. Its log lines carry this run id. */
  withRunId<T>(run: string, body: () => T): T
  /** Removes the progress display; nothing may be reported afterwards. */
  close(): void
}

interface Meter {
  /** Adds the bytes of a chunk. */
  add(bytes: number): void
  /** Ends the meter, and prints the outcome with size and rate. */
  done(outcome?: string): void
}

/** Returns a `warn` that passes each line on once. */
export function warnOnce(warn: (line: string) => void): (line: string) => void {
  const known = new Set<string>()
  return (line) => {
    if (known.has(line)) return
    known.add(line)
    warn(line)
  }
}

/** A report that prints nothing. */
export const silentReport: Report = {
  info: () => {},
  warn: () => {},
  error: () => {},
  debug: () => {},
  meter: () => ({ add: () => {}, done: () => {} }),
  withRunId: (_, body) => body(),
  close: () => {},
}
