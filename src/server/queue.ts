import { busy } from './problem.ts'

/** Runs a job once those before it are done. */
export type Queue = <T>(job: () => Promise<T>) => Promise<T>

/**
 * One job after another: reading a snapshot takes a second of a core, and whoever asks for a hundred of them gets no more.
 *
 * @param most how many may wait; the next one is refused
 */
export function createQueue(most: number): Queue {
  let last: Promise<unknown> = Promise.resolve()
  let waiting = 0
  return async (job) => {
    if (waiting >= most) throw busy('too many questions are being answered that need a look into the archive')
    waiting++
    const result = last.then(job)
    last = result.catch(() => {})
    try {
      return await result
    } finally {
      waiting--
    }
  }
}
