import { setTimeout } from 'node:timers/promises'

/** The current time and a way to wait. Tests simulate both. */
export interface Clock {
  now(): Date
  /** @throws the signal's reason, as soon as it is aborted */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (ms, signal) => {
    signal.throwIfAborted()
    await setTimeout(ms, undefined, { signal }).catch(() => signal.throwIfAborted())
  },
}
