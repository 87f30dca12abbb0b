import { z } from '@hono/zod-openapi'
import type { Changes } from '../../editions/changes.ts'
import { createBody } from '../body.ts'
import { CACHE_CONTROL, cacheControlWithLinks } from '../caching.ts'
import type { ExploredWeek } from '../explore/explorer.ts'
import { atomFeed, type Feed, urnOf } from '../feed.ts'
import { changesEntry } from '../feedMarkup.ts'
import { type Locale, localeFor } from '../pages/locale.ts'
import { hostOf, siteOf, withQuery } from '../pages/paths.ts'
import { negotiateLanguage } from '../pages/translations/language.ts'
import { ATOM_EXAMPLE } from './example.ts'
import { createSearchResponder, noEarlierSnapshot, requestedWatch, searchParams } from './exploreRequest.ts'
import { feedParams } from './parameters.ts'
import { type ApiContext, createRouter, getRoute } from './route.ts'

const route = getRoute(
  {
    path: '/api/explore/feed.atom',
    operationId: 'getSearchFeed',
    tag: 'explore',
    summary: 'Returns an Atom feed of a search: an entry each week, with the datasets that entered and left',
    description: 'Contains only the entry of the latest week. Feed readers keep the earlier ones.',
    params: {},
    query: { ...searchParams, lang: feedParams.lang },
  },
  {
    200: { description: 'Success', content: { 'application/atom+xml': { schema: z.string(), example: ATOM_EXAMPLE } } },
  },
)

interface Topic {
  readonly portal: string
  readonly locale: Locale
  /** The parameters of the search. */
  readonly query: Readonly<Record<string, string>>
  /** The address of this server. */
  readonly site: string
  readonly self: string
}

/** Serves feeds of searches. */
export function exploreFeedApi({ context: { config }, explorer }: ApiContext) {
  const respond = createSearchResponder()
  return createRouter().openapi(route, async (c) => {
    const { lang, ...search } = c.req.valid('query')
    const language = negotiateLanguage(lang ?? null, c.req.header('accept-language'))
    const { pathname, searchParams } = new URL(c.req.url)
    const { lang: _, ...query } = Object.fromEntries(searchParams)
    const site = siteOf(config, c.req.url)
    const topic: Topic = {
      portal: config.portal,
      locale: localeFor({ ...language, timeZone: config.time_zone }),
      query,
      site,
      self: `${site}${withQuery(pathname, Object.fromEntries(searchParams))}`,
    }
    const week = await explorer.open(requestedWatch(search), undefined)
    const before = await explorer.earlier(week, undefined)
    if (before === undefined) throw noEarlierSnapshot(week)
    return respond(c, week, undefined, [before.version, language, topic.self], async (etag, signal) => {
      const feed = feedOf(week, await explorer.changes(before, week, signal), topic)
      const body = createBody(atomFeed(feed), 'application/atom+xml; charset=utf-8')
      const cacheControl = cacheControlWithLinks(CACHE_CONTROL.latest, config)
      return {
        body: { ...body, etag },
        headers: { vary: 'Accept-Language, Accept-Encoding', 'cache-control': cacheControl },
      }
    })
  })
}

function feedOf({ ref: { snapshot }, watch }: ExploredWeek, { entered, left }: Changes, topic: Topic): Feed {
  const { portal, locale, query, site, self } = topic
  const { texts, language } = locale
  const { date, fetched_at } = snapshot
  const id = JSON.stringify([watch.terms, watch.columns, watch.match, watch.top])
  const url = `${site}${withQuery(`/explore/${date}`, { ...query, lang: language })}`
  const hrefs = { entered: `${url}&new=1`, left: `${url}&gone=1` }
  const entry = changesEntry({ date, entered, left, hrefs }, locale, portal)
  return {
    id: urnOf(`search ${id}`),
    language,
    title: texts.titled(texts.siteName(hostOf(portal)), watch.terms.map(texts.term).join(', ')),
    home: `${site}${withQuery('/explore/latest', { ...query, lang: language })}`,
    self,
    updated: fetched_at,
    entries: [{ id: urnOf(`search ${id} ${date}`), url, published: fetched_at, ...entry }],
  }
}
