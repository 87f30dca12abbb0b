import { createRoute, z } from '@hono/zod-openapi'
import type { Config } from '../../config/settings.ts'
import type { Changes } from '../../editions/changes.ts'
import { createBody } from '../body.ts'
import { CACHE_CONTROL, cacheControlWithLinks } from '../caching.ts'
import type { ExploredWeek } from '../explore/explorer.ts'
import { atomFeed, type Feed, MAX_LISTED, urnOf } from '../feed.ts'
import { listHtml } from '../feedMarkup.ts'
import { type Locale, localeFor } from '../pages/locale.ts'
import { hostOf, withQuery } from '../pages/paths.ts'
import { negotiateLanguage } from '../pages/translations/language.ts'
import { ATOM_EXAMPLE } from './example.ts'
import { createSearchResponses, noEarlierSnapshot, requestedWatch, searchParams } from './exploreRequest.ts'
import { pageParams } from './parameters.ts'
import { type ApiContext, BAD_REQUEST, createRouter, NOT_FOUND, strictQuery, UNAVAILABLE } from './route.ts'

const route = createRoute({
  method: 'get',
  path: '/api/explore/feed.atom',
  operationId: 'getSearchFeed',
  tags: ['explore'],
  summary: 'Returns an Atom feed of a search: an entry each week, with the datasets that entered and left',
  description: 'Contains only the entry of the latest week. Feed readers keep the earlier ones.',
  request: {
    query: strictQuery({
      ...searchParams,
      lang: pageParams.lang.openapi({ description: 'Language of the feed (default: `Accept-Language`, else `fr`)' }),
    }),
  },
  responses: {
    200: { description: 'Success', content: { 'application/atom+xml': { schema: z.string(), example: ATOM_EXAMPLE } } },
    304: { description: 'Unchanged since the version that `If-None-Match` names' },
    400: BAD_REQUEST,
    404: NOT_FOUND,
    503: UNAVAILABLE,
  },
})

/** What a feed is about. */
interface Topic {
  readonly config: Pick<Config, 'portal'>
  readonly locale: Locale
  /** The parameters of the search. */
  readonly query: Readonly<Record<string, string>>
  /** The address of this server. */
  readonly site: string
  readonly self: string
}

/** Serves feeds of searches. */
export function exploreFeedApi({ context: { config }, explorer }: ApiContext) {
  const responses = createSearchResponses()
  return createRouter().openapi(route, async (c) => {
    const { lang, ...search } = c.req.valid('query')
    const language = negotiateLanguage(lang ?? null, c.req.header('accept-language'))
    const { pathname, searchParams: query, origin } = new URL(c.req.url)
    query.delete('lang')
    const site = config.public_url ?? origin
    const topic: Topic = {
      config,
      locale: localeFor({ ...language, timeZone: config.time_zone }),
      query: Object.fromEntries(query),
      site,
      self: `${site}${withQuery(pathname, Object.fromEntries(new URL(c.req.url).searchParams))}`,
    }
    const week = await explorer.open(requestedWatch(search), undefined)
    const before = await explorer.earlier(week, undefined)
    if (before === undefined) throw noEarlierSnapshot(week)
    return responses.respond(c, week, undefined, [before.version, language, topic.self], async (etag, signal) => {
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

function feedOf({ ref: { snapshot }, watch }: ExploredWeek, changes: Changes, topic: Topic): Feed {
  const { config, locale, query, site, self } = topic
  const { texts, day, count, language } = locale
  const id = JSON.stringify([watch.terms, watch.columns, watch.match, watch.top])
  const url = `${site}${withQuery(`/explore/${snapshot.date}`, { ...query, lang: language })}`
  const { entered, left } = changes
  const [newCount, goneCount] = [
    texts.entered(entered.length, count(entered.length)),
    texts.left(left.length, count(left.length)),
  ]
  const options = { locale, portal: config.portal, most: MAX_LISTED }
  const html = [
    listHtml(newCount, `${url}&new=1`, entered, texts.entryReasons, options),
    listHtml(goneCount, `${url}&gone=1`, left, texts.exitReasons, options),
  ].join('')
  const title = texts.titled(day(snapshot.date), `${newCount}, ${goneCount}`)
  return {
    id: urnOf(`search ${id}`),
    language,
    title: texts.titled(texts.siteName(hostOf(config.portal)), watch.terms.map(texts.term).join(', ')),
    home: `${site}${withQuery('/explore/latest', { ...query, lang: language })}`,
    self,
    updated: snapshot.fetched_at,
    entries: [{ id: urnOf(`search ${id} ${snapshot.date}`), url, title, published: snapshot.fetched_at, html }],
  }
}
