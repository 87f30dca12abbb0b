import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'
import supportsHyperlinks from 'supports-hyperlinks'
import { inert } from './text.ts'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Columns with a share give way when the table is too wide, the more the smaller their share. */
  readonly share?: number
}

/** A text, or one that leads somewhere in a terminal that can. */
export type Cell = string | { readonly text: string; readonly href: string }

const GAP = '  '
/** A column with a share keeps so much; below that, the terminal wraps. */
const LEAST = 8

/** Rows in columns that fit the terminal's width; a pipe gets them as wide as they are. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) => row.map(printable))
  const widths = widthsWithin(
    columns,
    columns.map((_, index) => Math.max(...cells.map((row) => stringWidth(row[index]!.text)))),
    process.stdout.columns,
  )
  const line = (row: readonly Printable[]) =>
    row
      .map(({ text, href }, index) => {
        const cut = cliTruncate(text, widths[index]!)
        const pad = ' '.repeat(widths[index]! - stringWidth(cut))
        const shown = linked(cut, href)
        return columns[index]!.align === 'right' ? pad + shown : shown + pad
      })
      .join(GAP)
      .trimEnd()
  return `${cells.map(line).join('\n')}\n`
}

function widthsWithin(columns: readonly Column[], natural: readonly number[], width: number | undefined): number[] {
  const available = (width ?? Number.POSITIVE_INFINITY) - GAP.length * (columns.length - 1)
  const total = natural.reduce((sum, one) => sum + one, 0)
  if (total <= available) return [...natural]
  const fixed = natural.reduce((sum, one, index) => sum + (columns[index]!.share === undefined ? one : 0), 0)
  const shares = columns.reduce((sum, { share = 0 }) => sum + share, 0)
  return natural.map((one, index) => {
    const { share } = columns[index]!
    return share === undefined
      ? one
      : Math.min(one, Math.max(LEAST, Math.floor(((available - fixed) * share) / shares)))
  })
}

interface Printable {
  readonly text: string
  readonly href: string | undefined
}

function printable(cell: Cell): Printable {
  const { text, href } = typeof cell === 'string' ? { text: cell, href: undefined } : cell
  return { text: inert(text).trim(), href }
}

/** A text that leads somewhere (OSC 8), where the terminal can. */
function linked(text: string, href: string | undefined): string {
  if (href === undefined || text === '' || !supportsHyperlinks.stdout) return text
  return `\u001b]8;;${encodeURI(href)}\u0007${text}\u001b]8;;\u0007`
}
