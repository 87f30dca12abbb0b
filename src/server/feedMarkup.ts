import type { Section } from '../explain/sections.ts'
import type { Cell } from '../terminal/table.ts'
import { stripControls } from '../text/stripControls.ts'

/** Escapes text for HTML and XML, in elements and attributes. Characters that XML forbids are removed. */
export function escapeMarkup(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** Renders a section of the changes as an HTML table. */
export function sectionHtml({ title, columns, rows }: Section): string {
  const row = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`
  const head = columns.map((column) => escapeMarkup(column.title))
  const body = rows.map((cells) => row(cells.map(cellHtml), 'td'))
  return `<h3>${escapeMarkup(title)}</h3><table>${row(head, 'th')}${body.join('')}</table>`
}

function cellHtml(cell: Cell): string {
  if (typeof cell === 'string') return escapeMarkup(stripControls(cell))
  return `<a href="${escapeMarkup(cell.href)}">${escapeMarkup(stripControls(cell.text))}</a>`
}
