import type { Context as HonoContext } from 'hono'
import type { VNode } from 'preact'
import type { Config } from '../../config/settings.ts'
import { isDate } from '../../editions/date.ts'
import type { Edition } from '../../editions/edition.ts'
import type { Editions } from '../editions.ts'
import type { Assets } from './assets.ts'
import { NoEditionYet, NoSuchEdition, PageNotFound } from './errorPages.tsx'
import { htmlResponse } from './htmlResponse.ts'
import { createLocale } from './locale.ts'
import type { EditionPageProps } from './parts/editionHeader.tsx'
import type { Frame } from './parts/layout.tsx'
import type { EditionRef } from './paths.ts'
import { negotiateLanguage } from './translations/language.ts'

/** What every page needs. */
export interface Site {
  readonly config: Config
  readonly editions: Editions
  readonly assets: Assets
}

/** The edition that an address names, with its neighbors. */
interface EditionContext extends EditionPageProps {
  /** The edition before; undefined for the first. */
  readonly before: Edition | undefined
}

/** Renders a page about an edition. */
export type View = (context: EditionContext, c: HonoContext, site: Site) => VNode | Promise<VNode>

/** Responds with a view of the edition that the address names, or with a page that says which editions exist. */
export async function showEdition(
  site: Site,
  c: HonoContext,
  view: View,
  { watch, date }: EditionRef = c.req.param() as unknown as EditionRef,
): Promise<Response> {
  const { config, editions } = site
  const watches = config.watches.map(({ name }) => name)
  if (!watches.includes(watch)) throw new PageNotFound('noSuchPage')
  const dates = await editions.dates(watch)
  const index = date === 'latest' ? 0 : dates.indexOf(date)
  const actual = dates[index]
  if (actual !== undefined) {
    const { edition } = await editions.find(watch, actual)
    const frame = createFrame(site, c, edition)
    return htmlResponse(
      await view({ frame, edition, dates, watches, before: await editions.before(edition) }, c, site),
      frame,
    )
  }
  const frame = await latestFrame(site, c)
  if (dates.length === 0) return htmlResponse(<NoEditionYet frame={frame} />, frame, 404)
  if (!isDate(date)) throw new PageNotFound('noSuchPage')
  return htmlResponse(<NoSuchEdition frame={frame} watch={watch} date={date} dates={dates} />, frame, 404)
}

/** Creates the frame of a page that is not about an edition: its navigation leads to the latest one. */
export async function latestFrame(site: Site, c: HonoContext): Promise<Frame> {
  const { name: watch } = site.config.watches[0]!
  const [date] = await site.editions.dates(watch)
  return createFrame(site, c, date === undefined ? undefined : { watch, date })
}

/** Creates the frame of a page, in the language of the request. */
export function createFrame({ config, assets }: Site, { req }: HonoContext, edition: EditionRef | undefined): Frame {
  const url = new URL(req.url)
  const language = negotiateLanguage(url.searchParams.get('lang'), req.header('accept-language'))
  const locale = createLocale({ ...language, timeZone: config.time_zone })
  return { locale, assets, portal: config.portal, url, edition }
}
