import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, onTestFinished, test } from 'vitest'
import type { Edition } from '../../src/editions/edition.ts'
import { Failure } from '../../src/errors.ts'
import { keepRoom } from '../../src/server/connections.ts'
import type { Archive } from '../../src/stores/archive.ts'
import type { Documents } from '../../src/stores/documents.ts'
import { served } from '../helpers/served.ts'
import { publishWeeks, topOf, type Week } from '../helpers/weeks.ts'
import { DATE, testWorld } from '../helpers/world.ts'

const weekOf = (date: string, title = 'Transport'): Week => ({
  date,
  datasets: [{ id: 'd1', title, organization: 'o1' }],
  organizations: [['o1', 'Un', 1]],
})

/** A world that counts what is read of its stores, and whose archive can be held, and whose documents can go away. */
async function counted() {
  const world = await testWorld(undefined, topOf(1))
  const reads: string[] = []
  const found: string[] = []
  let away = false
  let gate = Promise.resolve()
  async function* read(key: string) {
    reads.push(key)
    await gate
    yield* world.archive.read(key)
  }
  const archive: Archive = Object.create(world.archive, { read: { value: read } })
  const documents: Documents = Object.create(world.documents, {
    find: {
      value: async (collection: 'tops', id: string) => {
        found.push(id)
        if (away) throw new Failure('store', 'the documents are away')
        return world.documents.find(collection, id)
      },
    },
    ids: {
      value: async (...query: Parameters<Documents['ids']>) => {
        if (away) throw new Failure('store', 'the documents are away')
        return world.documents.ids(...query)
      },
    },
  })
  const hold = () => {
    let release = () => {}
    gate = new Promise((resolve) => (release = resolve))
    return () => release()
  }
  return { world: { ...world, archive, documents }, reads, found, leave: () => (away = true), hold }
}

test('reads an edition once for a hundred readers, and its snapshot once for as many questions', async () => {
  const { world, reads, found } = await counted()
  await publishWeeks(world, [weekOf(DATE)])
  const url = await served(world)
  reads.length = found.length = 0
  const hundred = Array.from({ length: 100 }, (_, index) => index)
  const answers = await Promise.all(hundred.map(() => fetch(`${url}/api/editions/mobilite-transport/latest`)))
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]))
  expect(found.length).toBeLessThan(5)
  await Promise.all(hundred.slice(0, 40).map((one) => fetch(`${url}/api/explain/d${one % 2}`)))
  // One pass of each export, a second one for what is called alike, and the header; not forty.
  expect(reads.filter((key) => key.endsWith('datasets.csv.gz')).length).toBeLessThanOrEqual(6)
})

test('refuses more questions at once than it can answer soon, and says when to come back', async () => {
  const { world, hold } = await counted()
  await publishWeeks(world, [weekOf(DATE)])
  const url = await served(world)
  const release = hold()
  const many = Array.from({ length: 120 }, (_, index) => fetch(`${url}/api/explain/unknown-${index}`))
  const refusal = async (asked: Promise<Response>) => {
    if ((await asked).status !== 503) throw new Error('not refused')
  }
  await Promise.any(many.map(refusal))
  release()
  const answers = await Promise.all(many)
  const refused = answers.filter(({ status }) => status === 503)
  expect(refused.length).toBeGreaterThan(0)
  expect(answers.filter(({ status }) => status === 200).length).toBeGreaterThan(0)
  expect(refused[0]!.headers.get('retry-after')).toBe('10')
  expect(await refused[0]!.json()).toMatchObject({ detail: 'too many datasets are being asked for' })
  expect((await fetch(`${url}/api/explain/unknown-0`)).status).toBe(200)
})

test('shows an edition that is published anew, without a restart', async () => {
  const { world } = await counted()
  await publishWeeks(world, [weekOf(DATE)])
  const url = await served(world)
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

test('goes on showing what it holds while the documents are away, and says that it is not ready', async () => {
  const { world, leave } = await counted()
  await publishWeeks(world, [weekOf(DATE)])
  const url = await served(world)
  const path = `${url}/api/editions/mobilite-transport`
  expect((await fetch(`${path}/latest`)).status).toBe(200)
  leave()
  await sleep(1_100)
  expect((await fetch(`${path}/latest`)).status).toBe(200)
  const other = await fetch(`${path}/2026-11-04`)
  expect([other.status, await other.json()]).toEqual([
    503,
    {
      type: 'about:blank',
      title: 'Service Unavailable',
      status: 503,
      detail: 'a store cannot be reached at the moment',
      instance: '/api/editions/mobilite-transport/2026-11-04',
    },
  ])
  expect(world.warnings).toContain('/api/editions/mobilite-transport/2026-11-04: the documents are away')
  const ready = await fetch(`${url}/readyz`)
  expect([ready.status, await ready.json()]).toEqual([503, { status: 'not ready', documents: false, archive: true }])
})

test('a flood of connections that say nothing shuts out nobody who asks', async () => {
  const server = createServer((_, response) => response.end('ok'))
  const { dismiss } = keepRoom(server, 10)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const flood = Array.from({ length: 50 }, () => connect(port, '127.0.0.1').on('error', () => {}))
  onTestFinished(() => {
    for (const socket of flood) socket.destroy()
    dismiss()
    server.close()
  })
  await Promise.all(flood.map((socket) => once(socket, 'connect')))
  for (const socket of flood) socket.write('GET / HT')
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('ok')
  while (flood.filter(({ destroyed }) => !destroyed).length > 10) await sleep(10)
})
