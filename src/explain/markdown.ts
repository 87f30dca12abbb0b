import type { Changes } from '../editions/changes.ts'
import type { Cell } from '../terminal/table.ts'
import { stripControls } from '../text/stripControls.ts'
import { headline, type Section, sectionsOf } from './sections.ts'

/** Formats changes as Markdown, for an e-mail, an issue or a chat. Text from the portal stays plain text. */
export function markdownOf(changes: Changes, portal: string): string {
  const sections = sectionsOf(changes, portal)
  const parts = [`## ${changes.watch}, ${headline(changes)}`, ...sections.map(tableOf)]
  return `${parts.join('\n\n')}\n`
}

function tableOf({ title, columns, rows }: Section): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const rule = columns.map(({ align }) => (align === 'right' ? '--:' : '---'))
  const lines = [line(columns.map((column) => column.title)), line(rule), ...rows.map((row) => line(row.map(cellOf)))]
  return `### ${title}\n\n${lines.join('\n')}`
}

function cellOf(cell: Cell): string {
  return typeof cell === 'string' ? plain(cell) : `[${plain(cell.text)}](${cell.href})`
}

/** Escapes Markdown, HTML and `@` mentions. */
function plain(text: string): string {
  return stripControls(text)
    .trim()
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replace(/[\\`*_{}[\]()#|~@>]/g, '\\$&')
}
