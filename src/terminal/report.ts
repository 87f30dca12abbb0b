/** What a run says while it works: lines for people, and meters for what takes time. Never on stdout. */
export interface Report {
  info(line: string): void
  warn(line: string): void
  /** What went wrong for good; said with `--quiet` too. */
  error(line: string): void
  /** Details that only `--verbose` shows. */
  detail(line: string): void
  /** Begins to measure a stream of bytes; `total` when it is known beforehand. */
  meter(label: string, total?: number): Meter
  /** Does something; what is said meanwhile belongs to this run. */
  during<T>(run: string, body: () => T): T
  /** Ends what is drawn; nothing is said afterwards. */
  close(): void
}

export interface Meter {
  /** `bytes` more went by. */
  add(bytes: number): void
  /** The stream is at its end; `outcome` is said behind its size and rate. */
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

/** A report that says nothing. */
export const silent: Report = {
  info: () => {},
  warn: () => {},
  error: () => {},
  detail: () => {},
  meter: () => ({ add: () => {}, done: () => {} }),
  during: (_, body) => body(),
  close: () => {},
}
