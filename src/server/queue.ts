import { busyProblem } from './problem.ts'

export interface Queue {
  /** Runs a job after those queued before it. @throws Problem 503 when too many are waiting */
  run<T>(job: () => Promise<T>): Promise<T>
  /** Whether no job is waiting or running. */
  isIdle(): boolean
}

/**
 * Creates a queue that runs one job at a time. Reading a snapshot keeps a core busy for a second, so parallel passes would only
 * slow each other down.
 *
 * @param most how many jobs may wait or run; the next one is rejected with a 503
 */
export function createQueue(most: number): Queue {
  let last: Promise<unknown> = Promise.resolve()
  let pending = 0
  return {
    isIdle: () => pending === 0,
    run: async (job) => {
      if (pending >= most)
        throw busyProblem('cannot read the archive: too many requests are waiting for it. Try again in a minute.')
      pending++
      const result = last.then(job)
      last = result.catch(() => {})
      try {
        return await result
      } finally {
        pending--
      }
    },
  }
}
