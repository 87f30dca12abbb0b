import { readFile } from 'node:fs/promises'
import { gzipSync } from 'node:zlib'
import axe from 'axe-core'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fold } from '../../src/matching/fold.ts'
import { sanitize } from '../../src/server/pages/parts/portalText.tsx'
import { chromiumOrSkip, openBrowser } from '../helpers/browser.ts'
import { FULL, HOSTILE, openSite, type Site } from './site.ts'

const chromium = chromiumOrSkip('the pages in a browser')

const FULL_EDITION = '/editions/complet/2026-01-21'
const DEMO = '/editions/mobilite-transport/2023-08-09'
/** A dataset that is new in the demo's latest edition. */
const NEW_DATASET = '5eab9f4b7ee4582b405f11df'
const INSEE = '534fff81a3a7292c64a77e5c'

/** Every view, on real data, with the status of the response. */
const VIEWS = [
  ['the tops', 200, FULL_EDITION],
  ['the tops as a list', 200, `${FULL_EDITION}?view=list&sort=-dataset_followers&q=velo`],
  ['the tops in English', 200, `${FULL_EDITION}?lang=en&new=1`],
  ['an empty search result', 200, `${FULL_EDITION}?q=nichts`],
  ['the changes', 200, `${FULL_EDITION}/changes`],
  ['the changes with reasons', 200, `${DEMO}/changes?since=2023-07-26`],
  ['the organizations', 200, `${FULL_EDITION}/organizations`],
  ['an organization over the weeks', 200, `${DEMO}/organizations/${INSEE}`],
  ['why a dataset is there', 200, `${DEMO}/datasets/${NEW_DATASET}`],
  ['the full list', 200, `${DEMO}/list?q=velo&sort=dataset_title`],
  ['all editions', 200, '/editions'],
  ['the search without words', 200, '/explore/latest'],
  ['a search', 200, '/explore/2023-08-09?words=vélo,transport&since=2023-08-02'],
  ['the weeks of a search', 200, '/explore/weeks?words=transport'],
  ['a search for too many words', 400, '/explore/latest?words=aa,bb,cc,dd,ee,ff,gg,hh,ii'],
  ['the documentation of the API', 200, '/docs'],
  ['the documentation of the API in English', 200, '/docs?lang=en'],
  ['datasets that are gone', 200, `${FULL_EDITION}?gone=1`],
  ['why a dataset is not there', 404, `${DEMO}/datasets/no-such-dataset`],
  ['the runs', 200, '/runs'],
  ['a run that failed', 200, '/runs/20260121T170000000Z-abcdef'],
  ['a watch without an edition', 404, '/editions/vide/latest'],
  ['a date without an edition', 404, '/editions/complet/2026-01-20'],
  ['an unknown address', 404, '/nowhere'],
  ['an unknown watch', 404, '/editions/nope/latest'],
  ['an unknown parameter', 400, `${FULL_EDITION}?organisation=x`],
  ['an impossible value', 400, `${FULL_EDITION}?sort=size`],
] as const

/** Narrow screens and a wide one, in dark and light mode. */
const SCREENS = [
  { width: 320, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
  { width: 1440, colorScheme: 'light' },
] as const

/** A page in its own browser context, and a list of everything that went wrong on it. */
interface Visit {
  readonly page: Page
  /** The status of the response. */
  readonly status: number
  /** Errors in the console, exceptions, requests to other hosts. */
  readonly problems: string[]
}

describe.skipIf(chromium === undefined)('the pages', () => {
  let site: Site
  let browser: Browser

  beforeAll(async () => {
    ;[site, browser] = await Promise.all([openSite(), openBrowser(chromium!)])
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  async function visit(path: string, options: BrowserContextOptions = {}): Promise<Visit> {
    const context = await browser.newContext({ locale: 'fr-FR', viewport: { width: 1440, height: 900 }, ...options })
    context.setDefaultTimeout(10_000)
    const page = await context.newPage()
    const problems: string[] = []
    page.on('console', (message) => {
      // Some views are error pages.
      const expected = /40[04]/.test(message.text()) && message.location().url === site.url + path
      if (['error', 'warning'].includes(message.type()) && !expected) problems.push(message.text())
    })
    page.on('pageerror', (error) => problems.push(String(error)))
    page.on('request', (request) => {
      if (!request.url().startsWith(site.url)) problems.push(`requested ${request.url()}`)
    })
    const response = await page.goto(site.url + path)
    return { page, status: response!.status(), problems }
  }

  /** Visits a page and waits until the browser has the table's data. */
  async function visitScripted(path: string, options?: BrowserContextOptions): Promise<Visit> {
    const visited = await visit(path, options)
    await visited.page.locator('.scripted').waitFor({ state: 'attached' })
    return visited
  }

  test.each(VIEWS)(
    '%s is accessible on narrow and wide screens, does not scroll sideways, logs no errors and contacts no other host',
    async (_, expectedStatus, path) => {
      const { page, problems, status } = await visit(path)
      expect(status).toBe(expectedStatus)
      await page.evaluate(axe.source)
      for (const { width, colorScheme } of SCREENS) {
        await page.setViewportSize({ width, height: 844 })
        await page.emulateMedia({ colorScheme })
        const screen = `${width} px, ${colorScheme}`
        expect([screen, await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)]).toEqual([
          screen,
          0,
        ])
        expect([screen, await violationsOf(page)]).toEqual([screen, []])
      }
      expect(problems).toEqual([])
      await page.context().close()
    },
  )

  test('on a phone, the search and the first datasets are on the first screen', async () => {
    const { page } = await visit(FULL_EDITION, { viewport: { width: 390, height: 844 } })
    const topOf = (selector: string) =>
      page
        .locator(selector)
        .first()
        .evaluate((one) => one.getBoundingClientRect().top)
    expect(await topOf('input[type=search]')).toBeLessThan(300)
    expect(await topOf('.tops tbody th[scope=row]')).toBeLessThan(700)
    await page.getByText('Filtrer', { exact: true }).click()
    expect(await page.getByRole('checkbox', { name: 'Nouveaux uniquement' }).isVisible()).toBe(true)
    const placeholder = await page.locator('input[type=search]').evaluate((input: HTMLInputElement) => {
      const canvas = document.createElement('canvas').getContext('2d')!
      canvas.font = getComputedStyle(input).font
      return canvas.measureText(input.placeholder).width / input.clientWidth
    })
    expect(placeholder).toBeLessThan(0.9)
    await page.context().close()
  })

  /** Returns the titles in the table, from top to bottom. */
  const titlesOf = (page: Page) => page.locator('.tops tbody th[scope=row] a.out').allTextContents()
  const datasetsWith = (text: string) =>
    FULL.datasets.filter(({ dataset_title, organization }) => fold(`${dataset_title} ${organization}`).includes(text))

  describe('the table of 622 datasets', () => {
    test('searches while typing, ignores accents, and keeps the search in an address that can be shared', async () => {
      const { page, problems } = await visitScripted(`${FULL_EDITION}?limit=all`)
      await page.getByRole('searchbox').fill('VELO')
      const expected = datasetsWith('velo').map(({ dataset_title }) => sanitize(dataset_title))
      expect(expected.length).toBeGreaterThan(10)
      expect((await titlesOf(page)).sort()).toEqual(expected.sort())
      expect(await page.locator('.tops mark').first().textContent()).toMatch(/^v[eé]lo$/i)
      expect(await page.getByRole('status').textContent()).toBe(`${expected.length} sur 622 jeux de données`)
      await page.waitForURL(`${site.url}${FULL_EDITION}?q=VELO&limit=all`)
      await page.reload()
      expect((await titlesOf(page)).sort()).toEqual(expected)
      expect(await page.getByRole('searchbox').inputValue()).toBe('VELO')
      await page.getByRole('searchbox').fill('nichts')
      await page.getByRole('link', { name: 'Tout afficher' }).click()
      await page.waitForURL(`${site.url}${FULL_EDITION}`)
      expect(await page.getByRole('status').textContent()).toBe('622 jeux de données')
      expect(problems).toEqual([])
      await page.context().close()
    })

    test('sorts, filters and groups without a request to the server', async () => {
      const { page } = await visitScripted(FULL_EDITION)
      const requests: string[] = []
      // Chromium requests the icon again when the address changes.
      page.on('request', (request) => requests.push(...(request.url().endsWith('.svg') ? [] : [request.url()])))
      await page.getByRole('link', { name: 'En liste' }).click()
      await page.getByRole('link', { name: 'Abonnés' }).click()
      const byFollowers = [...FULL.datasets].sort((a, b) => b.dataset_followers - a.dataset_followers)
      expect(await titlesOf(page)).toEqual(
        byFollowers.slice(0, 100).map(({ dataset_title }) => sanitize(dataset_title)),
      )
      expect(await page.locator('th[aria-sort]').getAttribute('aria-sort')).toBe('descending')
      await page.getByRole('combobox', { name: 'Organisation' }).selectOption(INSEE)
      expect((await titlesOf(page)).length).toBe(11)
      await page.getByRole('combobox', { name: 'Organisation' }).selectOption('')
      await page.getByRole('checkbox', { name: 'Nouveaux uniquement' }).check()
      expect((await titlesOf(page)).length).toBe(7)
      expect(await page.locator('.tops .badge').count()).toBe(7)
      await page.waitForURL(`${site.url}${FULL_EDITION}?new=1&sort=-dataset_followers&view=list`)
      expect(requests).toEqual([])
      await page.goBack()
      expect((await titlesOf(page)).length).toBe(100)
      await page.goBack()
      expect((await titlesOf(page)).length).toBe(11)
      await page.context().close()
    })

    test('works without scripts', async () => {
      const { page } = await visit(FULL_EDITION, { javaScriptEnabled: false })
      await page
        .getByRole('link', { name: /^et \d+ autre/ })
        .first()
        .click()
      expect((await titlesOf(page)).length).toBe(11)
      await page.goBack()
      await page.getByRole('link', { name: 'Tout afficher' }).click()
      expect((await titlesOf(page)).length).toBe(622)
      await page.getByRole('searchbox').fill('Île-de-France')
      await page.getByRole('checkbox', { name: 'Nouveaux uniquement' }).check()
      await page.getByRole('button', { name: 'Appliquer' }).click()
      expect(new URL(page.url()).search).toBe('?q=%C3%8Ele-de-France&organization=&new=1&limit=all')
      const found = await titlesOf(page)
      expect(found).toEqual([
        'Routes projet (CDGT 2013)',
        "Réseau routier d'intérêt régional de niveau 1 (RRIR) Île-de-France",
      ])
      await page.getByRole('link', { name: 'Jeu de données', exact: true }).click()
      expect(await titlesOf(page)).toEqual([found[1], found[0]])
      await page.context().close()
    })

    test('works with the keyboard alone', async () => {
      const { page } = await visitScripted(FULL_EDITION)
      const focused = () => page.evaluate(() => document.activeElement?.textContent?.trim() ?? '')
      await page.keyboard.press('Tab')
      expect(await focused()).toBe('Aller au contenu')
      for (let stop = 2; stop <= 6; stop++) await page.keyboard.press('Tab')
      expect(await page.evaluate(() => (document.activeElement as HTMLInputElement).type)).toBe('search')
      await page.goto(site.url + FULL_EDITION)
      await page.locator('.scripted').waitFor({ state: 'attached' })
      await page.keyboard.press('Tab')
      await page.keyboard.press('Enter')
      const tabTo = async (selector: string) => {
        for (let i = 0; i < 60; i++) {
          await page.keyboard.press('Tab')
          if (await page.evaluate((selector) => document.activeElement?.matches(selector), selector)) return
        }
        throw new Error(`${selector} cannot be reached with Tab`)
      }
      await tabTo('input[type=search]')
      await page.keyboard.type('velib')
      await tabTo('.switch a:last-child')
      await page.keyboard.press('Enter')
      await tabTo('thead a')
      await page.keyboard.press('Enter')
      await page.waitForURL(`${site.url}${FULL_EDITION}?q=velib&sort=dataset_title&view=list`)
      const outline = await page.evaluate(() => getComputedStyle(document.activeElement!).outlineStyle)
      expect(outline).toBe('solid')
      await tabTo('.why')
      await page.keyboard.press('Enter')
      await page.waitForURL(/datasets/)
      await page.context().close()
    })

    test('prints the table without controls, dark on white', async () => {
      const { page } = await visit(FULL_EDITION, { colorScheme: 'dark' })
      await page.emulateMedia({ media: 'print' })
      const hidden = ['.sections', '.controls', '.picker', '.ask', '.why']
      for (const selector of hidden)
        expect([selector, await page.locator(selector).first().isVisible()]).toEqual([selector, false])
      expect(await page.locator('.tops tbody th[scope=row]').first().isVisible()).toBe(true)
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
        'rgb(255, 255, 255)',
      )
      await page.context().close()
    })
  })

  test('from the home page, a new dataset, its explanation and the CSV are a click away', async () => {
    const { page, problems } = await visit('/')
    await page
      .getByRole('region', { name: 'Depuis le 2 août 2023' })
      .getByRole('link', { name: /^Pourquoi.*Comptage vélo/ })
      .click()
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Comptage vélo - Compteurs')
    expect(await page.locator('mark').textContent()).toBe('mobilite')
    await page.getByRole('link', { name: 'Édition du 9 août 2023' }).click()
    const downloading = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Télécharger les 295 jeux de données (CSV)' }).click()
    const csv = await readFile(await (await downloading).path(), 'utf8')
    expect(csv.split('\r\n')[0]).toBe(
      '"dataset_id";"dataset_title";"dataset_followers";"organization";"organization_id";"organization_followers"',
    )
    expect(csv.trimEnd().split('\r\n').length).toBe(296)
    expect(problems).toEqual([])
    await page.context().close()
  })

  test('a search that finds nothing while typing gets the number of datasets in the full list', async () => {
    const { page, problems } = await visitScripted(DEMO)
    await page.getByRole('searchbox').fill('tarn')
    await page.getByRole('link', { name: 'Voir les 2 jeux de données trouvés dans la liste complète' }).waitFor()
    await page.getByRole('searchbox').fill('tarnzzz')
    await page.getByText('La liste complète n’en contient aucun non plus.').waitFor()
    await page.getByRole('searchbox').fill('tarn')
    await page.getByRole('link', { name: 'Voir les 2 jeux de données' }).click()
    expect(await page.getByRole('status').textContent()).toBe('2 sur 465 jeux de données')
    expect(problems).toEqual([])
    await page.context().close()
  })

  test('looking up a title offers a link to the closest dataset, and the link fits on one line', async () => {
    const { page, problems } = await visit(`${DEMO}/datasets/${encodeURIComponent('comptge velo - compteurs')}`)
    const nearest = page.locator('main').getByRole('link', { name: 'Comptage vélo - Compteurs' })
    const { width, height } = (await nearest.boundingBox())!
    expect(width).toBeGreaterThan(5 * height)
    await nearest.click()
    expect(await page.locator('mark').textContent()).toBe('mobilite')
    expect(problems).toEqual([])
    await page.context().close()
  })

  test('choosing another edition keeps the view', async () => {
    const { page } = await visit(`${DEMO}/organizations`)
    await page.getByRole('combobox', { name: 'Choisir une édition' }).selectOption('2023-07-26')
    await page.getByRole('button', { name: 'Afficher' }).click()
    await page.waitForURL(`${site.url}/editions/mobilite-transport/2023-07-26/organizations`)
    await page.getByRole('link', { name: 'Édition suivante, 2 août 2023' }).click()
    await page.waitForURL(`${site.url}/editions/mobilite-transport/2023-08-02/organizations`)
    await page.context().close()
  })

  test("the page uses the browser's language, unless the URL sets one; links then keep it", async () => {
    const { page } = await visitScripted(FULL_EDITION, { locale: 'en-GB' })
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    expect(await page.locator('.figures').textContent()).toContain('121,074')
    await page.getByRole('searchbox').fill('velo')
    await page.getByRole('link', { name: 'Français', exact: true }).click()
    await page.waitForURL(`${site.url}${FULL_EDITION}?q=velo&lang=fr`)
    expect(await page.locator('.figures').textContent()).toContain('121\u202f074')
    await page.getByRole('navigation', { name: 'Rubriques' }).getByRole('link', { name: 'Organisations' }).click()
    await page.waitForURL(`${site.url}${FULL_EDITION}/organizations?lang=fr`)
    expect(await page.locator('html').getAttribute('lang')).toBe('fr')
    await page.context().close()
  })

  test('the documentation of the API tries an address, and shows how to do the same with curl', async () => {
    const { page, problems } = await visitScripted('/docs#getEdition')
    const operation = page.locator('#getEdition')
    await operation.getByLabel('q', { exact: true }).fill("l'air")
    await operation.getByLabel('edition').fill('2023-08-02')
    const address = '/api/editions/mobilite-transport/2023-08-02?q=l%27air'
    expect(await operation.locator('[data-curl]').textContent()).toBe(`curl '${site.url}${address}'`)
    expect(await operation.getByRole('link').getAttribute('href')).toBe(address)
    await operation.getByRole('button', { name: 'Essayer' }).click()
    await operation.locator('output pre').waitFor()
    expect(await operation.locator('output p').textContent()).toMatch(/^200 OK · application\/json · \d+ ms$/)
    expect(await operation.locator('output pre').textContent()).toContain('"date": "2023-08-02"')
    expect(problems).toEqual([])
    await page.context().close()
  })

  test('hostile names are shown as text on every page', async () => {
    for (const path of ['', '/organizations', '/changes', `/organizations/${encodeURIComponent('org"<1>&/?#')}`]) {
      const { page, problems } = await visit(`/editions/hostile/latest${path}?q=`)
      expect(await page.evaluate(() => (globalThis as { hacked?: number }).hacked)).toBeUndefined()
      expect(await page.locator('main img, main script:not([type="application/json"])').count()).toBe(0)
      expect(problems).toEqual([])
      if (path === '') {
        const shown = ['safe\ufffdgpj.exe then \ufffd and \ufffd[31m', '(sans titre)', HOSTILE[0], HOSTILE[4]]
        expect(await titlesOf(page)).toEqual(expect.arrayContaining(shown))
        const hrefs = await page
          .locator('a')
          .evaluateAll((links) => links.map((link) => (link as HTMLAnchorElement).protocol))
        expect(hrefs.filter((protocol) => !['http:', 'https:'].includes(protocol))).toEqual([])
      }
      await page.context().close()
    }
    const { page } = await visit('/runs/20260121T170000000Z-abcdef')
    expect(await page.locator('blockquote').textContent()).toContain('<script>globalThis.hacked = 4</script>')
    await page.context().close()
  })

  test('the Content-Security-Policy allows only files from this host, and the script is small', async () => {
    const response = await fetch(`${site.url}/`)
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    )
    const html = await response.text()
    expect(html).not.toMatch(/ style=| on[a-z]+=/)
    const scripts = [...html.matchAll(/<script[^>]* src="([^"]+)"/g)].map(([, src]) => src!)
    expect(scripts).toHaveLength(1)
    const script = await fetch(site.url + scripts[0])
    expect(script.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
    expect(gzipSync(await script.text()).length).toBeLessThan(20_000)
  })

  test('an unchanged page is not sent again, unless in another language', async () => {
    const first = await fetch(`${site.url}${FULL_EDITION}`)
    expect(first.headers.get('vary')).toBe('Accept-Language, Accept-Encoding')
    const etag = first.headers.get('etag')!
    const get = (headers: Record<string, string>) => fetch(`${site.url}${FULL_EDITION}`, { headers })
    expect((await get({ 'if-none-match': etag })).status).toBe(304)
    const english = await get({ 'if-none-match': etag, 'accept-language': 'en' })
    expect([english.status, english.headers.get('content-language')]).toEqual([200, 'en'])
  })
})

/** Returns axe's violations. It checks the first rows only, because all 622 are alike and each costs time. */
function violationsOf(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    for (const row of document.querySelectorAll('.tops tbody:nth-of-type(n + 4), .tops tr:nth-of-type(n + 9)'))
      row.remove()
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).slice(0, 3)}`)
  })
}
