import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'
import { createSupportsHyperlinks } from 'supports-hyperlinks'
import { inert } from './inert.ts'
import { indented } from './text.ts'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Columns with a share give way when the table is too wide, the more the smaller their share. */
  readonly share?: number
  /** In a narrow terminal what it says stands below its row, whole, on lines of its own. */
  readonly below?: boolean
}

/** A text, or one that leads somewhere in a terminal that can. */
export type Cell = string | { readonly text: string; readonly href: string }

const GAP = '  '
/** A terminal of fewer columns is narrow. */
const ROOMY = 120
/** A column with a share keeps so much; below that, the terminal wraps. */
const LEAST = 8

/** Rows in columns that fit the terminal's width; a pipe gets them as wide as they are. */
export function table(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  if ((process.stdout.columns ?? ROOMY) >= ROOMY) return aligned(columns, rows)
  const above = columns.filter(({ below }) => !below)
  const [head, ...lines] = aligned(
    above,
    rows.map((row) => row.filter((_, index) => !columns[index]!.below)),
  ).split('\n')
  const told = rows.map((row, at) => {
    const whole = row.filter((_, index) => columns[index]!.below).map((cell) => printable(cell).text)
    return [lines[at], ...whole.filter((text) => text !== '').map(indented)].join('\n')
  })
  return `${[head, ...told].join('\n')}\n`
}

function aligned(columns: readonly Column[], rows: readonly (readonly Cell[])[]): string {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) => row.map(printable))
  const widths = widthsWithin(
    columns,
    columns.map((_, index) => Math.max(...cells.map((row) => stringWidth(row[index]!.text)))),
    process.stdout.columns,
  )
  const canLink = createSupportsHyperlinks(process.stdout)
  const line = (row: readonly Printable[]) =>
    row
      .map(({ text, href }, index) => {
        const cut = cliTruncate(text, widths[index]!)
        const pad = ' '.repeat(widths[index]! - stringWidth(cut))
        const shown = canLink && href !== undefined && cut !== '' ? linked(cut, href) : cut
        return columns[index]!.align === 'right' ? pad + shown : shown + pad
      })
      .join(GAP)
      .trimEnd()
  return `${cells.map(line).join('\n')}\n`
}

/** Natural widths when they fit; otherwise columns with a share get that of what the others leave, and no more than they need. */
function widthsWithin(
  columns: readonly Column[],
  natural: readonly number[],
  width = Number.POSITIVE_INFINITY,
): number[] {
  const widths = [...natural]
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
  const available = width - GAP.length * (columns.length - 1)
  if (sum(natural) <= available) return widths
  let flexible = columns.flatMap(({ share }, index) => (share === undefined ? [] : [{ share, index }]))
  for (let satisfied = flexible; satisfied.length > 0; ) {
    const left = available - sum(widths.filter((_, index) => !flexible.some((one) => one.index === index)))
    const shares = sum(flexible.map(({ share }) => share))
    for (const { share, index } of flexible) widths[index] = Math.max(LEAST, Math.floor((left * share) / shares))
    satisfied = flexible.filter(({ index }) => natural[index]! <= widths[index]!)
    for (const { index } of satisfied) widths[index] = natural[index]!
    flexible = flexible.filter((one) => !satisfied.includes(one))
  }
  return widths
}

interface Printable {
  readonly text: string
  readonly href: string | undefined
}

function printable(cell: Cell): Printable {
  const { text, href } = typeof cell === 'string' ? { text: cell, href: undefined } : cell
  return { text: inert(text).trim(), href }
}

/** A text that leads somewhere (OSC 8). */
function linked(text: string, href: string): string {
  return `\u001b]8;;${encodeURI(href)}\u0007${text}\u001b]8;;\u0007`
}
