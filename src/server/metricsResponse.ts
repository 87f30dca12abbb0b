import { setTimeout as sleep } from 'node:timers/promises'
import { Failure } from '../errors.ts'
import { CACHE_CONTROL } from './caching.ts'

/** Prometheus waits 10 s by default, as long as the MongoDB driver does. With its own time-out, it would not see the 503. */
export const METRICS_TIMEOUT_MS = 5_000

/**
 * Responds with metrics in Prometheus's text format.
 *
 * @throws Failure `store` if the stores do not answer in time
 */
export async function metricsResponse(
  render: () => Promise<string>,
  timeoutMs = METRICS_TIMEOUT_MS,
): Promise<Response> {
  const stop = new AbortController()
  const timeout = sleep(timeoutMs, undefined, { signal: stop.signal }).then(() => {
    const seconds = timeoutMs / 1000
    throw new Failure('store', `cannot read the metrics: the stores did not answer within ${seconds} s. Run "doctor".`)
  })
  try {
    const text = await Promise.race([render(), timeout])
    return new Response(text, {
      headers: {
        'cache-control': CACHE_CONTROL.never,
        'content-type': 'text/plain; version=0.0.4; charset=utf-8',
      },
    })
  } finally {
    stop.abort()
  }
}
