import { busyProblem } from '../problem.ts'

/** Runs jobs, a few at a time. */
export interface Turns {
  /** Runs a job after those before it, unless the signal ends the wait. @throws Problem 503 when too many are waiting */
  run<T>(job: () => Promise<T>, signal: AbortSignal): Promise<T>
}

/**
 * @param parallel how many jobs run at the same time
 * @param most how many may wait
 */
export function createTurns(parallel: number, most: number): Turns {
  const waiting: (() => void)[] = []
  let running = 0

  function next(): void {
    while (running < parallel && waiting.length > 0) {
      running++
      waiting.shift()!()
    }
  }

  function turn(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', leave)
        resolve()
      }
      const leave = () => {
        waiting.splice(waiting.indexOf(start), 1)
        reject(signal.reason)
      }
      signal.addEventListener('abort', leave, { once: true })
      waiting.push(start)
      next()
    })
  }

  return {
    run: async (job, signal) => {
      signal.throwIfAborted()
      if (running >= parallel && waiting.length >= most)
        throw busyProblem('cannot search now: too many searches are waiting. Try again in a few seconds.', 2)
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
