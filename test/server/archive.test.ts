import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readlink } from 'node:fs/promises'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test, vi } from 'vitest'
import type { Edition } from '../../src/editions/edition.ts'
import { DATE, openTestContext, type TestContext } from '../helpers/context.ts'
import { startDaemon } from '../helpers/daemon.ts'
import { serveContext } from '../helpers/serveContext.ts'
import { publishWeeks, watchWithTop } from '../helpers/weeks.ts'

const PATH = `/api/editions/mobilite-transport/${DATE}/archive.csv`
const CSV =
  '"id";"slug";"title";"organization_id";"description";"tags";"metric.followers"\r\n"d1";"d1";"Transport";"o1";"";"";0\r\n'
const SIZE = CSV.length

async function publish(context: TestContext, title = 'Transport') {
  const datasets = [{ id: 'd1', title, organization: 'o1' }, { id: 'd2' }]
  await publishWeeks(context, [{ date: DATE, datasets, organizations: [['o1', 'Un', 1]] }])
}

async function site() {
  const context = await openTestContext(undefined, watchWithTop(1))
  await publish(context)
  const url = `${await serveContext(context)}${PATH}`
  return {
    world: context,
    get: (headers: Record<string, string> = {}, method = 'GET') => fetch(url, { headers, method }),
  }
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

/** A real `serve` over an edition whose CSV is larger than any buffer on the way. */
async function bigSite() {
  const context = await openTestContext(undefined, watchWithTop(1))
  const description = 'transport '.repeat(1_000)
  const datasets = Array.from({ length: 1_000 }, (_, i) => ({ id: `d${i}`, description, organization: 'o1' }))
  await publishWeeks(context, [{ date: DATE, datasets, organizations: [['o1', 'Un', 1]] }])
  const server = startDaemon(['serve', '--port', '0', '--config', join(context.folder, 'test.yaml')], {
    cwd: context.folder,
    env: {
      DATAGOUV_TOPS_ARCHIVE: `file:${join(context.folder, 'datagouv')}`,
      DATAGOUV_TOPS_DOCUMENTS: `sqlite:${join(context.folder, 'datagouv.db')}`,
    },
  })
  const said = await server.until(
    'an address',
    () => /http:\/\/127\.0\.0\.1:\d+/.exec(server.stdout + server.stderr) ?? undefined,
  )
  const port = Number(new URL(said[0]).port)
  const openFiles = async () => {
    const links = (await readdir(`/proc/${server.pid}/fd`)).map((fd) =>
      readlink(`/proc/${server.pid}/fd/${fd}`).catch(() => ''),
    )
    return (await Promise.all(links)).filter((path) => path.endsWith('.csv')).length
  }
  /** Asks for the archive on a connection of its own, whose answer is not read. */
  const ask = () => {
    const socket = connect(port, '127.0.0.1').on('error', () => {})
    socket.write(`GET ${PATH} HTTP/1.1\r\nhost: x\r\n\r\n`)
    return socket
  }
  return { server, url: `${said[0]}${PATH}`, ask, openFiles }
}

test.runIf(process.platform === 'linux')('keeps no file open after 500 aborted downloads', async () => {
  const { url, ask, openFiles } = await bigSite()
  for (let round = 0; round < 10; round++) {
    await Promise.all(
      Array.from({ length: 50 }, async (_, i) => {
        const socket = ask()
        await once(socket, 'connect')
        // Some leave at once, some while the file is being opened, some in the middle of the file.
        if (i % 3 === 1) await sleep(i)
        if (i % 3 === 2) await once(socket, 'readable')
        socket.resetAndDestroy()
      }),
    )
  }
  await vi.waitFor(async () => expect(await openFiles()).toBe(0), { timeout: 10_000 })
  // No place is lost either.
  for (let i = 0; i < 70; i++) {
    const answer = await fetch(url)
    expect(answer.status).toBe(200)
    await answer.body!.cancel()
  }
})

test('keeps the limit on downloads in a burst, too', async () => {
  const { url, ask, openFiles } = await bigSite()
  const sockets = Array.from({ length: 150 }, ask)
  const statuses = await Promise.all(
    sockets.map(async (socket) => {
      await once(socket, 'readable')
      return Number(socket.read(12).toString().slice(9))
    }),
  )
  const counts = [200, 503].map((status) => statuses.filter((one) => one === status).length)
  if (process.platform === 'linux') expect(await openFiles()).toBeLessThanOrEqual(64)
  for (const socket of sockets) socket.destroy()
  expect(counts).toEqual([64, 86])
  await vi.waitFor(async () => expect((await fetch(url)).status).toBe(200))
})
