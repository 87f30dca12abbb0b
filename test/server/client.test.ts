import createClient from 'openapi-fetch'
import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest'
import type { paths } from '../../docs/reference/openapi.d.ts'
import { openSite, type Site } from '../web/site.ts'

/** A client whose types are generated from the OpenAPI description. "npm run types" checks the calls below. */
let client: ReturnType<typeof createClient<paths, `application/${string}json`>>
let site: Site
beforeAll(async () => {
  site = await openSite()
  client = createClient<paths, `application/${string}json`>({ baseUrl: site.url })
}, 60_000)
afterAll(() => site.close())

const LATEST = { watch: 'mobilite-transport', edition: 'latest' }

test('a generated client reads what is new this week, why, and the same as CSV', async () => {
  const { data } = await client.GET('/api/editions/{watch}/{edition}/changes', { params: { path: LATEST } })
  const [first] = data!.entered
  expect([data!.from, first!.reason]).toEqual(['2023-08-02', 'new'])
  expectTypeOf(first!.reason).toEqualTypeOf<'new' | 'matches' | 'rose' | 'moved' | null>()
  const path = { ...LATEST, id: first!.dataset_id }
  const explained = await client.GET('/api/editions/{watch}/{edition}/datasets/{id}', { params: { path } })
  expect(explained.data!.verdict).toBe('in-tops')
  const csv = await client.GET('/api/editions/{watch}/{edition}/changes.csv', {
    params: { path: LATEST },
    parseAs: 'text',
  })
  expectTypeOf(csv.data).toEqualTypeOf<string | undefined>()
  expect(csv.data).toContain(`"entered";"new";"${first!.dataset_id}"`)
})

test('a generated client filters and pages, and gets errors as problems', async () => {
  const query = { q: 'velo', limit: '2', sort: '-dataset_followers' }
  const { data, response } = await client.GET('/api/editions/{watch}/{edition}', { params: { path: LATEST, query } })
  expect(data!.datasets).toHaveLength(2)
  expectTypeOf(data!.datasets[0]!.dataset_followers).toEqualTypeOf<number>()
  expect(Number(response.headers.get('x-total-count'))).toBeGreaterThan(2)
  const byNumber = await client.GET('/api/editions/{watch}/{edition}', {
    params: { path: LATEST, query: { ...query, limit: 2 } },
  })
  expect(byNumber.data!.datasets).toEqual(data!.datasets)
  const { items } = (await client.GET('/feed.json', { params: { query: { lang: 'en' } } })).data!
  expect(items[0]!.title).toContain('4 new, 3 gone')
  const unknown = await client.GET('/api/runs/{id}', { params: { path: { id: 'none' } } })
  expect(unknown.error!.detail).toContain('cannot find run "none"')
})

test('a generated client does not compile with a parameter or a field that does not exist', async () => {
  // @ts-expect-error: it is `organization`
  const refused = await client.GET('/api/editions/{watch}/{edition}', { params: { path: LATEST, query: { org: 'x' } } })
  expect(refused.error!.detail).toContain('cannot accept parameter "org"')
  const { data } = await client.GET('/api/watches')
  // @ts-expect-error: a watch has no title
  expect(data!.items[0]!.title).toBeUndefined()
  expect(data!.items[0]!.label).toBeNull()
})
