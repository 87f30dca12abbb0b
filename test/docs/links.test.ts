import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { PAGES } from './blocks.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const prose = (page: string) => readFileSync(join(ROOT, page), 'utf8').replace(/^```.*?^```$/gms, '')

/** Returns the targets of the links of a page that lead to files of the project. */
function linksIn(page: string): string[] {
  const links = [...prose(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target!)
  return links.filter((target) => !/^https?:/.test(target))
}

/** Returns the anchors of a page: its headings, as GitHub writes them in an address. */
function anchorsIn(page: string): string[] {
  return [...prose(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}_ -]/gu, '')
      .replaceAll(' ', '-'),
  )
}

test.each([...PAGES, 'CONTRIBUTING.md', 'SECURITY.md'])(
  'the links of %s lead to files, and to headings in them',
  (page) => {
    for (const link of linksIn(page)) {
      const [file, anchor] = link.split('#')
      const target = file === '' ? page : join(dirname(page), file!)
      expect([link, existsSync(join(ROOT, target))]).toEqual([link, true])
      if (anchor !== undefined) expect([link, anchorsIn(target)]).toEqual([link, expect.arrayContaining([anchor])])
    }
  },
)

test('the README links to every page', () => {
  expect(linksIn('README.md')).toEqual(expect.arrayContaining(PAGES.filter((page) => page !== 'README.md')))
})
