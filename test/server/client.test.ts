import { copyFile, symlink } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import createClient from 'openapi-fetch'
import { afterAll, beforeAll, expect, expectTypeOf, test } from 'vitest'
import type { paths } from '../../docs/reference/openapi.d.ts'
import { blocksOf } from '../docs/blocks.ts'
import { runChecker } from '../helpers/checker.ts'
import { temporaryFolder, writeTestFile } from '../helpers/exports.ts'
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
  expectTypeOf(first!.reason).toEqualTypeOf<'new' | 'matches' | 'rose' | 'moved' | 'watch' | null>()
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

test('the example of the documentation compiles in a strict project', async () => {
  const [example] = blocksOf('docs/api.md').filter(({ language }) => language === 'ts')
  const folder = await temporaryFolder()
  await copyFile('docs/reference/openapi.d.ts', join(folder, 'openapi.d.ts'))
  await symlink(resolve('node_modules'), join(folder, 'node_modules'))
  const options = {
    strict: true,
    module: 'nodenext',
    target: 'es2022',
    lib: ['es2023', 'dom'],
    types: [],
    noEmit: true,
  }
  await writeTestFile(folder, 'package.json', '{"type": "module"}')
  await writeTestFile(folder, 'tsconfig.json', JSON.stringify({ compilerOptions: options, files: ['program.ts'] }))
  const compile = async (text: string) => {
    await writeTestFile(folder, 'program.ts', text)
    return runChecker('node_modules/.bin/tsc', ['-p', folder], () => undefined as never)
  }
  expect(await compile(example!.text)).toEqual({ code: 0, said: '' })
  const unchecked = example!.text.replace(/^if \(error.*\n/m, '')
  expect(await compile(unchecked)).toMatchObject({ said: expect.stringContaining("'data' is possibly 'undefined'") })
})
