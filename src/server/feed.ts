import { type Context, Hono } from 'hono'
import type { World } from '../context.ts'
import { uuidOf } from '../editions/uuid.ts'
import { headline, sectionsOf } from '../explain/sections.ts'
import { count, counted } from '../terminal/format.ts'
import { answer, bodyOf } from './body.ts'
import { CACHING } from './caching.ts'
import { READABLE_BY_ALL } from './cors.ts'
import type { Editions, RecentEdition } from './editions.ts'
import { escaped, htmlOf } from './markup.ts'

const MOST_ENTRIES = 10
const HEADERS = { 'cache-control': CACHING.latest, ...READABLE_BY_ALL }

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

/** The last editions of a watch as Atom (RFC 4287) and as JSON Feed 1.1: an entry an edition, with what changed. */
export function createFeeds(world: World, editions: Editions): Hono {
  const feeds = new Hono()
  feeds.get('/feed.atom', async (c) => {
    const feed = await feedFor(c)
    return answer(c, bodyOf(atomOf(feed), 'application/atom+xml; charset=utf-8'), HEADERS)
  })
  feeds.get('/feed.json', async (c) => {
    const feed = await feedFor(c)
    return answer(c, bodyOf(JSON.stringify(jsonFeedOf(feed)), 'application/feed+json; charset=utf-8'), HEADERS)
  })
  return feeds

  async function feedFor(c: Context): Promise<Feed> {
    const { portal, public_url, watches } = world.config
    const { name, terms } = editions.watch(c.req.query('watch') ?? watches[0]!.name)
    const { origin, pathname, search } = new URL(c.req.url)
    const site = public_url ?? origin
    const recent = await editions.recent(name, MOST_ENTRIES)
    return {
      id: idOf(name),
      title: `${name}: datasets about ${terms.join(', ')}`,
      home: `${site}/editions/${name}/latest`,
      self: `${site}${pathname}${search}`,
      updated: recent[0]?.edition.generated_at ?? new Date(0).toISOString(),
      entries: recent.map((one) => entryOf(one, site, portal)),
    }
  }
}

function entryOf({ edition, changes }: RecentEdition, site: string, portal: string): Entry {
  const { _id, date, generated_at, datasets, archive } = edition
  const figures = `${counted(datasets.length, 'dataset')} of the TOP ${edition.top}, of ${count(archive.records)} that mention a term.`
  return {
    id: idOf(_id),
    url: `${site}/editions/${_id}`,
    title: changes === undefined ? `${date}: the first edition` : headline(changes),
    published: generated_at,
    html: `<p>${figures}</p>${changes === undefined ? '' : sectionsOf(changes, portal).map(htmlOf).join('')}`,
  }
}

/** The same wherever it is served, so that no reader shows an entry twice. */
const idOf = (name: string) => `urn:uuid:${uuidOf(name)}`

function atomOf({ id, title, home, self, updated, entries }: Feed): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">
<id>${id}</id>
<title>${escaped(title)}</title>
<link rel="alternate" type="text/html" href="${escaped(home)}"/>
<link rel="self" type="application/atom+xml" href="${escaped(self)}"/>
<updated>${updated}</updated>
<author><name>datagouv-tops</name></author>
${entries.map(atomEntryOf).join('')}</feed>
`
}

function atomEntryOf({ id, url, title, published, html }: Entry): string {
  return `<entry>
<id>${id}</id>
<title>${escaped(title)}</title>
<link rel="alternate" type="text/html" href="${escaped(url)}"/>
<published>${published}</published>
<updated>${published}</updated>
<content type="html">${escaped(html)}</content>
</entry>
`
}

function jsonFeedOf({ title, home, self, entries }: Feed) {
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
