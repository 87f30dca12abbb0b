import type { z } from '@hono/zod-openapi'
import type { Context as HonoContext } from 'hono'
import { CHANGE_FIELDS, changesCsvOf } from '../../editions/csv.ts'
import { CSV_CONTENT_TYPE, createBody, matchesEtag } from '../body.ts'
import { csvBody, fileHeaders, prefersCsv } from './csvResponse.ts'
import { createDownloads } from './downloads.ts'
import { csvExample } from './example.ts'
import {
  createSearchResponder,
  fileNameOf,
  noEarlierSnapshot,
  requestedWatch,
  searchEtag,
  searchHeaders,
  searchParams,
} from './exploreRequest.ts'
import { weekParam } from './exploreSchemas.ts'
import { csvParams, dateParam, editionDate, pageParams } from './parameters.ts'
import { type ApiContext, createRouter, csvRoute, jsonAndCsvRoutes } from './route.ts'
import { Changes } from './schemas.ts'

/** How many lists are sent at the same time. A slow reader keeps one part of a list in memory. */
const MAX_DOWNLOADS = 16

const archiveRoute = csvRoute({
  path: '/api/explore/{date}/archive.csv',
  operationId: 'getSearchArchive',
  tag: 'explore',
  summary: 'Returns all datasets that contain any of the words: the matching records of the export, byte for byte',
  params: { date: weekParam },
  query: { ...searchParams, lang: pageParams.lang },
  csv: csvExample(['id', 'title', 'organization', 'organization_id']),
})

const [changesRoute, changesCsvRoute] = jsonAndCsvRoutes({
  path: '/api/explore/{date}/changes',
  operationId: 'getSearchChanges',
  tag: 'explore',
  summary: 'Compares a search with the same search in an earlier week',
  description:
    'Has the same fields as the changes of an edition (`/api/editions/{watch}/{edition}/changes`), with all reasons.',
  params: { date: weekParam },
  query: {
    ...searchParams,
    since: dateParam.optional().openapi({ description: 'Date of the earlier snapshot (default: the one before)' }),
    ...csvParams,
    lang: pageParams.lang,
  },
  response: Changes,
  csv: csvExample(CHANGE_FIELDS),
})

/** Serves the full list of a search, and its changes. */
export function exploreFilesApi({ context, explorer }: ApiContext) {
  const respond = createSearchResponder()
  const downloads = createDownloads(MAX_DOWNLOADS, context.report)

  return createRouter()
    .openapi(archiveRoute, async (c) => {
      const date = editionDate(c.req.valid('param').date)
      const week = await explorer.open(requestedWatch(c.req.valid('query')), date)
      const etag = searchEtag(week, c.req.path, [])
      const headers = {
        ...searchHeaders(etag, date),
        'content-type': CSV_CONTENT_TYPE,
        ...fileHeaders(fileNameOf(week.watch, week.ref.snapshot.date, '-archive.csv')),
      }
      if (matchesEtag(c.req.header('if-none-match'), etag)) return new Response(null, { status: 304, headers })
      const download = downloads.begin(c)
      try {
        const { bytes, chunks } = await explorer.list(week, c.req.raw.signal)
        const source = chunks[Symbol.asyncIterator]()
        const body = c.req.method === 'HEAD' ? null : download.stream(await source.next(), source)
        if (body === null) download.end()
        return new Response(body, { headers: { ...headers, 'content-length': String(bytes) } })
      } catch (error) {
        download.end()
        throw error
      }
    })
    .openapi(changesRoute, (c) => changes(c, c.req.valid('param').date, c.req.valid('query')))
    .openapi(changesCsvRoute, (c) => changes(c, c.req.valid('param').date, c.req.valid('query')))

  async function changes(
    c: HonoContext,
    name: string,
    query: z.output<typeof changesRoute.request.query>,
  ): Promise<Response> {
    const date = editionDate(name)
    const asCsv = prefersCsv(c)
    const { since, bom } = query
    const to = await explorer.open(requestedWatch(query), date)
    const from = await explorer.earlier(to, since)
    if (from === undefined) throw noEarlierSnapshot(to)
    return respond(c, to, date, [from.version, asCsv, bom], async (etag, signal) => {
      const found = await explorer.changes(from, to, signal)
      if (!asCsv) return { body: { ...createBody(JSON.stringify(found), 'application/json'), etag }, headers: {} }
      const file = fileHeaders(fileNameOf(to.watch, to.ref.snapshot.date, '-changes.csv'))
      return { body: { ...csvBody(changesCsvOf(found), bom), etag }, headers: file }
    })
  }
}
