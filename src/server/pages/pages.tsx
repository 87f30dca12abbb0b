import { type Context, Hono } from 'hono'
import type { VNode } from 'preact'
import type { World } from '../../context.ts'
import { changesBetween } from '../../editions/changes.ts'
import type { Edition } from '../../editions/edition.ts'
import { Failure } from '../../errors.ts'
import type { RunRecord } from '../../runs/record.ts'
import { answer } from '../body.ts'
import type { Editions } from '../editions.ts'
import { answerPage } from './answerPage.ts'
import { readAssets } from './assets.ts'
import { ChangesPage } from './changes.tsx'
import { EditionPage, type HeadFacts } from './edition.tsx'
import { ExplainPage } from './explain.tsx'
import { HistoryPage } from './history.tsx'
import { languageOf } from './language.ts'
import type { Frame } from './layout.tsx'
import { OrganizationsPage } from './organizations.tsx'
import { type Absence, Absent, NoEditionYet, NoSuchEdition, ProblemPage, problemOf } from './problems.tsx'
import { readerOf } from './reader.ts'
import { remember } from './remember.ts'
import { RunPage, RunsPage } from './runs.tsx'
import { readQuery } from './topsQuery.ts'

/** An edition that an address names, with what stands around it. */
interface Found extends HeadFacts {
  readonly before: Edition | undefined
}

/** For files whose address changes with their content. */
const FOR_EVER = 'public, max-age=31536000, immutable'

/** How many runs a page of the journal shows. */
const RUNS = 50

/** The pages that people look at. Every view has an address; those of an edition stay as they are for ever. */
export async function createPages({ config, documents, report }: World, editions: Editions): Promise<Hono> {
  const assets = await readAssets()
  const watches = config.watches.map(({ name }) => name)
  const pages = new Hono()

  pages.get('/assets/:name', (c) => {
    const file = assets.files.get(c.req.path)
    if (file === undefined) throw new Absent('noSuchPage')
    return answer(c, file, { 'cache-control': FOR_EVER })
  })
  pages.use(remember())
  pages.get('/', (c) => show(c, TopsView, watches[0], 'latest'))
  pages.get('/editions/:watch', (c) => {
    const { date = 'latest', part = '', lang } = c.req.query()
    const search = lang === undefined ? '' : `?${new URLSearchParams({ lang })}`
    const view = ['/changes', '/organizations'].includes(part) ? part : ''
    return c.redirect(`/editions/${c.req.param('watch')}/${encodeURIComponent(date)}${view}${search}`, 303)
  })
  pages.get('/editions/:watch/:date', (c) => show(c, TopsView))
  pages.get('/editions/:watch/:date/changes', (c) => show(c, ChangesView))
  pages.get('/editions/:watch/:date/organizations', (c) => show(c, OrganizationsView))
  pages.get('/editions/:watch/:date/organizations/:id', (c) => show(c, HistoryView))
  pages.get('/editions/:watch/:date/datasets', (c) => {
    const { id = '', lang } = c.req.query()
    const search = lang === undefined ? '' : `?${new URLSearchParams({ lang })}`
    return c.redirect(`${c.req.path}/${encodeURIComponent(id.trim())}${search}`, 303)
  })
  pages.get('/editions/:watch/:date/datasets/:id', (c) => show(c, ExplainView))
  pages.get('/runs', async (c) => {
    const { before } = c.req.query()
    const ids = (await documents.ids('runs', { descending: true })).filter((id) => before === undefined || id < before)
    const page = ids.slice(0, RUNS)
    const runs = await Promise.all(page.map((id) => documents.find<RunRecord>('runs', id)))
    const frame = await frameOf(c)
    const earlier = ids.length > RUNS ? page.at(-1) : undefined
    return answerPage(<RunsPage frame={frame} runs={runs.filter((run) => run !== undefined)} before={earlier} />, frame)
  })
  pages.get('/runs/:id', async (c) => {
    const run = await documents.find<RunRecord>('runs', c.req.param('id'))
    if (run === undefined) throw new Absent('noSuchRun')
    const frame = await frameOf(c)
    return answerPage(<RunPage frame={frame} run={run} />, frame)
  })
  // What begins with /api is asked for by programs; they get their answer in JSON.
  pages.get('*', (c, next) => {
    if (c.req.path.startsWith('/api/')) return next()
    throw new Absent('noSuchPage')
  })
  pages.onError(async (error, c) => {
    const { title, hint, status } = problemOf(error, c.req.path, report)
    const frame = await frameOf(c).catch(() => frameAround(c, undefined))
    return answerPage(
      <ProblemPage frame={frame} title={frame.reader.words[title]} hint={frame.reader.words[hint]} />,
      frame,
      status,
    )
  })
  return pages

  /** Renders a view of the edition that the address names; says so when there is none. */
  async function show(
    c: Context,
    view: (found: Found, c: Context) => VNode | Promise<VNode>,
    watch = c.req.param('watch')!,
    date = c.req.param('date')!,
  ): Promise<Response> {
    if (!watches.includes(watch)) throw new Absent('noSuchPage')
    const dates = await editions.dates(watch)
    const at = date === 'latest' ? 0 : dates.indexOf(date)
    const edition = await editionAt(dates[at])
    if (edition !== undefined) {
      const frame = frameAround(c, edition)
      const found = { frame, edition, dates, watches, before: await editionAt(dates[at + 1]) }
      return answerPage(await view(found, c), frame)
    }
    const frame = await frameOf(c)
    if (dates.length === 0) return answerPage(<NoEditionYet frame={frame} />, frame, 404)
    if (!isDate(date)) throw new Absent('noSuchPage')
    return answerPage(<NoSuchEdition frame={frame} watch={watch} date={date} dates={dates} />, frame, 404)

    async function editionAt(date: string | undefined): Promise<Edition | undefined> {
      return date === undefined ? undefined : (await editions.find(watch, date)).edition
    }
  }

  function TopsView(found: Found): VNode {
    const { before, edition, frame } = found
    const changes = before && changesBetween(before, edition)
    return <EditionPage {...found} changes={changes} query={readQuery(frame.url.searchParams)} />
  }

  async function ChangesView(found: Found): Promise<VNode> {
    const { edition, dates, frame } = found
    const earlier = dates.slice(dates.indexOf(edition.date) + 1)
    const asked = frame.url.searchParams.get('since')
    const since = earlier.find((date) => date === asked) ?? earlier[0]
    const changes = since === undefined ? undefined : await editions.changes(edition.watch, since, edition.date)
    return <ChangesPage {...found} changes={changes} />
  }

  function OrganizationsView(found: Found): VNode {
    return <OrganizationsPage {...found} before={found.before?.organizations} />
  }

  async function HistoryView(found: Found, c: Context): Promise<VNode> {
    const id = c.req.param('id')!
    const weeks = await editions.history(found.edition.watch, id).catch(otherwise('noSuchOrganization'))
    return <HistoryPage {...found} id={id} weeks={weeks} />
  }

  async function ExplainView(found: Found, c: Context): Promise<VNode> {
    const { watch, date } = found.edition
    const asked = c.req.param('id')!
    const explanation = await editions.explain(watch, date, asked).catch(otherwise('notADataset'))
    return <ExplainPage {...found} explanation={explanation} />
  }

  /** The frame of a page that is about no edition: its sections lead to the latest. */
  async function frameOf(c: Context): Promise<Frame> {
    const [watch] = watches as [string]
    const [date] = await editions.dates(watch)
    return frameAround(c, date === undefined ? undefined : { watch, date })
  }

  function frameAround({ req }: Context, edition: Frame['edition']): Frame {
    const url = new URL(req.url)
    const language = languageOf(url.searchParams.get('lang'), req.header('accept-language'))
    return {
      reader: readerOf({ ...language, timeZone: config.time_zone }),
      assets,
      portal: config.portal,
      url,
      edition,
    }
  }
}

const isDate = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

/** What to do about a failure: one of use means that the address names nothing, any other is passed on. */
const otherwise = (absence: Absence) => (error: unknown) => {
  throw error instanceof Failure && error.kind === 'usage' ? new Absent(absence) : error
}
