import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumOrSkip, openBrowser } from '../helpers/browser.ts'
import { openSite, type Site } from './site.ts'

const chromium = chromiumOrSkip('the search in a browser')

const WEEK = '/explore/2023-08-09'

describe('the page that searches for any words', () => {
  let site: Site
  let browser: Browser | undefined

  beforeAll(async () => {
    ;[site, browser] = await Promise.all([openSite(), chromium === undefined ? undefined : openBrowser(chromium)])
  })
  afterAll(async () => {
    await browser?.close()
    await site?.close()
  })

  const get = async (path: string) => {
    const response = await fetch(site.url + path, { headers: { 'accept-language': 'en' }, redirect: 'manual' })
    return { status: response.status, headers: response.headers, html: await response.text() }
  }

  test('has the same figures and datasets as the edition of a watch with these words', async () => {
    const { html } = await get(`${WEEK}?words=mobilité,transport`)
    const edition = (await (await fetch(`${site.url}/api/editions/mobilite-transport/2023-08-09`)).json()) as {
      archive: { records: number }
      datasets: { dataset_id: string }[]
    }
    const figures = [...html.matchAll(/<li><strong>([\d,]+)<\/strong>/g)].map(([, figure]) =>
      Number(figure!.replace(',', '')),
    )
    expect(figures.slice(1)).toEqual([edition.archive.records, edition.datasets.length])
    const ids = [...html.matchAll(/<a class="out" href="[^"]*\/datasets\/([^"/]+)\/?"/g)].map(([, id]) => id)
    expect(ids).toEqual(edition.datasets.slice(0, 100).map(({ dataset_id }) => dataset_id))
  })

  test('is kept out of search engines and answers 304 to a client that has it', async () => {
    const { headers } = await get(`${WEEK}?words=velo`)
    expect(headers.get('x-robots-tag')).toBe('noindex')
    const again = await fetch(`${site.url}${WEEK}?words=velo`, {
      headers: { 'accept-language': 'en', 'if-none-match': headers.get('etag')! },
    })
    expect(again.status).toBe(304)
  })

  test('without words, offers examples and claims no figures', async () => {
    const { status, html } = await get(WEEK)
    expect(status).toBe(200)
    expect(html).toContain('For example:')
    expect(html).not.toContain('class="figures')
  })

  test('names the closest words of the catalogue for a word that it does not have', async () => {
    const { status, html } = await get(`${WEEK}?words=trasport`)
    expect(status).toBe(200)
    expect(html).toMatch(/No dataset contains “trasport”\..*Similar words:.*words=transport/s)
  })

  test.each([
    ['a word of one letter', `${WEEK}?words=v`, 400, 'Cannot search for “v”: a word must have 2 to 64 letters.'],
    ['nine words', `${WEEK}?words=aa,bb,cc,dd,ee,ff,gg,hh,ii`, 400, 'Search for at most 8 words at once.'],
    ['too many organizations', `${WEEK}?words=velo&top=501`, 400, 'Invalid value “501” for “top”'],
    ['an unknown column', `${WEEK}?words=velo&columns=nope`, 400, 'Invalid value “nope” for “columns”'],
    [
      'a later week to compare with',
      `${WEEK}?words=velo&since=2023-08-09`,
      400,
      'Invalid value “2023-08-09” for “since”',
    ],
    ['a week without a catalogue', `${WEEK}?words=velo&since=2023-08-01`, 400, 'Valid values: 2023-08-02, 2023-07-26'],
    ['an unknown parameter', `${WEEK}?word=velo`, 400, 'Unknown parameter “word”'],
    ['a date without a catalogue', '/explore/2023-08-10?words=velo', 404, '/explore/2023-08-09?words=velo'],
    ['a date that the calendar lacks', '/explore/2025-02-30', 400, '2025-02-30 is not a date of the calendar'],
    ['a date that is none', '/explore/nope', 404, 'The catalogue of nope is not on record'],
  ])('says what is wrong with %s', async (_, path, expected, text) => {
    const { status, html } = await get(path)
    expect(status).toBe(expected)
    expect(html).toContain(text.replaceAll('&', '&amp;'))
  })

  test('compares with an earlier week if the address names one', async () => {
    const { html } = await get(`${WEEK}?words=transport&since=2023-08-02`)
    const changes = (await (
      await fetch(`${site.url}/api/editions/mobilite-transport/2023-08-09/changes?since=2023-08-02`)
    ).json()) as { from: string }
    expect(changes.from).toBe('2023-08-02')
    expect(html).toContain('Since 2 August 2023')
  })

  test('leads from a chosen week to the page of the week', async () => {
    const { status, headers } = await get('/explore?date=2023-08-02&words=velo')
    expect([status, headers.get('location')]).toEqual([303, '/explore/2023-08-02?words=velo'])
  })

  test('shows the watch to add to the configuration file', async () => {
    const { html } = await get(`${WEEK}?words=vélo,piste cyclable&match=word`)
    expect(html).toContain('- name: velo-piste-cyclable')
    expect(html).toContain('datagouv-tops backfill --from 2023-07-26 --watch velo-piste-cyclable')
  })

  describe.skipIf(chromium === undefined)('in a browser', () => {
    async function open(path: string, options = {}): Promise<Page> {
      const context = await browser!.newContext({ locale: 'en-GB', ...options })
      context.setDefaultTimeout(10_000)
      const page = await context.newPage()
      await page.goto(site.url + path)
      return page
    }

    const chips = (page: Page) => page.locator('.chips li span').allTextContents()

    test('results follow the letters, and the address too, without a new entry in the history', async () => {
      const page = await open(WEEK)
      const before = await page.evaluate(() => history.length)
      await page.getByLabel('Words, separated by commas').pressSequentially('transport', { delay: 20 })
      await page.waitForURL(/words=transport/)
      expect(await chips(page)).toEqual(['transport'])
      expect(await page.locator('.tops tbody th[scope=row]').count()).toBeGreaterThan(0)
      expect(await page.evaluate(() => history.length)).toBe(before)
      expect(await page.title()).toContain('“transport”')
      await page.context().close()
    })

    test('a single letter asks for nothing', async () => {
      const page = await open(WEEK)
      const requests: string[] = []
      page.on('request', (request) => {
        if (!request.url().includes('/assets/')) requests.push(request.url())
      })
      await page.getByLabel('Words, separated by commas').pressSequentially('t')
      await page.waitForTimeout(500)
      expect(requests).toEqual([])
      await page.context().close()
    })

    test('the results stay while the next word has one letter, and leave with the last word', async () => {
      const page = await open(`${WEEK}?words=transport`)
      const rows = page.locator('.tops tbody th[scope=row]')
      const input = page.getByLabel('Words, separated by commas')
      for (const text of ['transport, p', 'transport, l’']) {
        await input.fill(text)
        await page.waitForTimeout(400)
        expect(await rows.count()).toBeGreaterThan(0)
        expect(await page.locator('.empty').count()).toBe(0)
      }
      await input.fill('')
      await page.getByText('For example:').waitFor()
      expect(await rows.count()).toBe(0)
      await page.context().close()
    })

    test('a word that is too short gets a message once it is submitted', async () => {
      const page = await open(WEEK)
      await page.getByLabel('Words, separated by commas').fill('v')
      await page.getByRole('button', { name: 'Search' }).click()
      await page.getByText('Cannot search for “v”').waitFor()
      await page.context().close()
    })

    test('words typed before the script is loaded are searched for', async () => {
      const page = await open('/healthz')
      await page.route('**/assets/explore*.js', async (route) => {
        await page.getByLabel('Words, separated by commas').fill('transport')
        await route.continue()
      })
      await page.goto(site.url + WEEK)
      await page.locator('.chips').waitFor()
      expect(await chips(page)).toEqual(['transport'])
      await page.context().close()
    })

    test('a number out of range is not sent', async () => {
      const page = await open(`${WEEK}?words=transport`)
      const top = page.getByLabel('Most followed organizations')
      await top.fill('5000')
      await page.waitForTimeout(400)
      expect(await page.locator('#explored').getAttribute('aria-busy')).toBeNull()
      await top.fill('50')
      await page.waitForURL(/top=50(&|$)/)
      await page.context().close()
    })

    test('an error of a proxy leaves words and results, and an error page of the server is shown', async () => {
      const page = await open(`${WEEK}?words=transport`)
      const input = page.getByLabel('Words, separated by commas')
      await page.route('**/explore/**words=velo*', (route) => route.fulfill({ status: 502, body: 'Bad Gateway' }))
      await input.fill('velo')
      await page.getByText('The search did not complete').waitFor()
      expect(await page.locator('#explored').getAttribute('aria-busy')).toBeNull()
      expect(await chips(page)).toEqual(['transport'])
      const noWeek = await page.request.get(`${site.url}/explore/2023-08-10?words=bus&lang=en`)
      await page.route('**/explore/**words=bus*', (route) => route.fulfill({ response: noWeek }))
      await input.fill('bus')
      await page.getByRole('heading', { name: 'is not on record' }).waitFor()
      await page.context().close()
    })

    test('the key Enter adds no second entry to the history, and the link to the content does not load the page', async () => {
      const page = await open(`${WEEK}?words=transport`)
      const input = page.getByLabel('Words, separated by commas')
      await input.fill('bus')
      await page.waitForURL(/words=bus/)
      const entries = await page.evaluate(() => {
        Object.assign(globalThis, { isSamePage: true })
        return history.length
      })
      await input.press('Enter')
      await page.waitForTimeout(300)
      expect(await page.evaluate(() => history.length)).toBe(entries)
      await page.evaluate(() => {
        location.hash = 'main'
      })
      await page.waitForTimeout(300)
      expect(await page.evaluate(() => 'isSamePage' in globalThis)).toBe(true)
      await page.context().close()
    })

    test('a choice acts at once, and Back undoes it', async () => {
      const page = await open(`${WEEK}?words=transport`)
      await page.getByLabel('as a whole word').check()
      await page.waitForURL(/match=word/)
      await page.goBack()
      await page.waitForURL((url) => !url.search.includes('match'))
      await page.getByLabel('anywhere in a word').waitFor()
      expect(await page.getByLabel('anywhere in a word').isChecked()).toBe(true)
      await page.context().close()
    })

    test('news and the counts of all weeks follow by themselves', async () => {
      const page = await open(`${WEEK}?words=transport`)
      await page.getByRole('heading', { name: 'Since 2 August 2023' }).waitFor()
      await page.locator('#explore-weeks .trend').waitFor()
      await page.getByText('All weeks').click()
      expect(await page.locator('#explore-weeks tbody tr').count()).toBe(3)
      await page.context().close()
    })

    test('the words stay while the server is busy, and the page asks again', async () => {
      const page = await open(WEEK)
      let isBusy = true
      await page.route('**/explore/**words=**', (route) => {
        if (!isBusy) return route.continue()
        isBusy = false
        return route.fulfill({ status: 503, headers: { 'retry-after': '1' }, body: 'busy' })
      })
      await page.getByLabel('Words, separated by commas').fill('transport')
      await page.getByText('Many searches are running').waitFor()
      await page.locator('.chips').waitFor()
      expect(await page.getByLabel('Words, separated by commas').inputValue()).toBe('transport')
      await page.context().close()
    })

    test('works without scripts', async () => {
      const page = await open(WEEK, { javaScriptEnabled: false })
      await page.getByLabel('Words, separated by commas').fill('transport')
      await page.getByRole('button', { name: 'Search' }).click()
      expect(await chips(page)).toEqual(['transport'])
      await page.getByRole('link', { name: 'What is new since' }).click()
      await page.getByRole('heading', { name: 'Since 2 August 2023' }).waitFor()
      await page.context().close()
    })
  })
})
