import { Hono, type Context as HonoContext } from 'hono'
import { createBody, respond } from '../body.ts'
import { CACHE_CONTROL } from '../caching.ts'
import { escapeMarkup } from '../feedMarkup.ts'
import { type Site, watchLinks } from './editionView.tsx'
import { editionPath, siteOf } from './paths.ts'

/** The parts of an edition that are pages of their own. */
const PARTS = ['', '/changes', '/organizations']
const HEADERS = { 'cache-control': CACHE_CONTROL.dated }

/** Serves what search engines and browsers ask for at fixed addresses: robots.txt, the sitemap, favicon.ico. */
export function createCrawlerFiles(site: Site): Hono {
  const files = new Hono()
  const originOf = (c: HonoContext) => siteOf(site.config, c.req.url)

  files.get('/robots.txt', (c) => {
    // Each search and each combination of filters is a page; crawling them all would only cost time.
    const rules = ['User-agent: *', 'Disallow: /*?', 'Disallow: /api/', `Sitemap: ${originOf(c)}/sitemap.xml`]
    return respond(c, createBody(`${rules.join('\n')}\n`, 'text/plain; charset=utf-8'), HEADERS)
  })
  files.get('/sitemap.xml', async (c) => {
    const watches = await watchLinks(site)
    const paths = watches.flatMap(({ name, dates }) =>
      dates.flatMap((date) => PARTS.map((part) => editionPath({ watch: name, date }) + part)),
    )
    const urls = ['/', '/editions', ...paths].map((path) => `<url><loc>${escapeMarkup(originOf(c) + path)}</loc></url>`)
    const xml = `<?xml version="1.0" encoding="utf-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
${urls.join('\n')}
</urlset>
`
    return respond(c, createBody(xml, 'application/xml; charset=utf-8'), { 'cache-control': CACHE_CONTROL.latest })
  })
  files.get('/favicon.ico', (c) => respond(c, site.assets.files.get(site.assets.icon)!, HEADERS))
  return files
}
