import { setTimeout as sleep } from 'node:timers/promises'

/** Waits at most `ms` for optional work. Ignores its errors. */
export async function withTimeout(ms: number, work: Promise<unknown>): Promise<void> {
  const stop = new AbortController()
  await Promise.race([work.catch(() => {}), sleep(ms, undefined, { signal: stop.signal }).catch(() => {})])
  stop.abort()
}
