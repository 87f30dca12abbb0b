import { setTimeout } from 'node:timers/promises'

/** What time it is, and letting time go by. Tests put another one in its place. */
export interface Time {
  now(): Date
  /** @throws the signal's reason, as soon as it is aborted */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const realTime: Time = {
  now: () => new Date(),
  sleep: async (ms, signal) => {
    signal.throwIfAborted()
    await setTimeout(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
  },
}
