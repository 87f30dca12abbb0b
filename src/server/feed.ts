import { Hono, type Context as HonoContext } from 'hono'
import type { Watch } from '../config/watch.ts'
import type { Context } from '../context.ts'
import { laterCatalogue, type TopDataset } from '../editions/edition.ts'
import { uuidOf } from '../editions/uuid.ts'
import { feedParams } from './api/parameters.ts'
import { invalidRequest, strictQuery } from './api/route.ts'
import { type Body, createBody, respond } from './body.ts'
import type { BodyCache } from './bodyCache.ts'
import { CACHE_CONTROL, cacheControlWithLinks } from './caching.ts'
import { CORS_HEADERS } from './cors.ts'
import type { Editions, RecentEdition } from './editions.ts'
import { changesEntry, escapeMarkup } from './feedMarkup.ts'
import { type Locale, localeFor } from './pages/locale.ts'
import { hostOf, siteOf, withQuery } from './pages/paths.ts'
import { negotiateLanguage } from './pages/translations/language.ts'
import { selectDatasets } from './selection.ts'

const MAX_ENTRIES = 10
const HEADERS = { vary: 'Accept-Language, Accept-Encoding', ...CORS_HEADERS }
const feedQuery = strictQuery(feedParams)

/** A feed, whatever its format. */
export interface Feed {
  readonly id: string
  readonly language: string
  readonly title: string
  readonly home: string
  readonly self: string
  readonly updated: string
  readonly entries: readonly Entry[]
}

interface Entry {
  readonly id: string
  readonly url: string
  readonly title: string
  readonly published: string
  readonly html: string
}

interface Topic {
  readonly watch: Watch
  readonly organization: string
  readonly q: string
  readonly locale: Locale
  /** The address of this server. */
  readonly site: string
}

/**
 * Serves a watch's latest editions as Atom (RFC 4287) and JSON Feed 1.1, in French or English. Each entry is an edition with its
 * changes: of all datasets, of an organization, or of those that a search finds.
 */
export function createFeeds({ config }: Context, editions: Editions, bodies: BodyCache): Hono {
  const feeds = new Hono()
  feeds.get('/feed.atom', (c) => serve(c, (feed) => createBody(atomFeed(feed), 'application/atom+xml; charset=utf-8')))
  feeds.get('/feed.json', (c) =>
    serve(c, (feed) => createBody(JSON.stringify(jsonFeed(feed)), 'application/feed+json; charset=utf-8')),
  )
  return feeds

  async function serve(c: HonoContext, bodyOf: (feed: Feed) => Body): Promise<Response> {
    const wanted = topicOf(c)
    const { name } = wanted.watch
    const recent = await editions.recent(name, MAX_ENTRIES)
    const known = recent.flatMap(({ edition }) => edition.organizations)
    const topic = { ...wanted, organization: await editions.organizationId(name, known, wanted.organization) }
    const inputs = recent.flatMap(({ edition, changes }) => [edition, changes])
    const key = `${topic.locale.language} ${c.req.url}`
    const { body } = await bodies.get(key, inputs, () => ({
      body: bodyOf(feedOf(topic, recent, c.req.url)),
      headers: {},
    }))
    const cacheControl = cacheControlWithLinks(CACHE_CONTROL.latest, config)
    return respond(c, body, { ...HEADERS, 'cache-control': cacheControl })
  }

  function topicOf(c: HonoContext): Topic {
    const parsed = feedQuery.safeParse(c.req.query())
    if (!parsed.success) throw invalidRequest(parsed.error, (name) => c.req.query(name))
    const { watch = config.watches[0]!.name, organization = '', q = '', lang } = parsed.data
    const language = negotiateLanguage(lang ?? null, c.req.header('accept-language'))
    const locale = localeFor({ ...language, timeZone: config.time_zone })
    return { watch: editions.watch(watch), organization, q, locale, site: siteOf(config, c.req.url) }
  }

  function feedOf(topic: Topic, recent: readonly RecentEdition[], url: string): Feed {
    const { watch, organization, q, locale, site } = topic
    const { pathname, search } = new URL(url)
    const name = recent[0]?.edition.organizations.find(({ id }) => id === organization)?.name ?? organization
    const about = [...topicsOf(watch, locale), name, q].filter((part) => part !== '')
    const selection = { ...(q !== '' && { q }), ...(organization !== '' && { organization }) }
    return {
      id: urnOf([watch.name, ...Object.values(selection)].join(' ')),
      language: locale.language,
      title: locale.texts.titled(locale.texts.siteName(hostOf(config.portal)), about.join(', ')),
      home: `${site}${withQuery(`/editions/${watch.name}/latest`, { ...selection, lang: locale.language })}`,
      self: `${site}${pathname}${search}`,
      updated: recent[0]?.edition.generated_at ?? new Date(0).toISOString(),
      entries: recent.map((one) => entryOf(one, topic, config.portal)),
    }
  }
}

function entryOf({ edition, changes }: RecentEdition, topic: Topic, portal: string): Entry {
  const { _id, date, generated_at: published } = edition
  const { locale, site, organization, q } = topic
  const { texts, day, language } = locale
  const later = laterCatalogue(edition)
  const note = later === undefined ? '' : `<p>${escapeMarkup(texts.laterCatalogue(day(later), day(date)))}</p>`
  const id = urnOf([_id, organization, q].filter((part) => part !== '').join(' '))
  const urlOf = (path: string) => `${site}${withQuery(`/editions/${_id}${path}`, { lang: language })}`
  if (changes === undefined) {
    const title = texts.titled(day(date), texts.firstEditionTitle)
    return { id, url: urlOf(''), title, published, html: `${note}<p>${escapeMarkup(texts.firstEdition)}</p>` }
  }
  const url = urlOf('/changes')
  const [entered, left] = [selected(changes.entered, topic), selected(changes.left, topic)]
  const hrefs = { entered: `${url}#entered`, left: `${url}#left` }
  const { title, html } = changesEntry({ date, entered, left, hrefs }, locale, portal)
  return { id, url, published, title, html: note + html }
}

/** Returns the label of a watch, or its terms. */
const topicsOf = ({ label, terms }: Watch, { language, texts }: Locale) =>
  label === undefined ? terms.map(texts.term) : [label[language]]

function selected<D extends TopDataset>(datasets: readonly D[], { organization, q }: Topic): readonly D[] {
  const selection = { organization, q, sort: '', isNew: false, isGone: false }
  return selectDatasets({ organizations: [], datasets, earlier: undefined }, selection)
}

/** Identifies a feed or an entry independently of the server's address, so that feed readers show no entry twice. */
export const urnOf = (name: string) => `urn:uuid:${uuidOf(name)}`

/** Writes a feed as Atom. */
export function atomFeed({ id, language, title, home, self, updated, entries }: Feed): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="${language}">
<id>${id}</id>
<title>${escapeMarkup(title)}</title>
<link rel="alternate" type="text/html" href="${escapeMarkup(home)}"/>
<link rel="self" type="application/atom+xml" href="${escapeMarkup(self)}"/>
<updated>${updated}</updated>
<author><name>datagouv-tops</name></author>
${entries.map(atomEntry).join('')}</feed>
`
}

function atomEntry({ id, url, title, published, html }: Entry): string {
  return `<entry>
<id>${id}</id>
<title>${escapeMarkup(title)}</title>
<link rel="alternate" type="text/html" href="${escapeMarkup(url)}"/>
<published>${published}</published>
<updated>${published}</updated>
<content type="html">${escapeMarkup(html)}</content>
</entry>
`
}

function jsonFeed({ language, title, home, self, entries }: Feed) {
  return {
    version: 'https://jsonfeed.org/version/1.1',
    title,
    home_page_url: home,
    feed_url: self,
    language,
    authors: [{ name: 'datagouv-tops' }],
    items: entries.map(({ id, url, title, published, html }) => ({
      id,
      url,
      title,
      content_html: html,
      date_published: published,
    })),
  }
}
