import { expect, test } from 'vitest'
import type * as Build from '../../src/server/app.ts'
import type * as BuiltEditions from '../../src/server/editions.ts'
import { createExplorer } from '../../src/server/explore/explorer.ts'
import type * as Pages from '../../src/server/pages/pages.tsx'
import { openTestContext } from '../helpers/context.ts'
import { publishWeeks, watchWithTop } from '../helpers/weeks.ts'

// From the build, because pages load its script and style.
const { createApp } = (await import('../../dist/server/app.js' as string)) as typeof Build
const { createEditions } = (await import('../../dist/server/editions.js' as string)) as typeof BuiltEditions
const { createPages } = (await import('../../dist/server/pages/pages.js' as string)) as typeof Pages

const ORIGIN = 'http://tops.example'
/** Browsers follow 20. */
const MAX_REDIRECTS = 5

/** Values of the parts of a path that change. */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  watch: ['mobilite-transport', '%20'],
  date: ['latest', '2026-11-18', '%20'],
  edition: ['latest'],
  id: ['d1', '%20', '%2F'],
}
const QUERIES = [
  '',
  '?id=',
  '?id=%20',
  '?id=.',
  '?id=..',
  '?id=/',
  '?id=d1',
  '?date=&words=',
  '?date=%20',
  '?date=.',
  '?watch=&from=&to=',
  '?watch=%20&from=%20&to=%20',
  '?lang=',
  '?part=/list',
]

/** Returns the addresses of a route, with and without a slash at the end. */
function addressesOf(route: string): string[] {
  let paths = [route.replace('*', 'x')]
  for (const [, name] of route.matchAll(/:(\w+)/g)) {
    const values = PARTS[name!] ?? ['x']
    paths = paths.flatMap((path) => values.map((value) => path.replace(`:${name}`, value)))
  }
  return paths.flatMap((path) => QUERIES.flatMap((query) => [path + query, `${path}/${query}`]))
}

test('no address of a page, a form or the API redirects for ever', async () => {
  const context = await openTestContext(undefined, watchWithTop(1))
  const week = (date: string) => ({
    date,
    datasets: [{ id: 'd1', title: 'Transport', organization: 'o1' }],
    organizations: [['o1', 'Un', 5]] as [string, string, number][],
  })
  await publishWeeks(context, [week('2026-11-11'), week('2026-11-18')])
  const editions = createEditions(context)
  const explorer = createExplorer(context, undefined)
  const pages = await createPages(context, editions, explorer, { paths: {}, components: { schemas: {} } })
  const app = createApp(context, editions, { explorer, pages })

  /** Returns the address and status of the page at which the redirects end; the status 310 if there are too many. */
  async function follow(address: string): Promise<readonly [url: string, status: number]> {
    let url = new URL(ORIGIN + address)
    for (let count = 0; count <= MAX_REDIRECTS; count++) {
      const response = await app.request(url.href)
      await response.body?.cancel()
      const location = response.headers.get('location')
      if (location === null) return [url.pathname, response.status]
      url = new URL(location, url)
      if (url.origin !== ORIGIN) return [url.href, 310]
    }
    return [url.href, 310]
  }

  const routes = new Set(app.routes.filter(({ method }) => method === 'GET').map(({ path }) => path))
  expect(routes.size).toBeGreaterThan(40)
  const addresses = [...routes].flatMap(addressesOf)
  const ends = []
  for (const address of addresses) ends.push([address, ...(await follow(address))] as const)
  expect(ends.filter(([, , status]) => status === 310 || status === 500)).toEqual([])

  const form = '/editions/mobilite-transport/latest/datasets'
  for (const [query, texts] of [
    ['?lang=en', ['No dataset is given.', 'Why is a dataset listed or missing?']],
    ['?id=&lang=fr', ['Aucun jeu de données n’est indiqué.']],
    ['?id=%20&lang=en', ['No dataset is given.']],
  ] as const) {
    const response = await app.request(ORIGIN + form + query)
    const page = await response.text()
    expect(response.status).toBe(200)
    for (const text of texts) expect(page).toContain(text)
    expect(page).toContain('<form class="ask"')
  }
  expect(await follow('/editions/mobilite-transport?date=')).toEqual(['/editions/mobilite-transport/latest', 200])
  expect(await follow('/changes?watch=&from=&to=')).toEqual(['/editions/mobilite-transport/latest/changes', 200])
})
