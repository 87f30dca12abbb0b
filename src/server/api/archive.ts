import { ReadableStream } from 'node:stream/web'
import { createRoute, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Edition } from '../../editions/edition.ts'
import { readStoredEdition } from '../../editions/read.ts'
import { Missing } from '../../errors.ts'
import { isNamed } from '../body.ts'
import { cachingOf } from '../caching.ts'
import { READABLE_BY_ALL } from '../cors.ts'
import { busy, Problem } from '../problem.ts'
import { rangeOf } from '../range.ts'
import { dateOf, editionParam, watchParam } from './parameters.ts'
import { type ApiWorld, BUSY, MISSING, newApi, problem, strictly, WRONG } from './route.ts'

/** Downloads at the same time; each holds some blocks of the file in memory, however slowly it is read. */
const MOST_DOWNLOADS = 64

const csv = { 'text/csv': { schema: z.string() } }
const route = createRoute({
  method: 'get',
  path: '/api/editions/{watch}/{edition}/archive.csv',
  tags: ['editions'],
  summary: "The archived CSV of an edition: the export's records in which a term is present, byte for byte",
  description: 'Parts of it can be had by `Range`; its `ETag` is the sha256 that the edition names.',
  request: {
    params: z.object({ watch: watchParam, edition: editionParam }),
    query: strictly({}),
    headers: z.object({ range: z.string().optional().openapi({ example: 'bytes=0-1023' }) }),
  },
  responses: {
    200: { description: 'all of it', content: csv },
    206: { description: 'the part that `Range` asks for', content: csv },
    304: { description: 'what `If-None-Match` names is still what there is' },
    400: WRONG,
    404: MISSING,
    416: problem('it has no such part; `Content-Range` says how long it is'),
    503: BUSY,
  },
})

/** The archived CSV of an edition, whole or a range of it. */
export function archiveApi({ world, editions }: ApiWorld) {
  const { archive, documents } = world
  let downloads = 0

  return newApi().openapi(route, async (c) => {
    const { watch, edition: name } = c.req.valid('param')
    const { edition } = await editions.find(watch, dateOf(name))
    const { key, sha256, bytes } = edition.archive
    const etag = `"${sha256}"`
    const headers = {
      'content-type': 'text/csv; charset=utf-8; header=present',
      'content-disposition': `attachment; filename="${watch}-${edition.date}-archive.csv"`,
      'cache-control': `${cachingOf(dateOf(name))}, no-transform`,
      'accept-ranges': 'bytes',
      etag,
      ...READABLE_BY_ALL,
    }
    if (isNamed(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers })
    if ((await archive.stat(key))?.bytes !== bytes) throw await goneOrChanging(edition)
    const range = rangeOf(isCurrent(c, etag) ? c.req.header('range') : undefined, bytes)
    if (range === 'none') throw new Problem(416, `${key} has ${bytes} bytes`, { 'content-range': `bytes */${bytes}` })
    const part = range === 'all' ? undefined : range
    const length = part === undefined ? bytes : part.end - part.start + 1
    const init = {
      status: part === undefined ? 200 : 206,
      headers: {
        ...headers,
        'content-length': String(length),
        ...(part && { 'content-range': `bytes ${part.start}-${part.end}/${bytes}` }),
      },
    }
    if (c.req.method === 'HEAD') return new Response(null, init)
    if (downloads >= MOST_DOWNLOADS) throw busy('too many downloads at the same time')
    // The two declarations of one class, Node's and the browser's, do not agree.
    return new Response(ReadableStream.from(await opened(edition, part)) as BodyInit, init)
  })

  /**
   * The bytes, once it is sure that they are those which the edition names: a date may be published anew at any moment, and
   * whoever puts parts together must not get them of two files.
   */
  async function opened(edition: Edition, part: { start: number; end: number } | undefined) {
    const chunks = archive.read(edition.archive.key, part)[Symbol.asyncIterator]()
    const first = await chunks.next()
    const { edition: now } = await readStoredEdition(documents, edition.watch, edition.date)
    if (now?.archive.sha256 !== edition.archive.sha256) {
      await chunks.return?.()
      throw await goneOrChanging(edition)
    }
    return counted(first, chunks)
  }

  async function* counted(first: IteratorResult<Uint8Array>, chunks: AsyncIterator<Uint8Array>) {
    downloads++
    try {
      for (let next = first; !next.done; next = await chunks.next()) yield next.value
    } finally {
      downloads--
      await chunks.return?.()
    }
  }

  async function goneOrChanging({ archive: { key } }: Edition): Promise<Error> {
    if ((await archive.stat(key)) === undefined) return new Missing(`${key} was not kept in the archive`)
    return busy(`${key} is being replaced`)
  }
}

/** Whether a part may be given: no `If-Range`, or one that names what there is. */
function isCurrent(c: Context, etag: string): boolean {
  const condition = c.req.header('if-range')
  return condition === undefined || condition === etag
}
