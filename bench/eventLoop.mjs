// Measures the event loop of the process that preloads it (node --import). Each message from the parent is answered with the
// longest delay since the last one, in milliseconds.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const RESOLUTION_MS = 5
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delays.enable()
// Worker threads preload this file as well, and have no channel.
if (isMainThread) {
  process.on('message', () => {
    // The histogram counts the timer's own interval as delay.
    process.send(delays.max / 1e6 - RESOLUTION_MS)
    delays.reset()
  })
  process.channel.unref()
}
