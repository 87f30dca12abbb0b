import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import type { Edition } from '../../src/editions/edition.ts'
import { served } from '../helpers/served.ts'
import { publishWeeks, topOf } from '../helpers/weeks.ts'
import { DATE, type TestWorld, testWorld } from '../helpers/world.ts'

const PATH = `/api/editions/mobilite-transport/${DATE}/archive.csv`
const CSV =
  '"id";"slug";"title";"organization_id";"description";"tags";"metric.followers"\r\n"d1";"d1";"Transport";"o1";"";"";0\r\n'
const SIZE = CSV.length

async function publish(world: TestWorld, title = 'Transport') {
  const datasets = [{ id: 'd1', title, organization: 'o1' }, { id: 'd2' }]
  await publishWeeks(world, [{ date: DATE, datasets, organizations: [['o1', 'Un', 1]] }])
}

async function site() {
  const world = await testWorld(undefined, topOf(1))
  await publish(world)
  const url = `${await served(world)}${PATH}`
  return { world, get: (headers: Record<string, string> = {}, method = 'GET') => fetch(url, { headers, method }) }
}

test('serves the archived CSV byte for byte, with its SHA-256 as ETag', async () => {
  const { get } = await site()
  const answer = await get({ 'accept-encoding': 'gzip' })
  expect(answer.status).toBe(200)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'accept-ranges': 'bytes',
    'cache-control': 'public, max-age=3600, no-transform',
    'content-length': String(SIZE),
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': `attachment; filename="mobilite-transport-${DATE}-archive.csv"`,
    etag: `"${createHash('sha256').update(CSV).digest('hex')}"`,
  })
  expect(answer.headers.get('content-encoding')).toBeNull()
  expect(await answer.text()).toBe(CSV)
})

test.each([
  ['bytes=0-3', 206, CSV.slice(0, 4), `bytes 0-3/${SIZE}`],
  ['bytes=4-', 206, CSV.slice(4), `bytes 4-${SIZE - 1}/${SIZE}`],
  ['bytes=-3', 206, CSV.slice(-3), `bytes ${SIZE - 3}-${SIZE - 1}/${SIZE}`],
  ['bytes=4-99999', 206, CSV.slice(4), `bytes 4-${SIZE - 1}/${SIZE}`],
  ['bytes=-99999', 206, CSV, `bytes 0-${SIZE - 1}/${SIZE}`],
  ['bytes=0-0', 206, '"', `bytes 0-0/${SIZE}`],
  [`bytes=${SIZE}-`, 416, undefined, `bytes */${SIZE}`],
  ['bytes=-0', 416, undefined, `bytes */${SIZE}`],
  ['bytes=5-2', 200, CSV, null],
  ['bytes=0-1,4-5', 200, CSV, null],
  ['bytes=-', 200, CSV, null],
  ['lines=1-2', 200, CSV, null],
  ['bytes=99999999999999999999-', 200, CSV, null],
])('answers Range: %s', async (range, status, body, contentRange) => {
  const { get } = await site()
  const answer = await get({ range })
  expect([answer.status, answer.headers.get('content-range')]).toEqual([status, contentRange])
  if (body !== undefined) expect(await answer.text()).toBe(body)
  else expect(await answer.json()).toMatchObject({ status: 416, title: 'Range Not Satisfiable' })
})

test('serves a range only of the file that If-Range names, and no body if the client has the file', async () => {
  const { get } = await site()
  const etag = (await get({}, 'HEAD')).headers.get('etag')!
  expect((await get({ range: 'bytes=0-3', 'if-range': etag })).status).toBe(206)
  expect((await get({ range: 'bytes=0-3', 'if-range': '"another"' })).status).toBe(200)
  expect((await get({ range: 'bytes=0-3', 'if-range': `W/${etag}` })).status).toBe(200)
  const known = await get({ 'if-none-match': `"another", ${etag}` })
  expect([known.status, known.headers.get('etag'), await known.text()]).toEqual([304, etag, ''])
})

test('HEAD reports the size without a body', async () => {
  const { get } = await site()
  const answer = await get({}, 'HEAD')
  expect([answer.status, answer.headers.get('content-length'), await answer.text()]).toEqual([200, String(SIZE), ''])
})

test('never serves bytes of a file that the current edition does not name', async () => {
  const { world, get } = await site()
  await get()
  const edition = (await world.documents.find<Edition>('tops', `mobilite-transport/${DATE}`))!
  await publish(world, 'Transports')
  // As during a republication: the document still names the old file, while the archive has the new one.
  await world.documents.replace('tops', edition)
  const answer = await get()
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '10'])
  expect(await answer.json()).toMatchObject({ detail: `${DATE}/mobilite-transport.csv is being replaced` })
})

test('reports a CSV that was not kept', async () => {
  const { world, get } = await site()
  await world.archive.remove(`${DATE}/mobilite-transport.csv`)
  const answer = await get()
  expect(answer.status).toBe(404)
  expect(await answer.json()).toMatchObject({ detail: `${DATE}/mobilite-transport.csv was not kept in the archive` })
})
