// Compares `serve` with a static server that holds the same responses in memory: node bench/server.mjs [FOLDER [SECONDS]]
//
// FOLDER contains the real exports (default: ../shared/data). Each address is requested by 20 clients. Both servers run in processes of
// their own. CPU time does not depend on what else the machine does, nor on how fast the clients are.
import { fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { resolve } from 'node:path'
import { load } from './load.mjs'
import { CLI, publishRealEdition } from './realEdition.mjs'
import { markdown, save } from './results.mjs'

const PRELOAD = ['--import', resolve('bench/eventLoop.mjs')]
const WARM_UP_SECONDS = 0.5
const [folder = '../shared/data', seconds = '2'] = process.argv.slice(2)

const server = spawn(process.execPath, [...PRELOAD, CLI, 'serve', '--port', '0'], {
  cwd: publishRealEdition(folder, 2),
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
})
const files = fork(resolve('bench/static.mjs'), { execArgv: PRELOAD })
process.on('exit', () => {
  server.kill()
  files.kill()
})
const [line] = await once(server.stdout.setEncoding('utf8'), 'data')
const port = Number(new URL(/http:\S+/.exec(line)[0]).port)

/** Returns the longest delay of a server's event loop in ms, and its CPU seconds, since the last call. */
async function figuresOf(child) {
  child.send('figures')
  const [figures] = await once(child, 'message')
  return figures
}

const get = async (path, to = port) => {
  const response = await fetch(`http://127.0.0.1:${to}${path}`, { headers: { 'accept-encoding': 'br, gzip' } })
  return { type: response.headers.get('content-type'), body: Buffer.from(await response.arrayBuffer()) }
}

/** Loads an address of a server, first to compile its code, and measures the server meanwhile. */
async function measure(child, port, pathOf) {
  await load(port, pathOf, { seconds: WARM_UP_SECONDS })
  await figuresOf(child)
  const found = await load(port, pathOf, { seconds: Number(seconds) })
  if (found.statuses.join() !== '200') throw new Error(`${pathOf(0)}: status ${found.statuses}`)
  const { delay, cpu } = await figuresOf(child)
  return { ...found, delay, microseconds: (1e6 * cpu) / found.requests }
}

const { body } = await get('/api/editions/mobilite-transport/latest')
const edition = JSON.parse(body.toString())
const path = `/editions/mobilite-transport/${edition.date}`
const listed = edition.datasets.map(({ dataset_id }) => dataset_id)
const EACH = 'why, each listed dataset'
const ADDRESSES = {
  // First, because it waits for a pass over the export, which the tops would begin in the background.
  'the changes': `${path}/changes`,
  'the tops': path,
  'the tops, an unknown parameter': (n) => `${path}?utm_source=${n}`,
  'the tops, a search': `${path}?q=velo`,
  'the organizations': `${path}/organizations`,
  'an organization': `${path}/organizations/${edition.organizations[0].id}`,
  'why, one dataset': `${path}/datasets/${listed[0]}`,
  [EACH]: (n) => `${path}/datasets/${listed[n % listed.length]}`,
  'the runs': '/runs',
  'API: edition': `/api${path}`,
  'API: CSV of a search': `/api${path}.csv?q=velo`,
  'API: changes': `/api${path}/changes`,
  'Atom feed': '/feed.atom',
  'JSON Feed': '/feed.json',
  '/healthz': '/healthz',
}

/** Returns a response as it is sent: the body compressed, with its headers. */
async function rawResponse(path) {
  const { request } = await import('node:http')
  const [response] = await once(request({ port, path, headers: { 'accept-encoding': 'br, gzip' } }).end(), 'response')
  const chunks = []
  for await (const chunk of response) chunks.push(chunk)
  const { 'content-type': type, 'content-encoding': encoding, etag } = response.headers
  const headers = { 'content-type': type, ...(encoding && { 'content-encoding': encoding }), ...(etag && { etag }) }
  return { headers, body: Buffer.concat(chunks).toString('base64') }
}

const rows = []
for (const [name, address] of Object.entries(ADDRESSES)) {
  const pathOf = typeof address === 'string' ? () => address : address
  const began = performance.now()
  await get(pathOf(0))
  const first = performance.now() - began
  // The first request for each page renders it.
  if (name === EACH) for (const n of listed.keys()) await get(pathOf(n))
  const found = await measure(server, port, pathOf)
  files.send(await rawResponse(pathOf(0)))
  const [{ port: filesPort }] = await once(files, 'message')
  const base = await measure(files, filesPort, pathOf)
  rows.push([
    name,
    found.rate.toFixed(0),
    found.p99.toFixed(0),
    (found.rate / base.rate).toFixed(2),
    found.microseconds.toFixed(0),
    (base.microseconds / found.microseconds).toFixed(2),
    found.delay.toFixed(0),
    first.toFixed(0),
  ])
}
const STATIC = 'of a static server'
save(
  'server',
  markdown(['', 'requests/s', 'p99 ms', STATIC, 'CPU µs', STATIC, 'longest delay ms', 'first response ms'], rows),
)
process.exit()
