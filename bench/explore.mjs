// Measures searches for any words over the real export: node bench/explore.mjs [FOLDER [SEARCHES]]
//
// FOLDER contains the real exports (default: ../shared/data). The script measures the first search (snapshot not in memory), one client,
// eight clients at once, and another page alone and meanwhile. Each search is for one to four words that no search had before, so no
// response is cached.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { CLI, exportsIn, publishRealEdition } from './realEdition.mjs'
import { markdown, save } from './results.mjs'

const [folder = '../shared/data', searches = '200'] = process.argv.slice(2)
const CLIENTS = 8
/** A person reads a page, then the next. */
const PAUSE_MS = 20
const work = publishRealEdition(folder)

/** Words of the titles, frequent ones more often, as readers would type them. */
const words = gunzipSync(readFileSync(exportsIn(folder).datasets))
  .subarray(0, 1 << 25)
  .toString('utf8')
  .match(/(?<=\r\n"[0-9a-f]{24}";")[^"]+/g)
  .flatMap((title) => title.toLowerCase().match(/\p{L}{3,20}/gu) ?? [])
let state = 1
/** Returns the same sequence of numbers below `most` in each run. */
function random(most) {
  state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
  return state % most
}

async function startServer() {
  const server = spawn(process.execPath, ['--import', resolve('bench/eventLoop.mjs'), CLI, 'serve', '--port', '0'], {
    cwd: work,
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  })
  const [line] = await once(server.stdout.setEncoding('utf8'), 'data')
  const url = /http:\S+(?=\/)/.exec(line)[0]
  const get = async (path) => {
    const began = performance.now()
    const response = await fetch(url + path)
    await response.arrayBuffer()
    if (response.status !== 200) throw new Error(`${path}: status ${response.status}`)
    return performance.now() - began
  }
  const delay = async () => {
    server.send('figures')
    return (await once(server, 'message'))[0].delay
  }
  return { get, delay, stop: () => server.kill() }
}

let count = 0
/** A search for one to four words. The parameter `top` makes it a new one, even for the same words. */
function search() {
  const wanted = Array.from({ length: 1 + (count % 4) }, () => words[random(words.length)])
  const match = count % 2 === 0 ? 'substring' : 'word'
  return `/api/explore/latest?match=${match}&top=${20 + (count++ % 30)}&words=${encodeURIComponent(wanted.join())}`
}

const percentile = (times, share) =>
  times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(share * times.length))]
const rows = []
function addRow(name, times, delay) {
  const cells = [0.5, 0.99].map((share) => percentile(times, share).toFixed(0))
  rows.push([name, times.length, ...cells, delay?.toFixed(0) ?? ''])
}

async function repeat(count, job) {
  const times = []
  for (let index = 0; index < count; index++) times.push(await job())
  return times
}

const cold = []
for (let start = 0; start < 3; start++) {
  const server = await startServer()
  cold.push(await server.get(search()))
  server.stop()
}
addRow('the first search, snapshot not in memory', cold)

const { get, delay, stop } = await startServer()
await get(search())
await repeat(20, () => get(search()))
const page = () => get('/editions/mobilite-transport/latest')
await repeat(20, page)
await delay()
const pageAfterPause = async () => {
  await sleep(PAUSE_MS)
  return page()
}
addRow('another page, alone', await repeat(Number(searches), pageAfterPause), await delay())
addRow('searches, one client', await repeat(Number(searches), () => get(search())), await delay())
let isSearching = true
const pages = (async () => {
  const times = []
  while (isSearching) times.push(await pageAfterPause())
  return times
})()
const each = Math.ceil(Number(searches) / CLIENTS)
const eight = await Promise.all(Array.from({ length: CLIENTS }, () => repeat(each, () => get(search()))))
isSearching = false
addRow('searches, eight clients at once', eight.flat(), await delay())
addRow('another page meanwhile', await pages)
stop()
save('searches', markdown(['', 'requests', 'p50 ms', 'p99 ms', 'longest delay of the event loop, ms'], rows))
