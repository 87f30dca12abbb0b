import { pipeline, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { z } from '@hono/zod-openapi'
import type { Context as HonoContext } from 'hono'
import type { Context } from '../../context.ts'
import type { Edition } from '../../editions/edition.ts'
import { readStoredEdition } from '../../editions/read.ts'
import { NotFound } from '../../errors.ts'
import { CSV_CONTENT_TYPE, matchesEtag } from '../body.ts'
import { cacheControlFor } from '../caching.ts'
import { CORS_HEADERS } from '../cors.ts'
import { busyProblem, Problem } from '../problem.ts'
import { parseRange } from '../range.ts'
import { createDownloads } from './downloads.ts'
import { csvExample } from './example.ts'
import { editionDate, editionParam, watchParam } from './parameters.ts'
import { type ApiContext, createRouter, csvContent, getRoute, problemResponseSpec } from './route.ts'

/** How many downloads run at the same time; each keeps some blocks of the file in memory, however slowly it is read. */
const MAX_DOWNLOADS = 64
/** Level 6 would take twice as long to save a tenth. */
const GZIP_LEVEL = 4

const common = { tag: 'editions', params: { watch: watchParam, edition: editionParam }, query: {} }
const content = csvContent(csvExample(['id', 'title', 'organization', 'organization_id']))
const route = getRoute(
  {
    ...common,
    path: '/api/editions/{watch}/{edition}/archive.csv',
    operationId: 'getArchive',
    summary: 'Returns the archived CSV of an edition: the matching records of the export, byte for byte',
    description: 'Supports `Range`. The `ETag` is the sha256 that the edition names.',
  },
  {
    200: { description: 'The whole file', content },
    206: { description: 'The requested range of the file', content },
    416: problemResponseSpec('The file has no such range; `Content-Range` gives its size'),
  },
  z.object({ range: z.string().optional().openapi({ example: 'bytes=0-1023' }) }),
)
const gzipRoute = getRoute(
  {
    ...common,
    path: '/api/editions/{watch}/{edition}/archive.csv.gz',
    operationId: 'getCompressedArchive',
    summary: 'Returns the archived CSV of an edition, compressed with gzip',
    description: 'Compressed on the fly to about a fifth of the size. For `Range`, use `archive.csv`.',
  },
  { 200: { description: 'The whole file', content: { 'application/gzip': { schema: z.string() } } } },
)

/** Serves the archived CSV of an edition: whole, a range of it, or compressed. */
export function archiveApi({ context, editions }: ApiContext) {
  const { archive } = context
  const downloads = createArchiveDownloads(context)

  return createRouter()
    .openapi(route, async (c) => {
      const { watch, edition: name } = c.req.valid('param')
      const { edition } = await editions.find(watch, editionDate(name))
      const { key, bytes } = edition.archive
      const headers = headersOf(edition, editionDate(name))
      const { etag } = headers
      if (matchesEtag(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers })
      await downloads.requireFile(edition)
      const range = parseRange(isCurrent(c, etag) ? c.req.header('range') : undefined, bytes)
      if (range === 'none') throw new Problem(416, `${key} has ${bytes} bytes`, { 'content-range': `bytes */${bytes}` })
      const part = range === 'all' ? undefined : range
      const init = { status: part === undefined ? 200 : 206, headers: { ...headers, ...lengthHeaders(part, bytes) } }
      if (c.req.method === 'HEAD') return new Response(null, init)
      return downloads.send(c, edition, archive.read(key, part), init)
    })
    .openapi(gzipRoute, async (c) => {
      const { watch, edition: name } = c.req.valid('param')
      const { edition } = await editions.find(watch, editionDate(name))
      const headers = compressedHeadersOf(edition, editionDate(name))
      if (matchesEtag(c.req.header('if-none-match'), headers.etag)) return new Response(null, { status: 304, headers })
      await downloads.requireFile(edition)
      if (c.req.method === 'HEAD') return new Response(null, { headers })
      return downloads.send(c, edition, gzipped(archive.read(edition.archive.key)), { headers })
    })
}

function createArchiveDownloads({ archive, documents, report }: Context) {
  const downloads = createDownloads(MAX_DOWNLOADS, report)

  /** @throws NotFound or Problem 503 if the archive does not have the file that the edition names */
  async function requireFile(edition: Edition): Promise<void> {
    const { key, bytes } = edition.archive
    if ((await archive.stat(key))?.bytes !== bytes) throw await missingOrReplaced(edition)
  }

  /** Takes a place among the downloads before the file is opened. @throws Problem 503 */
  async function send(c: HonoContext, edition: Edition, file: AsyncIterable<Uint8Array>, init: ResponseInit) {
    const download = downloads.begin(c)
    try {
      const { first, chunks } = await openVerified(edition, file)
      return new Response(download.stream(first, chunks), init)
    } catch (error) {
      download.end()
      throw error
    }
  }

  /**
   * Opens the file and checks afterwards that the edition still names it. A run may republish the date at any moment, and a
   * client that downloads in parts must not get them of two files.
   */
  async function openVerified(edition: Edition, file: AsyncIterable<Uint8Array>) {
    const chunks = file[Symbol.asyncIterator]()
    try {
      const first = await chunks.next()
      const { edition: now } = await readStoredEdition(documents, edition.watch, edition.date)
      if (now?.archive.sha256 !== edition.archive.sha256) throw await missingOrReplaced(edition)
      return { first, chunks }
    } catch (error) {
      await chunks.return?.()
      throw error
    }
  }

  async function missingOrReplaced({ archive: { key } }: Edition): Promise<Error> {
    if ((await archive.stat(key)) === undefined) return new NotFound(`${key} was not kept in the archive`)
    return busyProblem(`${key} is being replaced`)
  }

  return { requireFile, send }
}

/** @param requested the date in the address; undefined for the latest edition */
function headersOf({ watch, date, archive: { sha256 } }: Edition, requested: string | undefined) {
  return {
    'content-type': CSV_CONTENT_TYPE,
    'content-disposition': `attachment; filename="${watch}-${date}-archive.csv"`,
    'cache-control': `${cacheControlFor(requested)}, no-transform`,
    'accept-ranges': 'bytes',
    etag: `"${sha256}"`,
    ...CORS_HEADERS,
  }
}

function compressedHeadersOf(edition: Edition, requested: string | undefined) {
  const { 'accept-ranges': _, ...headers } = headersOf(edition, requested)
  return {
    ...headers,
    'content-type': 'application/gzip',
    'content-disposition': headers['content-disposition'].replace('.csv"', '.csv.gz"'),
    etag: `"${edition.archive.sha256}.gz"`,
  }
}

/** Compresses chunks in another thread. When the reader stops, so does the source. */
async function* gzipped(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  // An error of the source destroys the compressor, whose reader then gets it.
  yield* pipeline(Readable.from(chunks), createGzip({ level: GZIP_LEVEL }), () => {})
}

function lengthHeaders(part: { start: number; end: number } | undefined, bytes: number): Record<string, string> {
  if (part === undefined) return { 'content-length': String(bytes) }
  const { start, end } = part
  return { 'content-length': String(end - start + 1), 'content-range': `bytes ${start}-${end}/${bytes}` }
}

/** Whether the client may get a range: it sent no `If-Range`, or one with the current ETag. */
function isCurrent(c: HonoContext, etag: string): boolean {
  const condition = c.req.header('if-range')
  return condition === undefined || condition === etag
}
