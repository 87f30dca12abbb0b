import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Edition } from '../../src/editions/edition.ts'
import { searchedWords } from '../../src/server/search.ts'
import { FULL, openSite, type Site } from '../web/site.ts'

let site: Site
beforeAll(async () => {
  site = await openSite()
}, 60_000)
afterAll(() => site.close())

const get = (path: string, headers: Record<string, string> = {}) =>
  fetch(site.url + path, { headers, redirect: 'manual' })
const text = async (path: string, headers?: Record<string, string>) => (await get(path, headers)).text()
const rowsOf = (csv: string) => csv.trimEnd().split('\r\n').slice(1)

const FULL_PATH = '/editions/complet/2026-01-21'
const DEMO = '/editions/mobilite-transport/2023-08-09'

test('the address of a view is a call of the API, which returns the datasets that the page shows', async () => {
  const query = '?q=velo&sort=-dataset_followers&view=list&lang=en&limit=5'
  const page = await text(FULL_PATH + query)
  const { datasets } = (await (await get(`/api${FULL_PATH}${query}`)).json()) as Edition
  expect(datasets).toHaveLength(5)
  const ids = [...page.matchAll(/class="why" href="[^"]*\/datasets\/([^"?]+)/g)].map(([, id]) => id)
  expect(ids.slice(0, 5)).toEqual(datasets.map(({ dataset_id }) => dataset_id))
})

test('new and gone datasets can be taken away as CSV', async () => {
  const added = FULL.datasets.filter((_, index) => index % 100 === 0)
  const csv = rowsOf(await text(`/api${FULL_PATH}.csv?new=1`))
  expect(csv.map((row) => row.split('"')[1])).toEqual(added.map(({ dataset_id }) => dataset_id))
  expect(rowsOf(await text(`/api${FULL_PATH}.csv?gone=1`))).toEqual([expect.stringContaining('"gone";"Jeu retiré"')])
  expect(rowsOf(await text(`/api${FULL_PATH}.csv?new=1&gone=1`))).toHaveLength(added.length + 1)
  expect(rowsOf(await text(`/api${DEMO}.csv?new=1&since=2023-07-26`))).toHaveLength(10)
})

test('the changes are CSV at changes.csv, or with Accept: text/csv, with a byte order mark on request', async () => {
  const csv = await text(`/api${DEMO}/changes.csv`)
  expect(csv.split('\r\n')[0]).toBe('"change";"reason";"id";"title";"organization";"from";"followers";"before"')
  expect(rowsOf(csv).filter((row) => row.startsWith('"entered";"new";'))).toHaveLength(4)
  expect(rowsOf(csv).filter((row) => row.startsWith('"left";'))).toHaveLength(3)
  expect(await text(`/api${DEMO}/changes`, { accept: 'text/csv' })).toBe(csv)
  expect(await text('/api/changes.csv')).toBe(csv)
  const bytes = Buffer.from(await (await get('/api/changes.csv?bom=1')).arrayBuffer())
  expect(bytes.subarray(0, 3).toString('hex')).toBe('efbbbf')
})

test('the full list can be searched, sorted and paged, as a page, as JSON and as CSV', async () => {
  const edition = (await (await get(`/api${DEMO}`)).json()) as Edition
  const first = (await (await get(`/api${DEMO}/list?limit=2`)).json()) as { total: number; items: object[] }
  expect([first.total, first.items.length]).toEqual([edition.archive.records, 2])
  expect(rowsOf(await text(`/api${DEMO}/list.csv`))).toHaveLength(edition.archive.records)
  const sorted = await get(`/api${DEMO}/list?sort=-dataset_followers&limit=all`)
  const followers = ((await sorted.json()) as { items: { dataset_followers: number }[] }).items.map(
    (one) => one.dataset_followers,
  )
  expect(followers).toEqual([...followers].sort((a, b) => b - a))
  const found = (await (await get(`/api${DEMO}/list?q=velo`)).json()) as typeof first
  expect(found.total).toBeGreaterThan(0)
  expect(await text(`${DEMO}/list?q=velo`)).toContain(`/api${DEMO}/list.csv?q=velo`)
})

test('the archived CSV is offered compressed', async () => {
  const compressed = await get(`/api${DEMO}/archive.csv.gz`)
  expect(compressed.headers.get('content-type')).toBe('application/gzip')
  expect(gunzipSync(Buffer.from(await compressed.arrayBuffer())).toString()).toBe(await text(`/api${DEMO}/archive.csv`))
  const again = await get(`/api${DEMO}/archive.csv.gz`, { 'if-none-match': compressed.headers.get('etag')! })
  expect(again.status).toBe(304)
})

test('the form "Why?" begins with what the reader searched for', async () => {
  const html = await text(`${DEMO}?q=scolaire%20%22%E2%80%AEx`)
  expect(html).toContain('name="id" value="scolaire &quot;\ufffdx"')
})

test('the history of a dataset has its weeks, and the reason why it entered', async () => {
  const changes = (await (await get(`/api${DEMO}/changes`)).json()) as { entered: { dataset_id: string }[] }
  const { dataset_id } = changes.entered[0]!
  const { editions } = (await (await get(`/api${DEMO}/datasets/${dataset_id}/history`)).json()) as {
    editions: Record<string, unknown>[]
  }
  expect(editions.map(({ date, in_tops, change, reason }) => [date, in_tops, change, reason])).toEqual([
    ['2023-08-09', true, 'entered', 'new'],
    ['2023-08-02', false, null, null],
    ['2023-07-26', false, null, null],
  ])
  expect((await get(`/api${DEMO}/datasets/nope/history`)).status).toBe(404)
})

test('a link to another week or watch keeps the search, and drops a date that does not come before', async () => {
  const links = (page: string) => [...page.matchAll(/data-keep(?:="")? href="([^"]+)"/g)].map(([, href]) => href)
  const page = await text(`${DEMO}?q=velo&sort=-dataset_followers&since=2023-07-26&offset=3&lang=fr`)
  const kept = '?q=velo&amp;sort=-dataset_followers'
  expect(links(page)).toEqual(
    expect.arrayContaining([
      `/editions/mobilite-transport/2023-08-02${kept}&amp;since=2023-07-26&amp;lang=fr`,
      `/editions/complet/latest${kept}&amp;lang=fr`,
    ]),
  )
  const chosen = await get('/editions/mobilite-transport?date=2023-07-26&q=velo&since=2023-07-26&part=/changes')
  expect(chosen.headers.get('location')).toBe('/editions/mobilite-transport/2023-07-26/changes?q=velo')
})

test('a trailing slash redirects, and a campaign parameter is no new page', async () => {
  const slash = await get(`${FULL_PATH}/?q=velo`)
  expect([slash.status, slash.headers.get('location')]).toEqual([301, `${FULL_PATH}?q=velo`])
  const [page, campaign] = [await get(FULL_PATH), await get(`${FULL_PATH}?utm_source=x`)]
  expect(campaign.headers.get('etag')).toBe(page.headers.get('etag'))
})

test.each([
  ['?organisation=x', 400, 'Paramètres possibles : q, organization, new'],
  ['?sort=size', 400, 'Valeurs possibles : rank, -rank, dataset_id'],
  ['?limit=0', 400, 'Valeurs possibles : 1–1000, all'],
  ['?since=2020-01-01', 404, 'Éditions les plus proches'],
])('the page refuses %s and names what there is', async (query, status, hint) => {
  const answer = await get(FULL_PATH + query)
  expect(answer.status).toBe(status)
  expect((await answer.text()).replaceAll('\u00a0', ' ')).toContain(hint)
})

test('the page of a date that the calendar lacks says so, and offers others', async () => {
  const answer = await get('/editions/complet/2025-02-30')
  expect(answer.status).toBe(400)
  const html = await answer.text()
  expect(html).toContain('2025-02-30 n’est pas une date du calendrier')
  expect(html).toContain('href="/editions/complet/2026-01-14"')
})

test('text is compressed with Brotli for clients that accept it', async () => {
  const answer = await get(`/api${FULL_PATH}`, { 'accept-encoding': 'gzip, br' })
  expect(answer.headers.get('content-encoding')).toBe('br')
  expect(((await answer.json()) as Edition).datasets).toHaveLength(622)
  expect((await get(`/api${FULL_PATH}`, { 'accept-encoding': 'br;q=0, gzip' })).headers.get('content-encoding')).toBe(
    'gzip',
  )
})

test('feeds exist in both languages, and for an organization or a search', async () => {
  expect(await text('/feed.atom?lang=fr')).toContain('4 nouveaux, 3 sortis des tops')
  expect(await text('/feed.atom?lang=en')).toContain('4 new, 3 gone')
  const { items } = (await (await get('/feed.json?lang=en&q=velo')).json()) as { items: { title: string }[] }
  expect(items[0]!.title).toMatch(/: [0-4] new, 0 gone$/)
  expect((await get('/feed.atom?page=2')).status).toBe(400)
})

test('search engines get rules, a sitemap and an icon; earlier weeks may be cached', async () => {
  expect(await text('/robots.txt')).toContain(`Sitemap: ${site.url}/sitemap.xml\n`)
  expect(await text('/sitemap.xml')).toContain(`<loc>${site.url}${DEMO}/changes</loc>`)
  expect((await get('/favicon.ico')).status).toBe(200)
  const earlier = await get('/editions/mobilite-transport/2023-08-02')
  expect(earlier.headers.get('cache-control')).toBe('public, max-age=3600')
  expect((await get(DEMO)).headers.get('cache-control')).toBe('no-cache')
})

test('a label replaces the terms in headings, titles, links, feeds and the API', async () => {
  const page = await text(`${FULL_PATH}?lang=en`)
  expect(page).toContain('<h1>Mobility and transport</h1>')
  expect(page).toContain('<title>Mobility and transport, Wednesday')
  expect(page).toContain('Datasets that mention “mobilité” or “transport”, published by the 30 most')
  expect(await text(`${DEMO}?lang=fr`)).toMatch(/href="\/editions\/complet\/latest[^>]*>Mobilité et transport</)
  expect(await text('/feed.atom?watch=complet&lang=en')).toContain(': Mobility and transport</title>')
  const { items } = (await (await get('/api/watches')).json()) as { items: { name: string; label: unknown }[] }
  expect(items.map(({ label }) => label)).toEqual([
    null,
    { fr: 'Mobilité et transport', en: 'Mobility and transport' },
    null,
    null,
  ])
})

test('the list of runs is the same as a page and as JSON', async () => {
  const runs = async (query: string) =>
    ((await (await get(`/api/runs${query}`)).json()) as { items: { _id: string }[] }).items.map(({ _id }) => _id)
  const all = await runs('?lang=fr')
  expect(all.length).toBeGreaterThan(2)
  const query = `?before=${all[1]}`
  expect(await runs(query)).toEqual(all.slice(2))
  const page = await text(`/runs${query}&lang=fr`)
  expect([...page.matchAll(/href="\/runs\/([^"?]+)/g)].map(([, id]) => id)).toEqual(all.slice(2))
  expect(page).toContain(`href="/api/runs${query}"`)
})

test('each page has its title, description and addresses for search engines and previews', async () => {
  const page = await text(`${DEMO}/changes?lang=en`)
  expect(page).toContain('<title>Changes, “mobilité” or “transport”, 9 August 2023 — data.gouv.fr tops</title>')
  expect(page).toContain(`<link rel="canonical" href="${site.url}${DEMO}/changes"`)
  expect(page).toContain(`hreflang="fr" href="${site.url}${DEMO}/changes?lang=fr"`)
  expect(page).toContain('<meta property="og:title" content="Changes, ')
})

describe('a dataset can be explained by its title', () => {
  const asked = (title: string) => get(`${DEMO}/datasets?id=${encodeURIComponent(title)}&lang=fr`)
  const follow = async (title: string) => get(new URL((await asked(title)).headers.get('location')!, site.url).pathname)

  test('one match leads to its explanation', async () => {
    const response = await follow('horaires theoriques du réseau')
    expect(response.status).toBe(302)
    const location = response.headers.get('location')!
    expect(location).toMatch(/\/editions\/mobilite-transport\/2023-08-09\/datasets\/[0-9a-f]{24}$/)
    expect(await text(`${location}?lang=fr`)).toContain('Horaires théoriques du réseau de transport')
  })

  test('several are offered, and none is denied', async () => {
    const response = await follow('Horaires théoriques')
    expect(response.status).toBe(200)
    const page = await response.text()
    expect(page).toContain('2 jeux de données du catalogue du 9 août 2023 ont ce texte dans leur titre.')
    expect(page.match(/<li><a href="[^"]*\/datasets\/[0-9a-f]{24}/g)).toHaveLength(2)
    expect(page).toMatch(/<li><a href="[^"]*\/datasets\/[0-9a-f]{24}[^>]*><bdi>[^<]*<\/bdi><\/a><small><bdi>[^<]/)
  })

  test('without a match, the page says so of the catalogue of that day only', async () => {
    const response = await follow('no such title')
    expect(response.status).toBe(404)
    const page = await response.text()
    expect(page).toContain('Aucun jeu de données du catalogue du 9 août 2023 n’a ce texte dans son titre.')
    expect(page).not.toContain('class="conditions"')
  })

  test('an unknown ID is missing from the catalogue of that day', async () => {
    const page = await text(`${DEMO}/datasets/000000000000000000000000?lang=en`)
    expect(page).toContain('No dataset in the catalogue of 9 August 2023 has this ID or address.')
    expect(page).toContain('It is in the catalogue of 9 August 2023')
  })
})

describe('a search that finds nothing in the tops', () => {
  test('leads to the full list, with the number of datasets there, and to the whole catalogue', async () => {
    const page = await text(`${DEMO}?q=tarn&lang=fr`)
    expect(page).toContain('0 sur 295 jeux de données')
    expect(page).toContain(
      `<a href="${DEMO}/list?q=tarn&amp;lang=fr">Voir les 2 jeux de données trouvés dans la liste complète</a>`,
    )
    expect(page).toContain('<a href="/explore/2023-08-09?words=tarn&amp;lang=fr">')
    expect(await text(`${DEMO}/list?q=tarn&lang=fr`)).toContain('2 sur 465 jeux de données')
  })

  test('says so if the full list has none either', async () => {
    expect(await text(`${DEMO}?q=zzz&lang=en`)).toContain('The full list has none either.')
  })

  test('passes on the wanted words and phrases only', () => {
    expect(searchedWords('vélo "piste cyclable" -bus "a,b" x vélo')).toEqual(['vélo', 'piste cyclable', 'a b'])
  })
})

test('a watch without editions is published from the stored weeks, if there are any', async () => {
  expect(await text('/editions/vide/latest?lang=en')).toContain(
    'To publish the stored weeks now:</p><pre><code>datagouv-tops backfill --from 2023-07-26 --watch vide</code></pre>',
  )
})

test.each([
  ['', '/editions/mobilite-transport/latest/changes'],
  [
    '?lang=en&from=2023-07-26&to=2023-08-09',
    '/editions/mobilite-transport/2023-08-09/changes?lang=en&since=2023-07-26',
  ],
  ['?watch=complet', '/editions/complet/latest/changes'],
])('/changes%s leads to the page of what /api/changes returns', async (query, address) => {
  const response = await get(`/changes${query}`)
  expect([response.status, response.headers.get('location')]).toEqual([302, address])
  expect((await get(address)).status).toBe(200)
})

test.each([`${DEMO}/changes`, `${DEMO}?gone=1`, `${DEMO}/list`])('%s can be downloaded for Excel', async (path) => {
  const page = await text(`${path}${path.includes('?') ? '&' : '?'}lang=fr`)
  const [, href = ''] = /<a href="([^"]*bom=1)" download>pour Excel<\/a>\s*\) ·/.exec(page)!
  const bytes = Buffer.from(await (await get(href.replaceAll('&amp;', '&'))).arrayBuffer())
  expect(bytes.subarray(0, 3).toString('hex')).toBe('efbbbf')
})
