// Loaded with --import: gives a process a clock that starts at FAKE_NOW. Its parent moves it on, over IPC: the long sleeps of the scheduler
// pass at once, up to the time that the parent allows. Short pauses and timers keep their real length.
import { syncBuiltinESMExports } from 'node:module'
import timers from 'node:timers/promises'

/** The scheduler sleeps longer than this; retries, polls, time limits and clean-up take less. */
const LONG_MS = 10_000

const RealDate = Date
let offset = RealDate.parse(process.env.FAKE_NOW) - RealDate.now()
let limit = 0
let onLimit = () => {}
const now = () => RealDate.now() + offset

globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
  apply: () => new RealDate(now()).toString(),
  get: (target, key) => (key === 'now' ? now : target[key]),
})

if (process.send !== undefined) {
  process.on('message', ({ until }) => {
    limit = until
    onLimit()
  })
  process.channel.unref()
}

const realSleep = timers.setTimeout
timers.setTimeout = async (ms, value, options = {}) => {
  if (process.send === undefined || ms < LONG_MS) return realSleep(ms, value, options)
  const { signal } = options
  for (const end = now() + ms; now() < end; ) {
    signal?.throwIfAborted()
    offset += Math.max(0, Math.min(limit, end) - now())
    if (now() >= end) break
    // The channel keeps the process alive while it waits for its parent.
    process.channel.ref()
    process.send({ reached: limit })
    await new Promise((resolve) => {
      onLimit = () => {
        signal?.removeEventListener('abort', resolve)
        resolve()
      }
      signal?.addEventListener('abort', resolve, { once: true })
    })
    process.channel.unref()
  }
  return value
}
syncBuiltinESMExports()
