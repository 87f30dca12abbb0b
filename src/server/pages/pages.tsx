import { type Context, Hono } from 'hono'
import type { VNode } from 'preact'
import type { World } from '../../context.ts'
import { changesBetween } from '../../editions/changes.ts'
import type { Edition } from '../../editions/edition.ts'
import { datesOf } from '../../editions/find.ts'
import { editionId } from '../../editions/layout.ts'
import type { RunRecord } from '../../runs/record.ts'
import { answer, answerAsset } from './answer.ts'
import { readAssets } from './assets.ts'
import { ChangesPage } from './changes.tsx'
import { EditionPage, type HeadFacts } from './edition.tsx'
import { HistoryPage } from './history.tsx'
import { languageOf } from './language.ts'
import type { Frame } from './layout.tsx'
import { OrganizationsPage } from './organizations.tsx'
import { Absent, NoEditionYet, NoSuchEdition, ProblemPage, problemOf } from './problems.tsx'
import { readerOf } from './reader.ts'
import { RunPage, RunsPage } from './runs.tsx'
import { readQuery } from './topsQuery.ts'

/** An edition that an address names, with what stands around it. */
interface Found extends HeadFacts {
  readonly before: Edition | undefined
}

/** How many runs a page of the journal shows. */
const RUNS = 50

/** The pages that people look at. Every view has an address; those of an edition stay as they are for ever. */
export async function createPages({ config, documents, report }: World): Promise<Hono> {
  const assets = await readAssets()
  const watches = config.watches.map(({ name }) => name)
  const pages = new Hono()

  pages.get('/assets/:name', ({ req }) => answerAsset(assets.files.get(req.path)))
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
  pages.get('/runs', async (c) => {
    const { before } = c.req.query()
    const ids = (await documents.ids('runs', { descending: true })).filter((id) => before === undefined || id < before)
    const page = ids.slice(0, RUNS)
    const runs = await Promise.all(page.map((id) => documents.find<RunRecord>('runs', id)))
    const frame = await frameOf(c)
    const earlier = ids.length > RUNS ? page.at(-1) : undefined
    return answer(<RunsPage frame={frame} runs={runs.filter((run) => run !== undefined)} before={earlier} />, frame)
  })
  pages.get('/runs/:id', async (c) => {
    const run = await documents.find<RunRecord>('runs', c.req.param('id'))
    if (run === undefined) throw new Absent('noSuchRun')
    const frame = await frameOf(c)
    return answer(<RunPage frame={frame} run={run} />, frame)
  })
  // What begins with /api is asked for by programs; they get their answer in JSON.
  pages.get('*', (c, next) => {
    if (c.req.path.startsWith('/api/')) return next()
    throw new Absent('noSuchPage')
  })
  pages.onError(async (error, c) => {
    const { title, hint, status } = problemOf(error, c.req.path, report)
    const frame = await frameOf(c).catch(() => frameAround(c, undefined))
    return answer(
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
    const dates = await datesOf(documents, watch)
    const at = date === 'latest' ? 0 : dates.indexOf(date)
    const edition = await editionAt(dates[at])
    if (edition !== undefined) {
      const frame = frameAround(c, edition)
      const found = { frame, edition, dates, watches, before: await editionAt(dates[at + 1]) }
      return answer(await view(found, c), frame)
    }
    const frame = await frameOf(c)
    if (dates.length === 0) return answer(<NoEditionYet frame={frame} />, frame, 404)
    if (!isDate(date)) throw new Absent('noSuchPage')
    return answer(<NoSuchEdition frame={frame} watch={watch} date={date} dates={dates} />, frame, 404)

    function editionAt(date: string | undefined): Promise<Edition | undefined> {
      return date === undefined ? Promise.resolve(undefined) : documents.find<Edition>('tops', editionId(watch, date))
    }
  }

  function TopsView(found: Found): VNode {
    const { before, edition, frame } = found
    const changes = before && changesBetween(before, edition)
    return <EditionPage {...found} changes={changes} query={readQuery(frame.url.searchParams)} />
  }

  function ChangesView(found: Found): VNode {
    const { before, edition } = found
    return <ChangesPage {...found} changes={before && changesBetween(before, edition)} />
  }

  function OrganizationsView(found: Found): VNode {
    return <OrganizationsPage {...found} before={found.before?.organizations} />
  }

  async function HistoryView(found: Found, c: Context): Promise<VNode> {
    const id = c.req.param('id')!
    const editions = await documents.list<Edition>('tops', {
      prefix: editionId(found.edition.watch, ''),
      descending: true,
    })
    const weeks = editions.map(({ date, organizations }) => ({
      date,
      organization: organizations.find((one) => one.id === id),
    }))
    if (weeks.every(({ organization }) => organization === undefined)) throw new Absent('noSuchOrganization')
    return <HistoryPage {...found} id={id} weeks={weeks} />
  }

  /** The frame of a page that is about no edition: its sections lead to the latest. */
  async function frameOf(c: Context): Promise<Frame> {
    const [watch] = watches as [string]
    const [date] = await datesOf(documents, watch)
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
