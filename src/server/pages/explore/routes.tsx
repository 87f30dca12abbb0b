import type { Hono, Context as HonoContext } from 'hono'
import type { VNode } from 'preact'
import { MAX_LETTERS, MAX_WORDS, MIN_LETTERS } from '../../../config/searches.ts'
import type { Watch } from '../../../config/watch.ts'
import { watchName, watchYaml } from '../../../config/watchYaml.ts'
import { calendarProblem, isDate } from '../../../editions/date.ts'
import { Failure } from '../../../errors.ts'
import type { SearchPage } from '../../../explore/page.ts'
import { watchOf } from '../../../explore/query.ts'
import { foldTerm } from '../../../matching/fold.ts'
import { respond } from '../../body.ts'
import type { ExploredWeek, Explorer, Table } from '../../explore/explorer.ts'
import { Problem } from '../../problem.ts'
import { createFrame, latestFrame, type Site } from '../editionView.tsx'
import { ErrorPage } from '../errorPages.tsx'
import { htmlResponse, pageBody } from '../htmlResponse.ts'
import { BadParameter, readParameters } from '../parameters.ts'
import type { Frame } from '../parts/layout.tsx'
import { sanitize } from '../parts/portalText.tsx'
import { withQuery } from '../paths.ts'
import { ExplorePage, type Outcome } from './explore.tsx'
import { type ExploreQuery, parseQuery } from './query.ts'
import { ROWS_PER_PAGE, type WatchSnippet } from './results.tsx'
import { type ExploreTexts, exploreTextsOf } from './texts.ts'
import { WeeksPage } from './weeks.tsx'

/** Keeps search engines out: there are as many searches as there are words. */
const HEADERS = { 'x-robots-tag': 'noindex' }

/** Adds the pages that search a week for any words. */
export function addExplorePages(pages: Hono, site: Site, explorer: Explorer): void {
  pages.get('/explore', (c) => {
    const { date = '', ...query } = c.req.query()
    return c.redirect(withQuery(`/explore/${encodeURIComponent(date.trim() || 'latest')}`, query), 303)
  })
  pages.get('/explore/weeks', (c) => showWeeks(site, explorer, c))
  pages.get('/explore/:date', (c) => showExplore(site, explorer, c))
}

async function showExplore(site: Site, explorer: Explorer, c: HonoContext): Promise<Response> {
  const search = readParameters(new URL(c.req.url).searchParams, 'explore')
  const frame = await latestFrame(site, c, search)
  if (!explorer.isOn) return turnedOff(frame)
  const dates = await explorer.dates()
  const wanted = c.req.param('date')!
  const date = wanted === 'latest' ? dates[0] : dates.find((one) => one === wanted)
  if (date === undefined) return noSuchWeek(frame, wanted, dates)
  const query = parseQuery(search)
  const outcome = await outcomeOf(explorer, date, query, frame, c.req.raw.signal)
  const page = <ExplorePage {...{ frame, date, dates, query, outcome }} />
  if (outcome === undefined || 'page' in outcome) return send(page, frame, c)
  const response = htmlResponse(page, frame, outcome.status)
  // Browsers without scripts reload by themselves.
  if (outcome.retryAfter !== undefined) {
    response.headers.set('retry-after', outcome.retryAfter)
    response.headers.set('refresh', outcome.retryAfter)
  }
  return response
}

/** Searches for the words. Returns a problem that the page shows beside its form if that is not possible. */
async function outcomeOf(
  explorer: Explorer,
  date: string,
  query: ExploreQuery,
  frame: Frame,
  signal: AbortSignal,
): Promise<Outcome | undefined> {
  if (query.words.length === 0) return undefined
  const explore = exploreTextsOf(frame)
  const problem = problemOf(query.words, explore)
  if (problem !== undefined) return { problem, status: 400 }
  try {
    const week = await explorer.open(watchOf(query), date)
    const { since, offset } = query
    const before = await earlierOf(explorer, week, since)
    const table = { selection: query, offset, limit: ROWS_PER_PAGE, since: before?.ref.snapshot.date }
    const page = await pageOf(explorer, week, table, signal)
    const changes = since === '' || before === undefined ? undefined : await explorer.changes(before, week, signal)
    const watch = await snippetOf(week.watch, (await explorer.dates()).at(-1)!)
    return { page, earlier: before?.ref.snapshot.date, changes, watch }
  } catch (error) {
    if (error instanceof Problem && error.status === 503)
      return { problem: explore.busyRetry, status: 503, retryAfter: error.headers['retry-after'] ?? '2' }
    if (error instanceof Failure && error.kind === 'usage')
      throw new BadParameter('columns', query.columns.join(','), 'title, tags, description, …', false)
    if (error instanceof Failure && (error.kind === 'store' || error.kind === 'contract'))
      return { problem: `${explore.damaged}. ${explore.damagedHint}`, status: 503 }
    throw error
  }
}

/** @throws BadParameter if the text for the organization names none, or several */
async function pageOf(explorer: Explorer, week: ExploredWeek, table: Table, signal: AbortSignal): Promise<SearchPage> {
  const { selection } = table
  try {
    return await explorer.page(week, table, signal)
  } catch (error) {
    if (selection.organization === '' || !(error instanceof Failure && error.kind === 'usage')) throw error
    const all = { ...table, selection: { ...selection, organization: '' }, limit: 1 }
    const { organizations } = await explorer.page(week, all, signal)
    const names = organizations.filter(({ datasets }) => datasets > 0).map(({ name }) => sanitize(name, 60))
    throw new BadParameter('organization', selection.organization, names.slice(0, MAX_OFFERED).join(', ') || '–', false)
  }
}

/** @throws BadParameter if `since` is not an earlier week that is stored */
async function earlierOf(explorer: Explorer, week: ExploredWeek, since: string): Promise<ExploredWeek | undefined> {
  try {
    return await explorer.earlier(week, since === '' ? undefined : since)
  } catch (error) {
    if (since === '' || !(error instanceof Failure && error.kind === 'usage')) throw error
    const weeks = (await explorer.dates()).filter((date) => date < week.ref.snapshot.date)
    throw new BadParameter('since', since, weeks.slice(0, MAX_OFFERED).join(', ') || '–', false)
  }
}

/** @param first the first week that is stored */
async function snippetOf(watch: Watch, first: string): Promise<WatchSnippet> {
  const name = watchName(watch.terms) ?? watch.name
  const command = `datagouv-tops backfill --from ${first} --watch ${name}`
  return { yaml: await watchYaml([{ ...watch, name }]), command }
}

/** Returns the problem of the first word that cannot be searched for; undefined if there is none. */
function problemOf(words: readonly string[], explore: ExploreTexts): string | undefined {
  if (words.length > MAX_WORDS) return explore.tooManyWords(MAX_WORDS)
  const lengthOf = (word: string) => [...foldTerm(word)].length
  const wrong = words.find((word) => lengthOf(word) < MIN_LETTERS || lengthOf(word) > MAX_LETTERS)
  return wrong === undefined ? undefined : explore.badLength(sanitize(wrong, 40), MIN_LETTERS, MAX_LETTERS)
}

async function showWeeks(site: Site, explorer: Explorer, c: HonoContext): Promise<Response> {
  const search = readParameters(new URL(c.req.url).searchParams, 'explore')
  const frame = createFrame(site, c, undefined, search)
  if (!explorer.isOn) return turnedOff(frame)
  const query = parseQuery(search)
  const { texts } = frame.locale
  const explore = exploreTextsOf(frame)
  const problem = query.words.length === 0 ? explore.words : problemOf(query.words, explore)
  if (problem !== undefined)
    return htmlResponse(<ErrorPage frame={frame} title={texts.badRequest} hint={problem} />, frame, 400)
  const history = await explorer.history(watchOf(query))
  return send(<WeeksPage {...{ frame, query, history }} />, frame, c)
}

async function send(page: VNode, frame: Frame, c: HonoContext): Promise<Response> {
  const { body, headers } = pageBody(page, frame)
  return respond(c, body, { ...headers, ...HEADERS })
}

function turnedOff(frame: Frame): Response {
  const { off, offHint } = exploreTextsOf(frame)
  return htmlResponse(<ErrorPage frame={frame} title={off} hint={offHint} />, frame, 404)
}

/** Offers the weeks that can be searched. */
function noSuchWeek(frame: Frame, wanted: string, dates: readonly string[]): Response {
  const { day, href } = frame.locale
  const explore = exploreTextsOf(frame)
  if (dates.length === 0) {
    const page = (
      <ErrorPage frame={frame} title={explore.noWeek} hint={explore.noWeekHint}>
        <pre>
          <code>datagouv-tops run</code>
        </pre>
      </ErrorPage>
    )
    return htmlResponse(page, frame, 404)
  }
  const isInCalendar = calendarProblem(wanted) === undefined
  const title = isInCalendar
    ? explore.noSuchWeek(isDate(wanted) ? day(wanted) : sanitize(wanted, 50))
    : frame.locale.texts.noSuchDate(wanted)
  const page = (
    <ErrorPage frame={frame} title={title} hint={explore.noSuchWeekHint}>
      <ul>
        {dates.slice(0, MAX_OFFERED).map((date) => (
          <li key={date}>
            <a href={href(`/explore/${date}`, frame.query)}>{day(date)}</a>
          </li>
        ))}
      </ul>
    </ErrorPage>
  )
  return htmlResponse(page, frame, isInCalendar ? 404 : 400)
}

/** How many weeks an error offers. */
const MAX_OFFERED = 12
