import type { Problem } from './problem.ts'

/**
 * Creates a queue that runs jobs, a few at a time.
 *
 * @param parallel how many jobs run at the same time
 * @param most how many may wait
 * @param refusal creates the 503 for one more
 */
export function createTurns(parallel: number, most: number, refusal: () => Problem) {
  const waiting: (() => void)[] = []
  let running = 0

  function next(): void {
    while (running < parallel && waiting.length > 0) {
      running++
      waiting.shift()!()
    }
  }

  function turn(signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        waiting.splice(waiting.indexOf(start), 1)
        reject(signal!.reason)
      }
      signal?.addEventListener('abort', leave, { once: true })
      waiting.push(start)
      next()
    })
  }

  return {
    /** Whether no job is waiting or running. */
    isIdle: () => running === 0,
    /** Runs a job after those before it, unless the signal ends the wait. @throws Problem 503 when too many are waiting */
    run: async <T>(job: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
      signal?.throwIfAborted()
      if (running >= parallel && waiting.length >= most) throw refusal()
      await turn(signal)
      try {
        return await job()
      } finally {
        running--
        next()
      }
    },
  }
}

export type Turns = ReturnType<typeof createTurns>
