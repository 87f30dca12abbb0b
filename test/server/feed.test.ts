import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { expect, test } from 'vitest'
import { openTestContext } from '../helpers/context.ts'
import { serveContext } from '../helpers/serveContext.ts'
import { publishWeeks, type Week, watchWithTop } from '../helpers/weeks.ts'

const HOSTILE = '<script>alert(1)</script> & ]]> transport \u202e\u0007\ufffe'

const week = (date: string, ...titles: string[]): Week => ({
  date,
  datasets: [
    { id: 'always', title: 'Transport', organization: 'o1' },
    ...titles.map((title, index) => ({ id: `d${index}`, title, organization: 'o1' })),
  ],
  organizations: [['o1', 'Un "et" <seul>', 1]],
})

async function feeds(config = watchWithTop(1)) {
  const context = await openTestContext(undefined, config)
  await publishWeeks(context, [week('2026-11-11'), week('2026-11-18', HOSTILE)])
  return serveContext(context)
}

test('the Atom feed has one entry per edition, latest first, with hostile titles escaped', async () => {
  const url = await feeds()
  const answer = await fetch(`${url}/feed.atom?lang=en`)
  expect(answer.headers.get('content-type')).toBe('application/atom+xml; charset=utf-8')
  const xml = await answer.text()
  expect(XMLValidator.validate(xml)).toBe(true)
  // biome-ignore lint/suspicious/noControlCharactersInRegex: characters that XML forbids
  expect(xml).not.toMatch(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff\u202e]/)
  const { feed } = new XMLParser({ ignoreAttributes: false, htmlEntities: true }).parse(xml)
  expect(feed.id).toMatch(/^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
  expect(feed.entry.map((entry: { title: string }) => entry.title)).toEqual([
    '18 November 2026: 1 new, 0 gone',
    '11 November 2026: first edition',
  ])
  const [{ id, updated, link, content }] = feed.entry
  expect(link['@_href']).toBe(`${url}/editions/mobilite-transport/2026-11-18/changes?lang=en`)
  expect([id === feed.entry[1].id, feed.updated]).toEqual([false, updated])
  expect(content['#text']).toContain(
    '<a href="https://www.data.gouv.fr/datasets/d0/">&lt;script&gt;alert(1)&lt;/script&gt; &amp; ]]&gt; transport  </a>',
  )
  expect(content['#text']).toContain('(Un &quot;et&quot; &lt;seul&gt;, new in the catalogue)')
})

test('the JSON Feed has the same entries with the same IDs', async () => {
  const url = await feeds()
  const { feed } = new XMLParser().parse(await (await fetch(`${url}/feed.atom`)).text())
  const json = (await (await fetch(`${url}/feed.json`)).json()) as { items: { id: string; url: string }[] }
  expect(json).toMatchObject({ version: 'https://jsonfeed.org/version/1.1', feed_url: `${url}/feed.json` })
  expect(json.items.map(({ id }) => id)).toEqual(feed.entry.map(({ id }: { id: string }) => id))
})

test('links start with public_url if it is configured', async () => {
  const url = await feeds(`public_url: https://tops.example/\n${watchWithTop(1)}`)
  const json = (await (await fetch(`${url}/feed.json`)).json()) as { items: { url: string }[] }
  expect(json.items[0]!.url).toBe('https://tops.example/editions/mobilite-transport/2026-11-18/changes?lang=fr')
})

test('the feed of a watch without an edition has no entries', async () => {
  const context = await openTestContext(undefined, watchWithTop(1))
  const xml = await (await fetch(`${await serveContext(context)}/feed.atom`)).text()
  expect(XMLValidator.validate(xml)).toBe(true)
  expect(xml).not.toContain('<entry>')
})
