import { Hono, type Context as HonoContext } from 'hono'
import { createBody, respond } from '../body.ts'
import { CACHE_CONTROL, cacheControlWithLinks } from '../caching.ts'
import { escapeMarkup } from '../feedMarkup.ts'
import { type Site, watchLinks } from './editionView.tsx'
import type { WatchLink } from './parts/editionHeader.tsx'
import { editionPath, siteOf } from './paths.ts'

/** The parts of an edition that are pages of their own. */
const PARTS = ['', '/changes', '/organizations']

/** Serves robots.txt, the sitemap and favicon.ico. */
export function createCrawlerFiles(site: Site): Hono {
  const files = new Hono()
  const originOf = (c: HonoContext) => siteOf(site.config, c.req.url)
  const headersFor = (control: string) => ({ 'cache-control': cacheControlWithLinks(control, site.config) })

  files.get('/robots.txt', (c) => {
    // Each search and each combination of filters is a page; crawling them all would only cost time.
    const rules = ['User-agent: *', 'Disallow: /*?', 'Disallow: /api/', `Sitemap: ${originOf(c)}/sitemap.xml`]
    return respond(c, createBody(`${rules.join('\n')}\n`, 'text/plain; charset=utf-8'), headersFor(CACHE_CONTROL.dated))
  })
  files.get('/sitemap.xml', async (c) => {
    const watches = await watchLinks(site)
    const key = `${originOf(c)} /sitemap.xml`
    const dates = watches.map((watch) => watch.dates)
    const { body } = await site.bodies.get(key, dates, () => ({
      body: createBody(sitemapOf(watches, originOf(c)), 'application/xml; charset=utf-8'),
      headers: {},
    }))
    return respond(c, body, headersFor(CACHE_CONTROL.latest))
  })
  files.get('/favicon.ico', (c) =>
    respond(c, site.assets.files.get(site.assets.icon)!, { 'cache-control': CACHE_CONTROL.dated }),
  )
  return files
}

function sitemapOf(watches: readonly WatchLink[], origin: string): string {
  const paths = watches.flatMap(({ name, dates }) =>
    dates.flatMap((date) => PARTS.map((part) => editionPath({ watch: name, date }) + part)),
  )
  const urls = ['/', '/editions', ...paths].map((path) => `<url><loc>${escapeMarkup(origin + path)}</loc></url>`)
  return `<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${urls.join('\n')}
</urlset>
`
}
