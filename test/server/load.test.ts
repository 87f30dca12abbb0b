import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { Edition } from '../../src/editions/edition.ts'
import { Failure } from '../../src/errors.ts'
import { limitConnections } from '../../src/server/connections.ts'
import { createEditions } from '../../src/server/editions.ts'
import type { Archive } from '../../src/stores/archive.ts'
import type { Documents } from '../../src/stores/documents.ts'
import { DATE, openTestContext } from '../helpers/context.ts'
import { serveContext } from '../helpers/serveContext.ts'
import { publishWeeks, type Week, watchWithTop } from '../helpers/weeks.ts'

const weekOf = (date: string, title = 'Transport'): Week => ({
  date,
  datasets: [{ id: 'd1', title, organization: 'o1' }],
  organizations: [['o1', 'Un', 1]],
})

/** Creates a context that logs reads, can block reads of the archive, and can make the documents unreachable. */
async function instrumentedWorld() {
  const context = await openTestContext(undefined, watchWithTop(1))
  const reads: string[] = []
  const finds: string[] = []
  let isUnreachable = false
  let gate = Promise.resolve()
  async function* read(key: string) {
    reads.push(key)
    await gate
    yield* context.archive.read(key)
  }
  const archive: Archive = Object.create(context.archive, { read: { value: read } })
  const documents: Documents = Object.create(context.documents, {
    find: {
      value: async (collection: 'tops', id: string) => {
        finds.push(id)
        if (isUnreachable) throw new Failure('store', 'cannot reach the documents')
        return context.documents.find(collection, id)
      },
    },
    ids: {
      value: async (...query: Parameters<Documents['ids']>) => {
        if (isUnreachable) throw new Failure('store', 'cannot reach the documents')
        return context.documents.ids(...query)
      },
    },
  })
  const blockArchive = () => {
    let release = () => {}
    gate = new Promise((resolve) => (release = resolve))
    return () => release()
  }
  return {
    world: { ...context, archive, documents },
    reads,
    finds,
    disconnect: () => (isUnreachable = true),
    blockArchive,
  }
}

test('reads an edition and its snapshot once for many simultaneous requests', async () => {
  const { world, reads, finds } = await instrumentedWorld()
  await publishWeeks(world, [weekOf(DATE)])
  const url = await serveContext(world)
  reads.length = finds.length = 0
  const hundred = Array.from({ length: 100 }, (_, index) => index)
  const answers = await Promise.all(hundred.map(() => fetch(`${url}/api/editions/mobilite-transport/latest`)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(finds.length).toBeLessThan(5)
  await Promise.all(hundred.slice(0, 40).map((one) => fetch(`${url}/api/explain/d${one % 2}`)))
  // One pass over the export, another for similar names, and the header, rather than forty passes.
  expect(reads.filter((key) => key.endsWith('datasets.csv.gz')).length).toBeLessThanOrEqual(6)
})

test('looks up many titles in one pass over the export, and rejects excess ones', async () => {
  const { world, reads } = await instrumentedWorld()
  await publishWeeks(world, [weekOf(DATE, 'Transports en commun')])
  const editions = createEditions(world)
  const { edition } = await editions.find('mobilite-transport')
  reads.length = 0
  const titles = Array.from({ length: 40 }, (_, index) => `Transports ${index}`)
  const found = await Promise.all([...titles, 'en COMMUN'].map((title) => editions.named(edition, title)))
  expect(found.map(({ count }) => count)).toEqual([...titles.map(() => 0), 1])
  expect(found.at(-1)!.datasets[0]!.dataset_id).toBe('d1')
  expect(await editions.named(edition, 'en COMMUN')).toBe(found.at(-1))
  // The pass, and the header.
  expect(reads.filter((key) => key.endsWith('datasets.csv.gz')).length).toBeLessThanOrEqual(3)
  const excess = Array.from({ length: 200 }, (_, index) => editions.named(edition, `excess ${index}`))
  const results = await Promise.allSettled(excess)
  expect(results.filter(({ status }) => status === 'rejected').length).toBeGreaterThanOrEqual(100)
})

test('says that reasons are being looked up until they are known', async () => {
  const { world, blockArchive } = await instrumentedWorld()
  await publishWeeks(world, [
    weekOf(DATE),
    { ...weekOf('2026-11-25'), datasets: [{ id: 'd2', title: 'Autre', organization: 'o1' }] },
  ])
  const editions = createEditions(world)
  const [from, to] = [await editions.find('mobilite-transport', DATE), await editions.find('mobilite-transport')]
  const release = blockArchive()
  const known = () => editions.knownChanges(from.edition, to.edition)
  expect([known().left[0]!.reason, editions.lacksReasons(known())]).toEqual([null, true])
  release()
  while (editions.lacksReasons(known())) await sleep(10)
  expect(known().left[0]!.reason).toBe('removed')
})

test('rejects excess explanations with 503 and Retry-After', async () => {
  const { world, blockArchive } = await instrumentedWorld()
  await publishWeeks(world, [weekOf(DATE)])
  const url = await serveContext(world)
  const release = blockArchive()
  const many = Array.from({ length: 120 }, (_, index) => fetch(`${url}/api/explain/unknown-${index}`))
  const rejected = async (response: Promise<Response>) => {
    if ((await response).status !== 503) throw new Error('not rejected')
  }
  await Promise.any(many.map(rejected))
  release()
  const answers = await Promise.all(many)
  const busy = answers.filter(({ status }) => status === 503)
  expect(busy.length).toBeGreaterThan(0)
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
  expect(busy[0]!.headers.get('retry-after')).toBe('10')
  expect(await busy[0]!.json()).toMatchObject({
    detail: 'cannot explain this dataset: too many requests are waiting. Try again in a minute.',
  })
  expect((await fetch(`${url}/api/explain/unknown-0`)).status).toBe(200)
})

test('shows new and republished editions without a restart', async () => {
  const { world } = await instrumentedWorld()
  await publishWeeks(world, [weekOf(DATE)])
  const url = await serveContext(world)
  const title = async () => {
    const edition = (await (await fetch(`${url}/api/editions/mobilite-transport/latest`)).json()) as Edition
    return edition.datasets[0]!.dataset_title
  }
  expect(await title()).toBe('Transport')
  await publishWeeks(world, [weekOf(DATE, 'Transports')])
  while ((await title()) === 'Transport') await sleep(50)
  await publishWeeks(world, [weekOf('2026-11-25', 'Transporteurs')])
  while ((await title()) !== 'Transporteurs') await sleep(50)
})

test('serves cached editions while the documents are unreachable, and reports that it is not ready', async () => {
  const { world, disconnect } = await instrumentedWorld()
  await publishWeeks(world, [weekOf(DATE)])
  const url = await serveContext(world)
  const path = `${url}/api/editions/mobilite-transport`
  expect((await fetch(`${path}/latest`)).status).toBe(200)
  disconnect()
  await sleep(1_100)
  expect((await fetch(`${path}/latest`)).status).toBe(200)
  const other = await fetch(`${path}/2026-11-04`)
  expect([other.status, await other.json()]).toEqual([
    503,
    {
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail:
        'cannot answer /api/editions/mobilite-transport/2026-11-04: a store is unreachable. Try again in a minute.',
      instance: '/api/editions/mobilite-transport/2026-11-04',
    },
  ])
  expect(world.warnings).toContain('/api/editions/mobilite-transport/2026-11-04: cannot reach the documents')
  const ready = await fetch(`${url}/readyz`)
  expect([ready.status, await ready.json()]).toEqual([503, { status: 'not ready', documents: false, archive: true }])
})

test('a flood of silent connections does not lock out real clients', async () => {
  const server = createServer((_, response) => response.end('ok'))
  const { drain } = limitConnections(server, 10)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const flood = Array.from({ length: 50 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  onTestFinished(() => {
    for (const socket of flood) socket.destroy()
    drain()
    server.close()
  })
  await Promise.all(flood.map((socket) => once(socket, 'connect')))
  for (const socket of flood) socket.write('GET / HT')
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok')
  while (flood.filter(({ destroyed }) => !destroyed).length > 10) await sleep(10)
})
