import { setTimeout as sleep } from 'node:timers/promises'

/** Waits for work that nobody needs to succeed, but no longer than `ms`. */
export async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController()
  await Promise.race([work.catch(() => {}), sleep(ms, undefined, { signal: over.signal }).catch(() => {})])
  over.abort()
}
