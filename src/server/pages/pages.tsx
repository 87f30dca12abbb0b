import { Hono, type Context as HonoContext } from 'hono'
import { LRUCache } from 'lru-cache'
import type { Context } from '../../context.ts'
import { readRun, readSoundRun } from '../../runs/read.ts'
import type { RunRecord } from '../../runs/record.ts'
import { withDeadStopped } from '../../runs/recovery.ts'
import type { Documents } from '../../stores/documents.ts'
import { type Report, warnOnce } from '../../terminal/report.ts'
import type { Description } from '../api/description.ts'
import { RUNS_PER_PAGE } from '../api/runs.ts'
import { respond } from '../body.ts'
import { createBodyCache } from '../bodyCache.ts'
import type { Editions } from '../editions.ts'
import type { Explorer } from '../explore/explorer.ts'
import { readAssets } from './assets.ts'
import { createCrawlerFiles } from './crawlers.ts'
import { DocsPage } from './docs.tsx'
import { EditionsPage } from './editions.tsx'
import { createFrame, latestFrame, type Site, showEdition, watchLinks } from './editionView.tsx'
import { ErrorPage, errorPageFor, PageNotFound } from './errorPages.tsx'
import { addExplorePages } from './explore/routes.tsx'
import { htmlResponse, pageBody } from './htmlResponse.ts'
import { readParameters } from './parameters.ts'
import { withQuery } from './paths.ts'
import { RunPage } from './run.tsx'
import { RunsPage } from './runs.tsx'
import {
  changesView,
  explainFormView,
  explainView,
  historyView,
  listView,
  organizationsView,
  topsView,
} from './views.tsx'

/** For files whose path changes with their content. */
const IMMUTABLE = 'public, max-age=31536000, immutable'

/** How long the list of runs stays cached. */
const RUNS_FRESH_MS = 1_000

/** Creates the HTML pages. Every view has its own address. */
export async function createPages(
  { config, documents, report }: Context,
  editions: Editions,
  explorer: Explorer,
  api: Description,
): Promise<Hono> {
  const assets = await readAssets()
  const site = { config, editions, assets, bodies: createBodyCache(), snapshotDates: explorer.dates }
  const pages = new Hono()

  pages.get('/assets/:name', (c) => {
    const file = assets.files.get(c.req.path)
    if (file === undefined) throw new PageNotFound('noSuchPage')
    return respond(c, file, { 'cache-control': IMMUTABLE })
  })
  pages.route('/', createCrawlerFiles(site))
  addEditionPages(pages, site)
  addFormTargets(pages, site)
  addLatestChanges(pages, site)
  addExplorePages(pages, site, explorer)
  addRunPages(pages, site, documents, report)
  pages.get('/docs', (c) => showDocs(site, c, api))

  // The API responds to unknown addresses under /api itself, in JSON.
  pages.get('*', (c, next) => {
    if (c.req.path.startsWith('/api/')) return next()
    throw new PageNotFound('noSuchPage')
  })
  pages.onError(async (error, c) => {
    const plain = createFrame(site, c, undefined)
    const { title, hint, status } = errorPageFor(error, c.req.path, report, plain.locale.texts)
    // Do not wait a second time for a store that does not answer.
    const frame = status === 503 ? plain : await latestFrame(site, c).catch(() => plain)
    return htmlResponse(<ErrorPage frame={frame} title={title} hint={hint} />, frame, status)
  })
  return pages
}

function addEditionPages(pages: Hono, site: Site): void {
  const latest = { watch: site.config.watches[0]!.name, date: 'latest' }
  pages.get('/', (c) => showEdition(site, c, topsView, latest))
  pages.get('/editions', (c) => showEditions(site, c))
  pages.get('/editions/:watch/:date', (c) => showEdition(site, c, topsView))
  pages.get('/editions/:watch/:date/list', (c) => showEdition(site, c, listView))
  pages.get('/editions/:watch/:date/changes', (c) => showEdition(site, c, changesView))
  pages.get('/editions/:watch/:date/organizations', (c) => showEdition(site, c, organizationsView))
  pages.get('/editions/:watch/:date/organizations/:id', (c) => showEdition(site, c, historyView))
  pages.get('/editions/:watch/:date/datasets/:id', (c) => showEdition(site, c, explainView))
}

async function showEditions(site: Site, c: HonoContext): Promise<Response> {
  const search = readParameters(new URL(c.req.url).searchParams, 'none')
  const watches = await watchLinks(site)
  const frame = await latestFrame(site, c, search)
  const key = `${frame.site} ${frame.locale.language} /editions?${search}`
  const inputs = [...watches.map(({ dates }) => dates), frame.edition?.date]
  const { body, headers } = await site.bodies.get(key, inputs, () =>
    pageBody(<EditionsPage frame={frame} watches={watches} />, frame),
  )
  return respond(c, body, headers)
}

async function showDocs(site: Site, c: HonoContext, api: Description): Promise<Response> {
  const search = readParameters(new URL(c.req.url).searchParams, 'none')
  const frame = await latestFrame(site, c, search)
  const latest = frame.edition && (await site.editions.find(frame.edition.watch)).edition
  const key = `${frame.site} ${frame.locale.language} /docs?${search}`
  const { body, headers } = await site.bodies.get(key, [latest], () =>
    pageBody(<DocsPage frame={frame} api={api} latest={latest} />, frame),
  )
  return respond(c, body, headers)
}

/** The views that have a form to choose another edition. */
const PARTS = ['/changes', '/organizations', '/list']

/** Adds the targets of the forms that choose an edition or a dataset: each redirects to the page's own address. */
function addFormTargets(pages: Hono, site: Site): void {
  pages.get('/editions/:watch', (c) => {
    const { date: given = '', part = '', since, ...others } = c.req.query()
    const date = given.trim() || 'latest'
    const view = PARTS.includes(part) ? part : ''
    const kept = since !== undefined && (date === 'latest' || since < date) ? { ...others, since } : others
    const path = `/editions/${encodeURIComponent(c.req.param('watch'))}/${encodeURIComponent(date)}${view}`
    return c.redirect(withQuery(path, kept), 303)
  })
  pages.get('/editions/:watch/:date/datasets', async (c) => {
    const { id = '', ...others } = c.req.query()
    // An empty ID would end the path with a slash, and the server redirects such a path back here.
    if (id.trim() === '') return showEdition(site, c, explainFormView)
    // The path stays encoded: a header cannot have every character.
    const { pathname } = new URL(c.req.url)
    return c.redirect(withQuery(`${pathname}/${encodeURIComponent(id.trim())}`, others), 303)
  })
}

/** Adds `/changes`, which `/api/changes` is the data of. It takes the same parameters and leads to the page's own address. */
function addLatestChanges(pages: Hono, { config }: Site): void {
  pages.get('/changes', (c) => {
    const { watch = '', from = '', to = '', ...others } = c.req.query()
    const name = watch.trim() || config.watches[0]!.name
    const path = `/editions/${encodeURIComponent(name)}/${encodeURIComponent(to.trim() || 'latest')}/changes`
    return c.redirect(withQuery(path, from === '' ? others : { ...others, since: from }))
  })
}

function addRunPages(pages: Hono, site: Site, documents: Documents, report: Report): void {
  const warn = warnOnce(report.warn)
  const recent = new LRUCache<string, { readonly runs: readonly RunRecord[]; readonly last: string | undefined }>({
    max: 100,
    ttl: RUNS_FRESH_MS,
    fetchMethod: async (before) => {
      const ids = await documents.ids('runs', { descending: true })
      const found = before === '' ? ids : ids.filter((id) => id < before)
      const shown = found.slice(0, RUNS_PER_PAGE)
      const runs = await Promise.all(shown.map((id) => readSoundRun(documents, id, warn)))
      const last = found.length > RUNS_PER_PAGE ? shown.at(-1) : undefined
      const sound = runs.filter((run) => run !== undefined)
      return { runs: await withDeadStopped(sound, documents), last }
    },
  })
  pages.get('/runs', async (c) => {
    const search = readParameters(new URL(c.req.url).searchParams, 'runs')
    const found = await recent.forceFetch(search.get('before') ?? '')
    const frame = await latestFrame(site, c, search)
    const key = `${frame.site} ${frame.locale.language} /runs?${search}`
    const { body, headers } = await site.bodies.get(key, [found, frame.edition?.date], () =>
      pageBody(<RunsPage frame={frame} runs={found.runs} before={found.last} />, frame),
    )
    return respond(c, body, headers)
  })
  pages.get('/runs/:id', async (c) => {
    const search = readParameters(new URL(c.req.url).searchParams, 'none')
    const run = await readRun(documents, c.req.param('id'))
    if (run === undefined) throw new PageNotFound('noSuchRun')
    const frame = await latestFrame(site, c, search)
    const [shown] = await withDeadStopped([run], documents)
    return htmlResponse(<RunPage frame={frame} run={shown!} />, frame)
  })
}
