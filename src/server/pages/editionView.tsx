import type { Context as HonoContext } from 'hono'
import type { VNode } from 'preact'
import type { Config } from '../../config/settings.ts'
import { calendarProblem } from '../../editions/date.ts'
import type { Edition } from '../../editions/edition.ts'
import { respond } from '../body.ts'
import type { BodyCache } from '../bodyCache.ts'
import { CACHE_CONTROL } from '../caching.ts'
import type { Editions } from '../editions.ts'
import type { Assets } from './assets.ts'
import { NoEditionYet, NoSuchEdition, NoSuchWatch } from './errorPages.tsx'
import { htmlResponse, pageBody } from './htmlResponse.ts'
import { localeFor } from './locale.ts'
import { readParameters, type VIEW_PARAMETERS } from './parameters.ts'
import type { EditionPageProps, WatchLink } from './parts/editionHeader.tsx'
import type { Frame } from './parts/layout.tsx'
import { type EditionRef, siteOf } from './paths.ts'
import { negotiateLanguage } from './translations/language.ts'

/** What every page needs. */
export interface Site {
  readonly config: Config
  readonly editions: Editions
  readonly assets: Assets
  readonly bodies: BodyCache
  /** Returns the dates that have a snapshot, latest first. */
  snapshotDates(): Promise<readonly string[]>
}

/** The edition that an address names, with its neighbors. */
interface EditionContext extends EditionPageProps {
  /** The edition before; undefined for the first. */
  readonly before: Edition | undefined
}

/** A page about an edition. */
export interface View<T extends readonly unknown[]> {
  readonly parameters: keyof typeof VIEW_PARAMETERS
  /**
   * Loads what the page needs beyond the edition itself. The page is rendered again only when one of these is another object. A
   * response, such as a redirect, replaces the page.
   */
  load(context: EditionContext, c: HonoContext, site: Site): T | Response | Promise<T | Response>
  render(context: EditionContext, loaded: T): VNode
  /** The status of the response (default: 200). */
  status?(loaded: T): number
}

/** Responds with a view of the edition that the address names, or with a page that says which editions exist. */
export async function showEdition<T extends readonly unknown[]>(
  site: Site,
  c: HonoContext,
  view: View<T>,
  { watch, date }: EditionRef = c.req.param() as unknown as EditionRef,
): Promise<Response> {
  const { editions, bodies } = site
  const search = readParameters(new URL(c.req.url).searchParams, view.parameters)
  const watches = await watchLinks(site)
  const known = watches.find(({ name }) => name === watch)
  if (known === undefined) {
    const frame = await latestFrame(site, c)
    return htmlResponse(<NoSuchWatch frame={frame} watch={watch} watches={watches} />, frame, 404)
  }
  const { dates } = known
  const actual = dates[date === 'latest' ? 0 : dates.indexOf(date)]
  const since = search.get('since')
  const wrongSince = since !== null && !dates.includes(since) ? since : undefined
  if (actual === undefined || wrongSince !== undefined) {
    const frame = await latestFrame(site, c)
    if (dates.length === 0) {
      // The page is of use without them, too.
      const snapshots = await site.snapshotDates().catch(() => [])
      return htmlResponse(<NoEditionYet frame={frame} watch={watch} snapshots={snapshots} />, frame, 404)
    }
    return htmlResponse(
      <NoSuchEdition frame={frame} watch={watch} date={wrongSince ?? date} dates={dates} />,
      frame,
      calendarProblem(date) === undefined ? 404 : 400,
    )
  }
  const { edition } = await editions.find(watch, actual)
  const before = await editions.before(edition)
  const frame = createFrame(site, c, edition, search)
  const context = { frame, edition, dates, watches, before }
  const loaded = await view.load(context, c, site)
  if (loaded instanceof Response) return loaded
  const key = `${frame.site} ${frame.locale.language} ${c.req.path}?${search}`
  const inputs = [edition, before, ...watches.map((one) => one.dates), ...loaded]
  const { body, headers } = await bodies.get(key, inputs, () => pageBody(view.render(context, loaded), frame))
  const status = view.status?.(loaded) ?? 200
  if (status !== 200) return new Response(body.plain, { status, headers: { ...headers, 'content-type': body.type } })
  // The page of an earlier week hardly changes.
  const isEarlier = date !== 'latest' && date !== dates[0]
  return respond(c, body, { ...headers, ...(isEarlier && { 'cache-control': CACHE_CONTROL.dated }) })
}

/** Returns the watches of the configuration with the dates of their editions. */
export function watchLinks({ config, editions }: Site): Promise<readonly WatchLink[]> {
  return Promise.all(config.watches.map(async ({ name }) => ({ name, dates: await editions.dates(name) })))
}

/** Creates the frame of a page that is not about an edition: its navigation leads to the latest one. */
export async function latestFrame(site: Site, c: HonoContext, search?: URLSearchParams): Promise<Frame> {
  const { name: watch } = site.config.watches[0]!
  const [date] = await site.editions.dates(watch)
  return createFrame(site, c, date === undefined ? undefined : { watch, date }, search)
}

/** Creates the frame of a page, in the language of the request. */
export function createFrame(
  { config, assets }: Site,
  { req }: HonoContext,
  edition: EditionRef | undefined,
  search = new URLSearchParams(),
): Frame {
  const { pathname, searchParams } = new URL(req.url)
  const language = negotiateLanguage(searchParams.get('lang'), req.header('accept-language'))
  const locale = localeFor({ ...language, timeZone: config.time_zone })
  const { lang: _, ...query } = Object.fromEntries(search)
  const { portal, watches } = config
  return { locale, assets, portal, watches, site: siteOf(config, req.url), path: pathname, query, edition }
}
