import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { EVENTS } from '../../src/config/target.ts'
import { FAILURES } from '../../src/errors.ts'

const PAGE = 'docs/operations.md'
const page = await readFile(PAGE, 'utf8')
/** The sections of the page by the anchor that GitHub gives them, such as `6-gate`. */
const sections = new Map(
  page
    .split(/^#{2,3} /m)
    .slice(1)
    .map((text) => [anchorOf(text.split('\n')[0]!), text]),
)

function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\w -]/g, '')
    .replaceAll(' ', '-')
}

test('each alert links to its section, which says what it means, what to do and when it is over', async () => {
  const [{ rules }] = parse(await readFile('deploy/prometheus/alerts.yaml', 'utf8')).groups
  for (const { alert, annotations } of rules) {
    expect(annotations.runbook).toBe(`${PAGE}#${anchorOf(alert)}`)
    const section = sections.get(anchorOf(alert))
    for (const part of ['Means', 'Do', 'Over when'])
      expect([alert, section]).toEqual([alert, expect.stringContaining(`- **${part}:**`)])
  }
})

test.each(EVENTS)('the notification "%s" has a section', (event) => {
  expect(sections.get(event)?.trim().split('\n').length).toBeGreaterThan(1)
})

test.each(Object.entries(FAILURES))('the exit code of "%s" has a section', (_, { exit }) => {
  const headings = [...sections.keys()].filter((anchor) => /^\d/.test(anchor))
  expect(headings.filter((anchor) => anchor.split('-').includes(String(exit)))).toHaveLength(1)
})

test('links within the page have a target', () => {
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor!)
  expect(links.length).toBeGreaterThan(5)
  for (const anchor of links) expect([...sections.keys()]).toContain(anchor)
})
