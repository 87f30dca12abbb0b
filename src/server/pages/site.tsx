import type { Context } from 'hono'
import type { VNode } from 'preact'
import type { Config } from '../../config/settings.ts'
import type { Edition } from '../../editions/edition.ts'
import type { Editions } from '../editions.ts'
import type { EditionName } from './addresses.ts'
import { answerPage } from './answerPage.ts'
import type { Assets } from './assets.ts'
import type { HeadFacts } from './parts/head.tsx'
import type { Frame } from './parts/layout.tsx'
import { Absent, NoEditionYet, NoSuchEdition } from './problems.tsx'
import { readerOf } from './reader.ts'
import { languageOf } from './words/language.ts'

/** What all pages are made from. */
export interface Site {
  readonly config: Config
  readonly editions: Editions
  readonly assets: Assets
}

/** An edition that an address names, with what stands around it. */
interface Found extends HeadFacts {
  readonly before: Edition | undefined
}

/** A page about an edition. */
export type View = (found: Found, c: Context, site: Site) => VNode | Promise<VNode>

/** Answers with a view of the edition that the address names; says so when there is none. */
export async function show(
  site: Site,
  c: Context,
  view: View,
  { watch, date }: EditionName = c.req.param() as unknown as EditionName,
): Promise<Response> {
  const { config, editions } = site
  const watches = config.watches.map(({ name }) => name)
  if (!watches.includes(watch)) throw new Absent('noSuchPage')
  const dates = await editions.dates(watch)
  const at = date === 'latest' ? 0 : dates.indexOf(date)
  if (dates[at] !== undefined) {
    const { edition } = await editions.find(watch, dates[at])
    const frame = frameAround(site, c, edition)
    return answerPage(
      await view({ frame, edition, dates, watches, before: await editions.before(edition) }, c, site),
      frame,
    )
  }
  const frame = await frameOf(site, c)
  if (dates.length === 0) return answerPage(<NoEditionYet frame={frame} />, frame, 404)
  if (!isDate(date)) throw new Absent('noSuchPage')
  return answerPage(<NoSuchEdition frame={frame} watch={watch} date={date} dates={dates} />, frame, 404)
}

const isDate = (text: string) => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(Date.parse(text))

/** The frame of a page that is about no edition: its sections lead to the latest. */
export async function frameOf(site: Site, c: Context): Promise<Frame> {
  const { name: watch } = site.config.watches[0]!
  const [date] = await site.editions.dates(watch)
  return frameAround(site, c, date === undefined ? undefined : { watch, date })
}

/** What every page has around its own part, for who asks. */
export function frameAround({ config, assets }: Site, { req }: Context, edition: EditionName | undefined): Frame {
  const url = new URL(req.url)
  const language = languageOf(url.searchParams.get('lang'), req.header('accept-language'))
  const reader = readerOf({ ...language, timeZone: config.time_zone })
  return { reader, assets, portal: config.portal, url, edition }
}
