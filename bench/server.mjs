// Compares `serve` with a static server that holds the same responses in memory: node bench/server.mjs [SECONDS [FOLDER]]
//
// FOLDER has a datagouv-tops.yaml, an archive and documents at their default places; by default, three Wednesdays of the demo.
// Each address is requested by 20 clients. The script prints a table for docs/performance.md.
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { load } from './load.mjs'

const CLI = resolve('dist/cli.js')
const [seconds = '2', folder = demoFolder()] = process.argv.slice(2)

function demoFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'datagouv-tops-bench-server-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  execFileSync(process.execPath, [CLI, 'demo', '--quiet', '--no-serve', '--into', join(folder, 'data')], {
    cwd: folder,
  })
  return folder
}

const server = spawn(process.execPath, ['--import', resolve('bench/eventLoop.mjs'), CLI, 'serve', '--port', '0'], {
  cwd: folder,
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
})
const [line] = await once(server.stdout.setEncoding('utf8'), 'data')
const port = Number(new URL(/http:\S+/.exec(line)[0]).port)

/** Returns the longest delay of the server's event loop since the last call. */
async function eventLoopDelay() {
  server.send('delays')
  const [delay] = await once(server, 'message')
  return delay
}

const get = async (path) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, { headers: { 'accept-encoding': 'br, gzip' } })
  return { type: response.headers.get('content-type'), body: Buffer.from(await response.arrayBuffer()) }
}

const { body } = await get('/api/editions/mobilite-transport/latest')
const edition = JSON.parse(body.toString())
const path = `/editions/mobilite-transport/${edition.date}`
const listed = edition.datasets.map(({ dataset_id }) => dataset_id)
const ADDRESSES = {
  'the tops': path,
  'the tops, an unknown parameter': (n) => `${path}?utm_source=${n}`,
  'the tops, a search': `${path}?q=velo`,
  'the changes': `${path}/changes`,
  'the organizations': `${path}/organizations`,
  'an organization': `${path}/organizations/${edition.organizations[0].id}`,
  'why, one dataset': `${path}/datasets/${listed[0]}`,
  'why, each listed dataset': (n) => `${path}/datasets/${listed[n % listed.length]}`,
  'the runs': '/runs',
  'API: edition': `/api${path}`,
  'API: CSV of a search': `/api${path}.csv?q=velo`,
  'API: changes': `/api${path}/changes`,
  'Atom feed': '/feed.atom',
  'JSON Feed': '/feed.json',
  '/healthz': '/healthz',
}

/** Serves one response body from memory. */
async function staticServer(type, body) {
  const files = createServer((_, response) => {
    response.writeHead(200, { 'content-type': type, 'content-length': body.length, etag: '"x"' })
    response.end(body)
  })
  files.listen(0, '127.0.0.1')
  await once(files, 'listening')
  return files
}

console.log('| | requests/s | p99 ms | of a static server | longest delay ms | first response ms |')
console.log('|---|---:|---:|---:|---:|---:|')
for (const [name, address] of Object.entries(ADDRESSES)) {
  const pathOf = typeof address === 'string' ? () => address : address
  await eventLoopDelay()
  const began = performance.now()
  await get(pathOf(0))
  const firstResponse = performance.now() - began
  const measured = await load(port, pathOf, { seconds: Number(seconds) })
  const max = await eventLoopDelay()
  const { type, body } = await get(pathOf(0))
  const files = await staticServer(type, body)
  const base = await load(files.address().port, pathOf, { seconds: Number(seconds) })
  files.closeAllConnections()
  files.close()
  if (measured.statuses.join() !== '200') throw new Error(`${name}: status ${measured.statuses}`)
  const cells = [
    measured.rate.toFixed(0),
    measured.p99.toFixed(0),
    (measured.rate / base.rate).toFixed(2),
    max.toFixed(0),
    firstResponse.toFixed(0),
  ]
  console.log(`| ${name} | ${cells.join(' | ')} |`)
}
server.kill()
