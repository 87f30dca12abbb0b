import { Hono, type Context as HonoContext } from 'hono'
import type { Context } from '../../context.ts'
import { readRun, readSoundRun } from '../../runs/read.ts'
import type { Documents } from '../../stores/documents.ts'
import { type Report, warnOnce } from '../../terminal/report.ts'
import { respond } from '../body.ts'
import type { Editions } from '../editions.ts'
import { readAssets } from './assets.ts'
import { createFrame, latestFrame, type Site, showEdition } from './editionView.tsx'
import { ErrorPage, errorPageFor, PageNotFound } from './errorPages.tsx'
import { htmlResponse } from './htmlResponse.ts'
import { cachePages } from './pageCache.ts'
import { withQuery } from './paths.ts'
import { RunPage } from './run.tsx'
import { RunsPage } from './runs.tsx'
import { changesView, explainView, historyView, organizationsView, topsView } from './views.tsx'

/** For files whose path changes with their content. */
const IMMUTABLE = 'public, max-age=31536000, immutable'

const RUNS_PER_PAGE = 50

/** Creates the HTML pages. Every view has its own address. */
export async function createPages({ config, documents, report }: Context, editions: Editions): Promise<Hono> {
  const assets = await readAssets()
  const site = { config, editions, assets }
  const pages = new Hono()

  pages.get('/assets/:name', (c) => {
    const file = assets.files.get(c.req.path)
    if (file === undefined) throw new PageNotFound('noSuchPage')
    return respond(c, file, { 'cache-control': IMMUTABLE })
  })
  pages.use(cachePages())
  addEditionPages(pages, site)
  addFormTargets(pages)
  addRunPages(pages, site, documents, report)

  // The API responds to unknown addresses under /api itself, in JSON.
  pages.get('*', (c, next) => {
    if (c.req.path.startsWith('/api/')) return next()
    throw new PageNotFound('noSuchPage')
  })
  pages.onError(async (error, c) => {
    const { title, hint, status } = errorPageFor(error, c.req.path, report)
    const frame = await latestFrame(site, c).catch(() => createFrame(site, c, undefined))
    const { texts } = frame.locale
    return htmlResponse(<ErrorPage frame={frame} title={texts[title]} hint={texts[hint]} />, frame, status)
  })
  return pages
}

function addEditionPages(pages: Hono, site: Site): void {
  const latest = { watch: site.config.watches[0]!.name, date: 'latest' }
  pages.get('/', (c) => showEdition(site, c, topsView, latest))
  pages.get('/editions/:watch/:date', (c) => showEdition(site, c, topsView))
  pages.get('/editions/:watch/:date/changes', (c) => showEdition(site, c, changesView))
  pages.get('/editions/:watch/:date/organizations', (c) => showEdition(site, c, organizationsView))
  pages.get('/editions/:watch/:date/organizations/:id', (c) => showEdition(site, c, historyView))
  pages.get('/editions/:watch/:date/datasets/:id', (c) => showEdition(site, c, explainView))
}

/** Adds the targets of the forms that choose an edition or a dataset: each redirects to the page's own address. */
function addFormTargets(pages: Hono): void {
  pages.get('/editions/:watch', (c) => {
    const { date = 'latest', part = '' } = c.req.query()
    const view = ['/changes', '/organizations'].includes(part) ? part : ''
    return redirect(c, `/editions/${c.req.param('watch')}/${encodeURIComponent(date)}${view}`)
  })
  pages.get('/editions/:watch/:date/datasets', (c) =>
    redirect(c, `${c.req.path}/${encodeURIComponent((c.req.query('id') ?? '').trim())}`),
  )
}

function addRunPages(pages: Hono, site: Site, documents: Documents, report: Report): void {
  const warn = warnOnce(report.warn)
  pages.get('/runs', async (c) => {
    const before = c.req.query('before')
    const ids = (await documents.ids('runs', { descending: true })).filter((id) => before === undefined || id < before)
    const shown = ids.slice(0, RUNS_PER_PAGE)
    const runs = await Promise.all(shown.map((id) => readSoundRun(documents, id, warn)))
    const frame = await latestFrame(site, c)
    const last = ids.length > RUNS_PER_PAGE ? shown.at(-1) : undefined
    return htmlResponse(<RunsPage frame={frame} runs={runs.filter((run) => run !== undefined)} before={last} />, frame)
  })
  pages.get('/runs/:id', async (c) => {
    const run = await readRun(documents, c.req.param('id'))
    if (run === undefined) throw new PageNotFound('noSuchRun')
    const frame = await latestFrame(site, c)
    return htmlResponse(<RunPage frame={frame} run={run} />, frame)
  })
}

/** Redirects within the site and keeps the language of the address. */
function redirect(c: HonoContext, path: string): Response {
  const lang = c.req.query('lang')
  return c.redirect(withQuery(path, lang === undefined ? {} : { lang }), 303)
}
