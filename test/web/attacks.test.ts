import { networkInterfaces } from 'node:os'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSite, type Site } from './site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
})
afterAll(() => site.close())

const get = (path: string, init: RequestInit = {}) => fetch(site.url + path, { redirect: 'manual', ...init })

test.each(['constructor', '__proto__', 'toString,title'])(
  'the search shows a column that is called %s by its name',
  async (column) => {
    const response = await get(`/explore/2023-08-09?columns=${column}`)
    expect(response.status).toBe(200)
    expect(await response.text()).toContain(`value="${column}"`)
  },
)

test('the target of a form keeps characters that a header cannot have', async () => {
  const response = await get('/editions/a%0d%0ab/latest/datasets?id=x%0d%0ay')
  expect([response.status, response.headers.get('location')]).toEqual([
    303,
    '/editions/a%0d%0ab/latest/datasets/x%0D%0Ay',
  ])
})

test('no control or direction character of a name gets into a page', async () => {
  for (const path of [
    '',
    '/organizations',
    '/changes',
    '/list',
    `/organizations/${encodeURIComponent('org"<3>&/?#')}`,
  ]) {
    const html = await (await get(`/editions/hostile/latest${path}`)).text()
    expect([path, /(?!\n)\p{Cc}|[\u202a-\u202e\u2066-\u2069]/u.exec(html)]).toEqual([path, null])
  }
})

test('every page has a strict content security policy, errors included, and no response is sniffed', async () => {
  for (const path of ['/', '/docs', '/runs', '/explore/latest', '/nowhere', '/?unknown=1', '/editions/none/latest']) {
    const { headers } = await get(path)
    expect([path, headers.get('content-security-policy')]).toEqual([
      path,
      expect.stringMatching(/^default-src 'none'; script-src 'self';.* frame-ancestors 'none'$/),
    ])
    expect(headers.get('referrer-policy')).toBe('same-origin')
  }
  for (const path of ['/', '/nowhere', '/api/editions', '/api/nowhere', '/feed.atom', '/metrics', '/healthz'])
    expect((await get(path)).headers.get('x-content-type-options')).toBe('nosniff')
})

test('no shared cache may keep a file with links that have the host of the request', async () => {
  for (const path of ['/robots.txt', '/sitemap.xml', '/api/explore/feed.atom?words=transport']) {
    const response = await get(path)
    expect([path, response.status, response.headers.get('cache-control')]).toEqual([
      path,
      200,
      expect.stringMatching(/^private, max-age=/),
    ])
  }
})

test('nothing can be changed: other methods are refused', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND']) {
    const response = await get('/api/editions', { method })
    expect([method, response.status, response.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD, OPTIONS'])
  }
  expect((await get('/mcp', { method: 'POST' })).status).toBe(405)
})

test('the server listens on this machine only', async ({ skip }) => {
  const addresses = Object.values(networkInterfaces()).flatMap((one) => one ?? [])
  const own = addresses.find(({ family, internal }) => family === 'IPv4' && !internal)
  if (own === undefined) skip('this machine has no address but its own loopback')
  const { port } = new URL(site.url)
  await expect(fetch(`http://${own!.address}:${port}/healthz`)).rejects.toThrow()
})
