interface Job {
  readonly result: Promise<unknown>
  readonly controller: AbortController
  waiting: number
}

/** Creates the function that runs a job once for all callers with the same key at the same time. */
export function createSharedJobs() {
  const jobs = new Map<string, Job>()
  return run

  /** @param signal ends the wait of one caller. When no caller waits any more, the signal of the job is aborted. */
  async function run<T>(key: string, signal: AbortSignal, start: (signal: AbortSignal) => Promise<T>): Promise<T> {
    signal.throwIfAborted()
    const job = jobs.get(key) ?? begin(key, start)
    job.waiting++
    const leave = () => {
      if (--job.waiting > 0) return
      if (jobs.get(key) === job) jobs.delete(key)
      job.controller.abort(signal.reason)
    }
    signal.addEventListener('abort', leave, { once: true })
    try {
      return (await job.result) as T
    } finally {
      signal.removeEventListener('abort', leave)
    }
  }

  function begin(key: string, start: (signal: AbortSignal) => Promise<unknown>): Job {
    const controller = new AbortController()
    const result = start(controller.signal).finally(() => {
      if (jobs.get(key) === job) jobs.delete(key)
    })
    const job: Job = { result, controller, waiting: 0 }
    jobs.set(key, job)
    return job
  }
}
