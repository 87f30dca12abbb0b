import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { run } from '../../src/pipeline/pipeline.ts'
import { findSnapshot } from '../../src/pipeline/snapshot.ts'
import { DATE, openTestContext } from '../helpers/context.ts'
import { datasetsCsv, organizationsCsv } from '../helpers/exports.ts'
import { startReplica } from '../helpers/replica.ts'

const EXPORTS = {
  datasets: datasetsCsv(Array.from({ length: 40 }, (_, i) => ({ id: `d${i}`, title: 'Transport' }))),
  organizations: organizationsCsv([['o1', 'Un', 3]]),
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void

/** Starts a portal without catalogue. Other paths answer 404, as uData does. */
async function startSite(answers: Readonly<Record<string, Answer>>) {
  const seen: string[] = []
  const server = createServer((request, response) => {
    seen.push(request.url!)
    const answer = answers[request.url!] ?? ((one: ServerResponse) => one.writeHead(404).end())
    answer(response, request)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen }
}

const send =
  (body: string): Answer =>
  (response) => {
    response.write(body)
    response.end()
  }
const total =
  (number: unknown): Answer =>
  (response) =>
    response.end(JSON.stringify({ data: [], total: number }))
const LIVE = {
  '/api/1/site/datasets.csv?live=1': send(EXPORTS.datasets),
  '/api/1/site/organizations.csv?live=1': send(EXPORTS.organizations),
  '/api/1/datasets/?page_size=1': total(40),
  '/api/1/organizations/?page_size=1': total(1),
}

async function publish(url: string, catalogue = 'none') {
  const settings = `portal: ${url}\ncatalogue: ${catalogue}\nretries: 0\n`
  const world = await openTestContext(undefined, settings)
  return { world, result: run({ date: DATE, watches: world.config.watches }, world) }
}

test('a portal without catalogue redirects to its exports', async () => {
  const file =
    (body: string): Answer =>
    (response) =>
      response
        .writeHead(200, { 'content-length': body.length, 'last-modified': new Date('2026-11-17').toUTCString() })
        .end(body)
  const to =
    (location: string): Answer =>
    (response) =>
      response.writeHead(302, { location }).end()
  const { url, seen } = await startSite({
    '/api/1/site/datasets.csv': to('/files/d.csv'),
    '/api/1/site/organizations.csv': to('/files/o.csv'),
    '/files/d.csv': file(EXPORTS.datasets),
    '/files/o.csv': file(EXPORTS.organizations),
  })
  const { world, result } = await publish(url)
  expect((await result).status).toBe('published')
  expect(await findSnapshot(DATE, world)).toMatchObject({
    catalogue: 'none',
    datasets: { origin: 'portal', url: `${url}/files/d.csv`, records: 40, last_modified: '2026-11-17T00:00:00.000Z' },
  })
  expect(seen.filter((path) => path.includes('page_size'))).toEqual([])
  expect(world.warnings).toEqual([])
})

test('a portal without exports streams its live catalogue, which is compared with its own counts', async () => {
  const { url } = await startSite(LIVE)
  const { world, result } = await publish(url)
  expect((await result).status).toBe('published')
  expect((await findSnapshot(DATE, world))!.datasets).toMatchObject({
    url: `${url}/api/1/site/datasets.csv?live=1`,
    records: 40,
  })
  expect(world.warnings).toEqual(
    ['organizations', 'datasets'].map((name) =>
      expect.stringContaining(`source of the ${name} export gave neither a length`),
    ),
  )
})

test('a live stream that ends early is refused by the gate', async () => {
  const { url } = await startSite({ ...LIVE, '/api/1/datasets/?page_size=1': total(50) })
  const { result } = await publish(url)
  await expect(result).rejects.toMatchObject({
    kind: 'gate',
    message: expect.stringMatching(
      /40 datasets in the live stream where the portal counts 50: 20\.0% fewer \(gate_max_loss is 5%\)/,
    ),
  })
})

test.each([
  ['does not answer', (response: ServerResponse) => void response.writeHead(500).end()],
  ['answers no number', total('many')],
])('a count that %s is a warning', async (_, answer) => {
  const { url } = await startSite({ ...LIVE, '/api/1/organizations/?page_size=1': answer })
  const { world, result } = await publish(url)
  expect((await result).status).toBe('published')
  expect(world.warnings).toContain(
    'the portal does not say how many organizations it has, so records missing from the live stream of organizations would go unnoticed',
  )
})

test('the error for a missing catalogue names this setting', async () => {
  const { url } = await startSite(LIVE)
  const { result } = await publish(url, 'exports')
  await expect(result).rejects.toMatchObject({
    kind: 'portal',
    message: expect.stringMatching(
      /\/api\/1\/datasets\/exports\/: it answers 404.*\. Check the settings portal and catalogue: set catalogue to .*, or to none if it has no such dataset\.$/,
    ),
  })
})

test('a model that is twice in the catalogue is taken from its most recently modified export, with a warning', async () => {
  const file = (text: string) => ({ content: Buffer.from(text), modified: new Date('2026-11-17T06:00:00Z') })
  const replica = await startReplica({
    files: { datasets: file(EXPORTS.datasets), organizations: file(EXPORTS.organizations) },
    catalogue: (metadata) => ({
      ...metadata,
      resources: [
        ...metadata.resources.map((one) => ({
          ...one,
          title: 'old',
          last_modified: '2020-01-01T00:00:00',
          latest: `${one.latest}/gone`,
          url: 'http://127.0.0.1:1/gone',
        })),
        ...metadata.resources,
      ],
    }),
  })
  onTestFinished(() => replica.close())
  const { world, result } = await publish(replica.url, 'exports')
  expect((await result).status).toBe('published')
  expect(world.warnings.filter((line) => line.includes('lists 2 exports of'))).toEqual([
    expect.stringMatching(/lists 2 exports of datasets; the most recently modified one is used \("/),
    expect.stringMatching(/lists 2 exports of organizations; /),
  ])
})
