import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { gzipSync } from 'node:zlib'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fold } from '../../src/matching/fold.ts'
import { chromiumOrSkip, openBrowser } from '../helpers/browser.ts'
import { FULL, HOSTILE, openSite, type Site } from './site.ts'

const chromium = chromiumOrSkip('the pages in a browser')

const AXE = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

const TOPS = '/editions/complet/2026-01-21'
const DEMO = '/editions/mobilite-transport/2023-08-09'
/** Entered the demo's tops on its last Wednesday. */
const ENTERED = '53e9f7c4a3a729390ba46d22'
const INSEE = '534fff81a3a7292c64a77e5c'

/** Every view there is, on real data, with the status of its answer. */
const VIEWS = [
  ['the tops', 200, TOPS],
  ['the tops as a list', 200, `${TOPS}?view=list&sort=-followers&q=velo`],
  ['nothing found', 200, `${TOPS}?q=nichts`],
  ['the changes', 200, `${TOPS}/changes`],
  ['the changes with reasons', 200, `${DEMO}/changes?since=2023-07-26`],
  ['the organisations', 200, `${TOPS}/organizations`],
  ['an organisation over the weeks', 200, `${DEMO}/organizations/${INSEE}`],
  ['why a dataset is there', 200, `${DEMO}/datasets/${ENTERED}`],
  ['why a dataset is not there', 200, `${DEMO}/datasets/no-such-dataset`],
  ['the runs', 200, '/runs'],
  ['a run that failed', 200, '/runs/20260121T170000000Z-abcdef'],
  ['no edition yet', 404, '/editions/vide/latest'],
  ['no such edition', 404, '/editions/complet/2026-01-20'],
  ['no such page', 404, '/nowhere'],
] as const

/** What every view must look right in: widths, and the reader's colours. */
const LOOKS = [
  { width: 390, colorScheme: 'light' },
  { width: 390, colorScheme: 'dark' },
  { width: 1440, colorScheme: 'light' },
  { width: 1440, colorScheme: 'dark' },
] as const

/** A page of a context of its own, with everything noted that it should not do. */
interface Visit {
  readonly page: Page
  /** The status of the answer. */
  readonly answered: number
  /** Errors in the console, exceptions, requests to other hosts. */
  readonly faults: string[]
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
    const faults: string[] = []
    page.on('console', (message) => {
      // A page that says 404 is what some views are about.
      const expected = message.text().includes('404') && message.location().url === site.url + path
      if (['error', 'warning'].includes(message.type()) && !expected) faults.push(message.text())
    })
    page.on('pageerror', (error) => faults.push(String(error)))
    page.on('request', (request) => {
      if (!request.url().startsWith(site.url)) faults.push(`asked ${request.url()}`)
    })
    const response = await page.goto(site.url + path)
    return { page, answered: response!.status(), faults }
  }

  test.each(VIEWS)(
    '%s: accessible at both widths, light and dark; no error, no other host',
    async (_, status, path) => {
      const { page, faults, answered } = await visit(path)
      expect(answered).toBe(status)
      await page.evaluate(AXE)
      for (const { width, colorScheme } of LOOKS) {
        await page.setViewportSize({ width, height: 844 })
        await page.emulateMedia({ colorScheme })
        const look = `${width} px, ${colorScheme}`
        expect([look, await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)]).toEqual([look, 0])
        expect([look, await violationsOf(page)]).toEqual([look, []])
      }
      expect(faults).toEqual([])
      await page.context().close()
    },
  )
})

/** What axe objects to. Of 622 rows it looks at the first: all are alike, and each costs time. */
function violationsOf(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    for (const row of document.querySelectorAll('.tops tbody:nth-of-type(n + 4), .tops tr:nth-of-type(n + 9)'))
      row.remove()
    const { violations } = await (globalThis as unknown as { axe: Axe }).axe.run()
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).slice(0, 3)}`)
  })
}

interface Axe {
  run(): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>
}

void fold
void gzipSync
void FULL
void HOSTILE
