import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Changes } from '../../src/editions/changes.ts'
import type { TopDataset } from '../../src/editions/edition.ts'
import type { Explanation } from '../../src/explain/explanation.ts'
import { fold } from '../../src/matching/fold.ts'
import { isFound, parseSearch } from '../../src/server/search.ts'
import { FULL, openSite, type Site } from '../web/site.ts'

/** A page of a list. */
interface ListPage {
  readonly total: number
  readonly items: readonly Readonly<Record<string, unknown>>[]
}

let site: Site
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site.close())

const get = (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  fetch(`${site.url}${path}`, { headers, method, redirect: 'manual' })
const json = async <T = ListPage>(path: string) => (await get(path)).json() as Promise<T>
const FULL_PATH = `/api/editions/complet/${FULL.date}`

describe('an edition', () => {
  test('is the published document with all 622 datasets', async () => {
    const edition = await json<typeof FULL>(FULL_PATH)
    expect(edition).toEqual({ ...FULL, _id: `complet/${FULL.date}`, watch: 'complet' })
    expect(edition.datasets).toHaveLength(622)
    expect(await json('/api/editions/complet/latest')).toEqual(edition)
  })

  test('is compressed on request, and not sent again to a client that has it', async () => {
    const answer = await get(FULL_PATH, { 'accept-encoding': 'gzip' })
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-encoding': 'gzip',
      'content-type': 'application/json',
      'cache-control': 'public, max-age=3600',
      vary: 'Accept, Accept-Encoding',
      'access-control-allow-origin': '*',
      'x-content-type-options': 'nosniff',
    })
    expect(Number(answer.headers.get('content-length'))).toBeLessThan(40_000)
    const etag = answer.headers.get('etag')!
    const again = await get(FULL_PATH, { 'if-none-match': etag, 'accept-encoding': 'gzip' })
    expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag])
    expect((await get('/api/editions/complet/latest')).headers.get('cache-control')).toBe('public, max-age=60')
  })

  test('is CSV with .csv after its date, or with Accept: text/csv', async () => {
    const named = await get(`${FULL_PATH}.csv`)
    expect(named.headers.get('content-disposition')).toBe(`attachment; filename="complet-${FULL.date}.csv"`)
    const csv = await named.text()
    expect(csv.split('\r\n')).toHaveLength(624)
    expect(csv).toMatch(/^"dataset_id";"dataset_title";"dataset_followers";"organization";/)
    expect(await (await get(FULL_PATH, { accept: 'text/csv' })).text()).toBe(csv)
    const browser = await get(FULL_PATH, { accept: 'text/html,*/*;q=0.8' })
    expect(browser.headers.get('content-type')).toBe('application/json')
  })

  test('can be filtered, ignoring accents, sorted and paged', async () => {
    const first = await get(`${FULL_PATH}?q=V%C3%A9LO&sort=-dataset_followers,dataset_title&limit=2`)
    const total = FULL.datasets.filter(({ dataset_title }) => /v[eé]lo/i.test(dataset_title)).length
    expect(first.headers.get('x-total-count')).toBe(String(total))
    const followers = ((await first.json()) as typeof FULL).datasets.map((one) => one.dataset_followers)
    expect(followers).toEqual([...followers].sort((a, b) => b - a))
    const [, next] = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link')!)!
    const second = await get(next!)
    expect(second.headers.get('link')).toContain('rel="prev"')
    expect(((await second.json()) as typeof FULL).datasets).toHaveLength(2)
    const { organization_id } = FULL.datasets[0]!
    const own = (await json<typeof FULL>(`${FULL_PATH}?organization=${organization_id}`)).datasets
    expect(own).toEqual(FULL.datasets.filter((one) => one.organization_id === organization_id))
    expect((await (await get(`${FULL_PATH}.csv?limit=1`)).text()).split('\r\n')).toHaveLength(3)
  })

  test('can be filtered by an organization: by its ID, its name, or a part of the name', async () => {
    const idsFor = async (wanted: string, path = FULL_PATH) =>
      (await json<typeof FULL>(`${path}?organization=${encodeURIComponent(wanted)}`)).datasets.map(
        (one) => one.dataset_id,
      )
    const { id, name } = FULL.organizations.find((one) => one.name === 'Mairie de Paris')!
    const own = FULL.datasets.filter((one) => one.organization_id === id).map((one) => one.dataset_id)
    expect(own.length).toBeGreaterThan(0)
    for (const wanted of [id, name, 'MAIRIE-DE-PARIS', 'rie de par']) expect(await idsFor(wanted)).toEqual(own)
    const csv = await (await get(`${FULL_PATH}.csv?organization=${encodeURIComponent(name)}`)).text()
    expect(csv.trimEnd().split('\r\n')).toHaveLength(1 + own.length)
    // It may have been ranked in another week.
    expect(await idsFor('0123456789abcdef01234567')).toEqual([])
    // The full list also has organizations that are not ranked.
    const list = '/api/editions/mobilite-transport/latest/list'
    const all = (await json<ListPage>(`${list}?limit=all`)).items
    const ranked = (await json<typeof FULL>('/api/editions/mobilite-transport/latest')).organizations.map(
      (one) => one.id,
    )
    const other = all.find((one) => one.organization_id !== '' && !ranked.includes(String(one.organization_id)))!
    const byName = await json<ListPage>(
      `${list}?limit=all&organization=${encodeURIComponent(String(other.organization))}`,
    )
    expect(byName.items).toEqual(all.filter((one) => one.organization_id === other.organization_id))
  })

  test.each([
    [
      FULL_PATH,
      'Mairi de Paris',
      /^cannot find organization "Mairi de Paris": no ranked organization has this ID or name\. Did you mean "Mairie de Paris" \([0-9a-f]{24}\)\?$/,
    ],
    [FULL_PATH, 'xyzzy', /^cannot find organization "xyzzy": .* has this ID or name\. Give its ID\.$/],
    [
      FULL_PATH,
      'a',
      /^cannot choose organization "a": \d+ organizations have this in their name: ".*" \([0-9a-f]{24}\), .*, and \d+ more\. Give one of these IDs\.$/,
    ],
    ['/feed.json', 'xyzzy', /^cannot find organization "xyzzy"/],
    ['/feed.atom', 'xyzzy', /^cannot find organization "xyzzy"/],
    ['/api/editions/mobilite-transport/latest/list', 'xyzzy', /^cannot find organization "xyzzy"/],
    ['/api/explore/latest?words=transport', 'xyzzy', /^cannot find organization "xyzzy"/],
    ['/api/explore/latest.csv?words=transport', 'xyzzy', /^cannot find organization "xyzzy"/],
  ])('%s refuses %s, which names no organization or several', async (path, wanted, detail) => {
    const response = await get(`${path}${path.includes('?') ? '&' : '?'}organization=${encodeURIComponent(wanted)}`)
    const problem = (await response.json()) as { detail: string }
    expect([response.status, problem.detail]).toEqual([400, expect.stringMatching(detail)])
  })

  test('the pages and the feeds take the name of an organization', async () => {
    const { id, name } = FULL.organizations.find((one) => one.name === 'Mairie de Paris')!
    const query = `organization=${encodeURIComponent(name)}`
    const page = await get(`/editions/complet/latest?q=velo&${query}&lang=en`)
    expect([page.status, page.headers.get('location')]).toEqual([
      302,
      `/editions/complet/latest?q=velo&organization=${id}&lang=en`,
    ])
    expect((await get(`/?organization=${id}`)).status).toBe(200)
    // The feed of a filtered page has the filter.
    const filtered = await (await get(`/editions/complet/latest?organization=${id}&lang=en`)).text()
    expect(filtered).toContain(`href="/feed.atom?watch=complet&amp;organization=${id}&amp;lang=en"`)
    for (const path of [
      '/',
      '/editions/complet/latest',
      '/editions/mobilite-transport/latest/list',
      '/explore/latest',
    ]) {
      const wrong = await get(
        `${path}?organization=xyzzy&lang=en${path === '/explore/latest' ? '&words=transport' : ''}`,
      )
      expect([path, wrong.status]).toEqual([path, 400])
      expect(await wrong.text()).toContain('Valid values: ')
    }
    for (const feed of ['/feed.atom', '/feed.json']) {
      const [byName, byId] = await Promise.all(
        [name, id].map(async (one) =>
          (await get(`${feed}?watch=complet&lang=en&organization=${encodeURIComponent(one)}`)).text(),
        ),
      )
      expect(byName).toContain('Mairie de Paris')
      expect(byName!.replaceAll(/organization=Mairie(\+|%20)de(\+|%20)Paris/g, `organization=${id}`)).toBe(byId)
    }
  })

  test('can be searched by words of title and organization in any order, as on the page', async () => {
    const [{ dataset_id, dataset_title, organization }] = FULL.datasets as [TopDataset]
    const words = [organization.split(' ').at(-1)!, dataset_title.split(' ')[0]!]
    const search = new URLSearchParams({ q: words.join('  ') })
    const { datasets } = await json<typeof FULL>(`${FULL_PATH}?${search}`)
    expect(datasets.map((one) => one.dataset_id)).toContain(dataset_id)
    for (const one of datasets) {
      const text = fold(`${one.dataset_title} ${one.organization}`)
      expect(words.filter((word) => !text.includes(fold(word)))).toEqual([])
    }
  })
})

test('a word that is searched for is present as a term of a watch is', () => {
  const finds = (asked: string, text: string) => isFound(fold(text), parseSearch(asked))
  expect(finds("qualité  l'air", 'Qualité de l’air')).toBe(true)
  expect(finds('l’air', 'Qualite-de-l-air')).toBe(true)
  expect(finds("l'air", 'la vie en plein air')).toBe(false)
  expect(finds('coeur', 'Cœur')).toBe(true)
  expect(finds(' - ', 'anything')).toBe(true)
})

test('editions are listed latest first, and filtered by watch and dates', async () => {
  const { total, items } = await json('/api/editions?watch=mobilite-transport')
  expect([total, items.map(({ date }) => date)]).toEqual([3, ['2023-08-09', '2023-08-02', '2023-07-26']])
  expect(items[0]).toEqual({
    watch: 'mobilite-transport',
    date: '2023-08-09',
    url: '/api/editions/mobilite-transport/2023-08-09',
    csv: '/api/editions/mobilite-transport/2023-08-09.csv',
    archive: '/api/editions/mobilite-transport/2023-08-09/archive.csv',
    changes: '/api/editions/mobilite-transport/2023-08-09/changes',
  })
  const some = await json('/api/editions?watch=mobilite-transport&from=2023-08-01&to=2023-08-05&sort=date')
  expect(some.items.map(({ date }) => date)).toEqual(['2023-08-02'])
})

test('all watches are listed, with or without an edition', async () => {
  const { items } = await json('/api/watches')
  const found = items.map(({ name, editions, latest }) => [name, editions, latest])
  expect(found).toContainEqual(['mobilite-transport', 3, '2023-08-09'])
  expect(found).toContainEqual(['vide', 0, null])
})

test('changes between two editions, by default the last two, come with reasons', async () => {
  const last = await json<Changes>('/api/changes')
  expect([last.from, last.to, last.entered.length, last.left.length]).toEqual(['2023-08-02', '2023-08-09', 4, 3])
  expect(new Set(last.entered.map(({ reason }) => reason))).toEqual(new Set(['new']))
  expect(await json('/api/editions/mobilite-transport/2023-08-09/changes')).toEqual(last)
  const both = await json<Changes>('/api/changes?watch=mobilite-transport&from=2023-07-26&to=2023-08-09')
  expect(both.entered).toHaveLength(10)
  expect(await json('/api/editions/mobilite-transport/latest/changes?since=2023-07-26')).toEqual(both)
})

test('a dataset can be explained by ID or page address', async () => {
  const byId = await json<Explanation>('/api/explain/5eab9f4b7ee4582b405f11df')
  expect(byId).toMatchObject({
    verdict: 'in-tops',
    date: '2023-08-09',
    matches: [{ term: 'mobilité', column: 'tags' }],
  })
  const page = encodeURIComponent('https://www.data.gouv.fr/datasets/comptage-velo-compteurs/')
  expect(await json(`/api/explain/${page}`)).toMatchObject({ dataset: byId.dataset, verdict: 'in-tops' })
  expect(await json('/api/editions/mobilite-transport/2023-07-26/explain/5eab9f4b7ee4582b405f11df')).toMatchObject({
    date: '2023-07-26',
    verdict: 'unknown',
  })
})

test('a dataset is explained by its title; several with the text are listed', async () => {
  const explain = (text: string) => json<Explanation>(`/api/explain/${encodeURIComponent(text)}`)
  const one = await explain('horaires theoriques du réseau')
  expect(one.dataset?.title).toMatch(/^Horaires théoriques du réseau de transport/)
  const inEdition = `/api/editions/mobilite-transport/latest/datasets/${encodeURIComponent('horaires theoriques du réseau')}`
  expect(await json<Explanation>(inEdition)).toEqual(one)
  const several = await explain('Horaires théoriques')
  expect([several.dataset, several.nearest.length]).toEqual([null, 2])
  expect(several.sentences.at(-1)).toMatch(
    /^2 datasets have this text in their title: [0-9a-f]{24} \(".*Horaires théoriques/,
  )
  // The slug in an address is not a part of a title, whatever was looked up before.
  const address = await explain('https://www.data.gouv.fr/datasets/horaires theoriques du réseau/')
  expect(address.dataset).toBeNull()
})

test('the history of an organization covers all editions', async () => {
  expect(await json('/api/history/534fff89a3a7292c64a77eb7')).toEqual({
    watch: 'mobilite-transport',
    id: '534fff89a3a7292c64a77eb7',
    name: 'Mairie de Paris',
    editions: [
      { date: '2023-08-09', rank: 24, followers: 94, datasets: 107 },
      { date: '2023-08-02', rank: 24, followers: 94, datasets: 105 },
      { date: '2023-07-26', rank: 24, followers: 94, datasets: 100 },
    ],
  })
  const { id } = await json<{ id: string }>('/api/editions/mobilite-transport/latest/organizations/mairie%20de%20paris')
  expect(id).toBe('534fff89a3a7292c64a77eb7')
})

test('the history of a dataset is the same by its ID, its slug and the address of its page', async () => {
  const path = (reference: string) =>
    `/api/editions/mobilite-transport/latest/datasets/${encodeURIComponent(reference)}/history`
  const byId = await json<{ id: string; title: string }>(path('5eab9f4b7ee4582b405f11df'))
  expect(byId.title).toBe('Comptage vélo - Compteurs')
  for (const name of ['comptage-velo-compteurs', 'www.data.gouv.fr/fr/datasets/5eab9f4b7ee4582b405f11df/'])
    expect(await json(path(name))).toEqual(byId)
})

test('runs are listed and fetched with all fields', async () => {
  const { total, items } = await json('/api/runs?status=published&date=2023-08-09&limit=1')
  expect([total, items[0]!.command, items[0]!.date]).toEqual([1, 'run', '2023-08-09'])
  expect(await json(`/api/runs/${items[0]!._id}`)).toEqual(items[0])
})

test.each([
  '/api/editions/mobilite-transport/2025-02-30',
  '/api/editions/mobilite-transport/2025-02-30.csv',
  '/api/editions/mobilite-transport/latest/changes?since=2025-02-30',
  '/api/changes?from=2025-02-30',
  '/api/explain/x?date=2025-02-30',
  '/api/explore/2025-02-30?words=velo',
])('%s is refused because the calendar lacks the date', async (path) => {
  const { status, detail } = await json<{ status: number; detail: string }>(path)
  expect(status).toBe(400)
  expect(detail).toMatch(
    /^cannot accept \w+ "2025-02-30(\.csv)?": it is not a date of the calendar; that month has the days 01 to 28\.$/,
  )
})

describe('an error has a status and a detail that says what to do:', () => {
  test.each([
    [
      '/api/editions/mobilite-transport/2023-08-08',
      404,
      /of 2023-08-08, a Tuesday; the nearest are those of 2023-08-02, a Wednesday, and 2023-08-09, a Wednesday$/,
    ],
    ['/api/editions/velo/latest', 404, /^there is no watch "velo"; known: mobilite-transport, complet, /],
    ['/api/editions/vide/latest', 404, /^there is no edition of vide; there is none yet: "run" makes one$/],
    [
      '/api/editions/mobilite-transport/yesterday',
      400,
      /^cannot accept edition "yesterday": must be a date such as 2026-11-18, or latest, /,
    ],
    [
      '/api/editions/mobilite-transport/latest?sort=size',
      400,
      /^cannot accept sort "size": must be a list of rank, dataset_id, dataset_title, /,
    ],
    [
      '/api/editions/mobilite-transport/latest?limit=0',
      400,
      /^cannot accept limit "0": must be a whole number from 1 to 1000, or all\.$/,
    ],
    [
      '/api/editions/mobilite-transport/latest?organisation=x',
      400,
      /^cannot accept parameter "organisation": it is unknown\. Use q, organization, new, /,
    ],
    ['/api/changes?to=2023-07-26', 404, /^mobilite-transport has no edition before that of 2023-07-26, so there/],
    [
      '/api/changes?from=2023-08-09&to=2023-08-02',
      400,
      /^cannot compare the edition of 2023-08-09 with that of 2023-08-02: it is later\. Name the earlier date first/,
    ],
    ['/api/explain/https%3A%2F%2Fx.example%2F', 400, /is neither the ID of a dataset nor the address of its page$/],
    ['/api/editions/velo/2023-08-09', 404, /^there is no watch "velo"; known: mobilite-transport/],
    ['/api/editions?watch=velo', 404, /^there is no watch "velo"; known: mobilite-transport/],
    ['/api/explain/x?watch=velo', 404, /^there is no watch "velo"/],
    [
      '/api/history/unknown',
      404,
      /^cannot find organization "unknown": no edition of mobilite-transport ranks an organization with this ID or name\. See /,
    ],
    ['/api/runs/none', 404, /^cannot find run "none": no record has this ID\. See \/api\/runs/],
    ['/api/nothing', 404, /^cannot find \/api\/nothing: no such address\. See \/docs/],
    [
      '/api/editions/..%2f..%2fetc/latest',
      400,
      /^cannot accept watch "..\/..\/etc": must consist of a-z, 0-9 and -\.$/,
    ],
    ['/feed.atom?watch=velo', 404, /^there is no watch "velo"/],
  ])('%s', async (path, status, detail) => {
    const answer = await get(path)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    const problem = (await answer.json()) as { status: number; detail: string }
    expect([answer.status, problem.status]).toEqual([status, status])
    expect(problem.detail).toMatch(detail)
  })

  test('methods that write are rejected', async () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'PROPFIND']) {
      const answer = await get('/api/runs', {}, method)
      expect([method, answer.status, answer.headers.get('allow')]).toEqual([method, 405, 'GET, HEAD, OPTIONS'])
    }
  })
})

test('scripts of other sites may read responses', async () => {
  const preflight = await get(
    '/api/changes',
    { origin: 'https://x.example', 'access-control-request-method': 'GET' },
    'OPTIONS',
  )
  expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'GET, HEAD, OPTIONS'])
  expect((await get('/feed.json')).headers.get('access-control-allow-origin')).toBe('*')
})

test('HEAD has the headers of GET, without a body', async () => {
  for (const path of [FULL_PATH, '/api/runs', '/feed.atom', '/docs', '/healthz']) {
    const [head, whole] = [await get(path, {}, 'HEAD'), await get(path)]
    expect([path, head.status, await head.text()]).toEqual([path, 200, ''])
    for (const name of ['etag', 'content-type', 'cache-control'])
      expect(head.headers.get(name)).toBe(whole.headers.get(name))
  }
})

test('the probes report the process, its stores and metrics', async () => {
  expect(await json('/healthz')).toEqual({ status: 'ok' })
  expect(await json('/readyz')).toEqual({ status: 'ready', documents: true, archive: true })
  const metrics = await get('/metrics')
  expect(metrics.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8')
  expect(await metrics.text()).toContain('datagouv_tops_edition_datasets{watch="mobilite-transport"} 295\n')
})
