import type { IncomingMessage } from 'node:http'
import { performance } from 'node:perf_hooks'
import { formatBytes, formatDuration } from '../text/format.ts'
import type { FetchSettings } from './policy.ts'

/**
 * Reads the body of a response. Fails if no byte arrives within the stall time-out, or too few for the lowest rate. Only the
 * time spent waiting counts: a slow reader is fine.
 */
export async function* readBody(
  response: IncomingMessage,
  { stall_timeout, min_rate }: FetchSettings,
): AsyncIterable<Uint8Array> {
  const chunks = response[Symbol.asyncIterator]()
  let waited = 0
  let received = 0
  try {
    for (;;) {
      const start = performance.now()
      const timer = setTimeout(
        () => response.destroy(new Error(`no byte for ${formatDuration(stall_timeout)}`)),
        stall_timeout,
      )
      const { value, done } = await chunks.next().finally(() => clearTimeout(timer))
      if (done) return
      waited += performance.now() - start
      received += value.length
      if (waited >= stall_timeout) {
        if (received < (min_rate * waited) / 1_000) throw tooSlow(received, waited, min_rate)
        waited = 0
        received = 0
      }
      yield value
    }
  } finally {
    response.destroy()
  }
}

function tooSlow(bytes: number, ms: number, minRate: number): Error {
  const least = `${formatBytes(minRate)} a second (min_rate)`
  return new Error(`only ${formatBytes(bytes)} in ${formatDuration(ms)}, less than ${least}`)
}
