// Measures the process that preloads it (node --import). To each message "figures" from the parent, it answers with the longest delay
// of the event loop in milliseconds and the CPU seconds since the last one.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

const RESOLUTION_MS = 5
const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
delays.enable()
// Worker threads preload this file as well, and have no channel.
if (isMainThread) {
  let before = process.cpuUsage()
  process.on('message', (message) => {
    if (message !== 'figures') return
    const { user, system } = process.cpuUsage(before)
    before = process.cpuUsage()
    // The histogram counts the timer's own interval as delay.
    process.send({ delay: delays.max / 1e6 - RESOLUTION_MS, cpu: (user + system) / 1e6 })
    delays.reset()
  })
  process.channel.unref()
}
