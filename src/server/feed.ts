import { Hono, type Context as HonoContext } from 'hono'
import type { Context } from '../context.ts'
import { uuidOf } from '../editions/uuid.ts'
import { headline, sectionsOf } from '../explain/sections.ts'
import { formatCount, pluralize } from '../text/format.ts'
import { createBody, respond } from './body.ts'
import { CACHE_CONTROL } from './caching.ts'
import { CORS_HEADERS } from './cors.ts'
import type { Editions, RecentEdition } from './editions.ts'
import { escapeMarkup, sectionHtml } from './feedMarkup.ts'

const MAX_ENTRIES = 10
const HEADERS = { 'cache-control': CACHE_CONTROL.latest, ...CORS_HEADERS }

interface Feed {
  readonly id: string
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

/** Serves a watch's latest editions as Atom (RFC 4287) and JSON Feed 1.1. Each entry is an edition with its changes. */
export function createFeeds(context: Context, editions: Editions): Hono {
  const feeds = new Hono()
  feeds.get('/feed.atom', async (c) => {
    const feed = await feedFor(c)
    return respond(c, createBody(atomFeed(feed), 'application/atom+xml; charset=utf-8'), HEADERS)
  })
  feeds.get('/feed.json', async (c) => {
    const feed = await feedFor(c)
    return respond(c, createBody(JSON.stringify(jsonFeed(feed)), 'application/feed+json; charset=utf-8'), HEADERS)
  })
  return feeds

  async function feedFor(c: HonoContext): Promise<Feed> {
    const { portal, public_url, watches } = context.config
    const { name, terms } = editions.watch(c.req.query('watch') ?? watches[0]!.name)
    const { origin, pathname, search } = new URL(c.req.url)
    const site = public_url ?? origin
    const recent = await editions.recent(name, MAX_ENTRIES)
    return {
      id: urnOf(name),
      title: `${name}: datasets about ${terms.join(', ')}`,
      home: `${site}/editions/${name}/latest`,
      self: `${site}${pathname}${search}`,
      updated: recent[0]?.edition.generated_at ?? new Date(0).toISOString(),
      entries: recent.map((one) => entryOf(one, site, portal)),
    }
  }
}

function entryOf({ edition, changes }: RecentEdition, site: string, portal: string): Entry {
  const { _id, date, generated_at, datasets, archive, top } = edition
  const figures = `${pluralize(datasets.length, 'dataset')} of the TOP ${top}, of ${formatCount(archive.records)} that mention a term.`
  return {
    id: urnOf(_id),
    url: `${site}/editions/${_id}`,
    title: changes === undefined ? `${date}: first edition` : headline(changes),
    published: generated_at,
    html: `<p>${figures}</p>${changes === undefined ? '' : sectionsOf(changes, portal).map(sectionHtml).join('')}`,
  }
}

/** Identifies a feed or an entry independently of the server's address, so that feed readers show no entry twice. */
const urnOf = (name: string) => `urn:uuid:${uuidOf(name)}`

function atomFeed({ id, title, home, self, updated, entries }: Feed): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
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

function jsonFeed({ title, home, self, entries }: Feed) {
  return {
    version: 'https://jsonfeed.org/version/1.1',
    title,
    home_page_url: home,
    feed_url: self,
    language: 'en',
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
