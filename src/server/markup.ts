import type { Section } from '../explain/sections.ts'
import { inert } from '../terminal/inert.ts'
import type { Cell } from '../terminal/table.ts'

/** Text that stands for itself in HTML and XML, in elements and in attributes; what XML cannot hold is left out. */
export function escaped(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
}

/** A part of the changes as HTML. */
export function htmlOf({ title, columns, rows }: Section): string {
  const line = (cells: readonly string[], tag: string) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`
  const head = line(
    columns.map((column) => escaped(column.title)),
    'th',
  )
  return `<h3>${escaped(title)}</h3><table>${head}${rows.map((row) => line(row.map(cellOf), 'td')).join('')}</table>`
}

function cellOf(cell: Cell): string {
  if (typeof cell === 'string') return escaped(inert(cell))
  return `<a href="${escaped(cell.href)}">${escaped(inert(cell.text))}</a>`
}
