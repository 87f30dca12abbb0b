import { type Context, Hono } from 'hono'
import type { World } from '../../context.ts'
import { readRun, readSoundRun } from '../../runs/read.ts'
import { warnOnce } from '../../terminal/report.ts'
import { answer } from '../body.ts'
import type { Editions } from '../editions.ts'
import { answerPage } from './answerPage.ts'
import { readAssets } from './assets.ts'
import { Absent, ProblemPage, problemOf } from './problems.tsx'
import { remember } from './remember.ts'
import { RunPage } from './run.tsx'
import { RunsPage } from './runs.tsx'
import { frameAround, frameOf, show } from './site.tsx'
import { changesView, explainView, historyView, organizationsView, topsView } from './views.tsx'

/** For files whose address changes with their content. */
const FOR_EVER = 'public, max-age=31536000, immutable'

/** How many runs a page of the journal shows. */
const RUNS = 50

/** The pages that people look at. Every view has an address; those of an edition stay as they are for ever. */
export async function createPages({ config, documents, report }: World, editions: Editions): Promise<Hono> {
  const assets = await readAssets()
  const site = { config, editions, assets }
  const warn = warnOnce(report.warn)
  const pages = new Hono()

  pages.get('/assets/:name', (c) => {
    const file = assets.files.get(c.req.path)
    if (file === undefined) throw new Absent('noSuchPage')
    return answer(c, file, { 'cache-control': FOR_EVER })
  })
  pages.use(remember())

  pages.get('/', (c) => show(site, c, topsView, { watch: config.watches[0]!.name, date: 'latest' }))
  pages.get('/editions/:watch/:date', (c) => show(site, c, topsView))
  pages.get('/editions/:watch/:date/changes', (c) => show(site, c, changesView))
  pages.get('/editions/:watch/:date/organizations', (c) => show(site, c, organizationsView))
  pages.get('/editions/:watch/:date/organizations/:id', (c) => show(site, c, historyView))
  pages.get('/editions/:watch/:date/datasets/:id', (c) => show(site, c, explainView))

  // Where forms lead that name an edition or a dataset.
  pages.get('/editions/:watch', (c) => {
    const { date = 'latest', part = '' } = c.req.query()
    const view = ['/changes', '/organizations'].includes(part) ? part : ''
    return goTo(c, `/editions/${c.req.param('watch')}/${encodeURIComponent(date)}${view}`)
  })
  pages.get('/editions/:watch/:date/datasets', (c) => {
    return goTo(c, `${c.req.path}/${encodeURIComponent((c.req.query('id') ?? '').trim())}`)
  })

  pages.get('/runs', async (c) => {
    const before = c.req.query('before')
    const ids = (await documents.ids('runs', { descending: true })).filter((id) => before === undefined || id < before)
    const shown = ids.slice(0, RUNS)
    const runs = await Promise.all(shown.map((id) => readSoundRun(documents, id, warn)))
    const frame = await frameOf(site, c)
    const earlier = ids.length > RUNS ? shown.at(-1) : undefined
    return answerPage(<RunsPage frame={frame} runs={runs.filter((run) => run !== undefined)} before={earlier} />, frame)
  })
  pages.get('/runs/:id', async (c) => {
    const run = await readRun(documents, c.req.param('id'))
    if (run === undefined) throw new Absent('noSuchRun')
    const frame = await frameOf(site, c)
    return answerPage(<RunPage frame={frame} run={run} />, frame)
  })

  // What begins with /api is asked for by programs; they get their answer in JSON.
  pages.get('*', (c, next) => {
    if (c.req.path.startsWith('/api/')) return next()
    throw new Absent('noSuchPage')
  })
  pages.onError(async (error, c) => {
    const { title, hint, status } = problemOf(error, c.req.path, report)
    const frame = await frameOf(site, c).catch(() => frameAround(site, c, undefined))
    const { words } = frame.reader
    return answerPage(<ProblemPage frame={frame} title={words[title]} hint={words[hint]} />, frame, status)
  })
  return pages
}

/** Leads on, in the language that the address names. */
function goTo(c: Context, path: string): Response {
  const lang = c.req.query('lang')
  return c.redirect(lang === undefined ? path : `${path}?${new URLSearchParams({ lang })}`, 303)
}
