import { expect, test } from 'vitest'
import type { Documents } from '../../src/stores/documents.ts'
import { DATE, openTestContext } from '../helpers/context.ts'
import { serveContext } from '../helpers/serveContext.ts'
import { publishWeeks, watchWithTop } from '../helpers/weeks.ts'

async function site() {
  const context = await openTestContext(undefined, watchWithTop(1))
  const datasets = [{ id: 'd1', title: 'Transport', organization: 'o1' }]
  await publishWeeks(context, [{ date: DATE, datasets, organizations: [['o1', 'Un', 1]] }])
  let lists = 0
  const documents: Documents = Object.create(context.documents, {
    ids: {
      value: (...query: Parameters<Documents['ids']>) => {
        lists++
        return context.documents.ids(...query)
      },
    },
  })
  const url = await serveContext({ ...context, documents })
  return {
    get: (path: string, headers: Record<string, string> = {}) => fetch(url + path, { headers }),
    /** How often the documents were listed, which /api/editions does for each request that reaches it. */
    lists: () => lists,
  }
}

test('a response is sent again within a second, without reading the documents', async () => {
  const { get, lists } = await site()
  const first = await get('/api/editions')
  const expected = [first.status, await first.text(), first.headers.get('etag')]
  for (let count = 0; count < 20; count++) {
    const again = await get('/api/editions')
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual(expected)
    expect(again.headers.get('x-content-type-options')).toBe('nosniff')
  }
  expect(lists()).toBeLessThan(5)
})

test('each representation of an address is another response', async () => {
  const { get } = await site()
  const path = '/api/editions/mobilite-transport/latest'
  for (let count = 0; count < 2; count++) {
    expect((await get(path)).headers.get('content-type')).toBe('application/json')
    expect((await get(path, { accept: 'text/csv' })).headers.get('content-type')).toContain('text/csv')
    expect(await (await get('/feed.atom', { 'accept-language': 'fr' })).text()).toContain('xml:lang="fr"')
    expect(await (await get('/feed.atom', { 'accept-language': 'en' })).text()).toContain('xml:lang="en"')
    expect((await get('/feed.atom?utm_source=x')).status).toBe(400)
    for (const encoding of ['gzip', 'br', 'identity']) {
      const expected = encoding === 'identity' ? null : encoding
      const { headers } = await get('/openapi.json', { 'accept-encoding': encoding })
      expect(headers.get('content-encoding')).toBe(expected)
    }
  }
})

test('a client that has the response gets 304, and HEAD gets no body', async () => {
  const { get } = await site()
  const path = '/api/editions/mobilite-transport/latest'
  const etag = (await get(path)).headers.get('etag')!
  const again = await get(path, { 'if-none-match': etag })
  expect([again.status, again.headers.get('content-type'), again.headers.get('etag')]).toEqual([304, null, etag])
  expect(again.headers.get('cache-control')).toBe('public, max-age=60')
})
