interface Job {
  readonly result: Promise<unknown>
  readonly controller: AbortController
  waiting: number
}

/** Runs a job once for all callers with the same key at the same time. */
export interface SharedJobs {
  /** @param signal ends the wait of one caller. When no caller waits any more, the signal of the job is aborted. */
  run<T>(key: string, signal: AbortSignal, job: (signal: AbortSignal) => Promise<T>): Promise<T>
}

/** Creates an empty set of jobs. */
export function createSharedJobs(): SharedJobs {
  const jobs = new Map<string, Job>()
  return {
    run: async (key, signal, start) => {
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
        return (await job.result) as Awaited<ReturnType<typeof start>>
      } finally {
        signal.removeEventListener('abort', leave)
      }
    },
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
