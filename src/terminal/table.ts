import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'
import { createSupportsHyperlinks } from 'supports-hyperlinks'
import { stripControls } from '../text/stripControls.ts'
import { wrapIndented } from './wrap.ts'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Columns with a share shrink if the table is too wide; a smaller share leaves less width. */
  readonly share?: number
  /** In a narrow terminal the cell is printed in full below its row. */
  readonly below?: boolean
}

/** A text, or a link in terminals that support it. */
export type Cell = string | { readonly text: string; readonly href: string }

const GAP = '  '
/** A terminal with fewer columns is narrow. */
const WIDE = 120
/** The minimum width of a column with a share. Below that, the terminal wraps. */
const MIN_WIDTH = 8

/**
 * Returns the width to which titles are cut: that of the terminal, in a pipe that of the terminal on stderr, else `WIDE`. Without
 * a limit, one title of 3,000 characters would pad every row to its length.
 */
export function titleWidth(): number {
  return process.stdout.columns ?? process.stderr.columns ?? WIDE
}

/** Formats rows in columns that fit a width: by default that of the terminal; in a pipe they keep their full width. */
export function formatTable(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  width = process.stdout.columns ?? Number.POSITIVE_INFINITY,
): string {
  if (width >= WIDE) return aligned(columns, rows, width)
  const inRow = columns.filter(({ below }) => !below)
  const [head, ...lines] = aligned(
    inRow,
    rows.map((row) => row.filter((_, index) => !columns[index]!.below)),
    width,
  ).split('\n')
  const blocks = rows.map((row, at) => {
    const below = row.filter((_, index) => columns[index]!.below).map((cell) => toPrintable(cell).text)
    return [lines[at], ...below.filter((text) => text !== '').map(wrapIndented)].join('\n')
  })
  return `${[head, ...blocks].join('\n')}\n`
}

function aligned(columns: readonly Column[], rows: readonly (readonly Cell[])[], width: number): string {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) => row.map(toPrintable))
  const widths = fitWidths(
    columns,
    columns.map((_, index) => Math.max(...cells.map((row) => stringWidth(row[index]!.text)))),
    width,
  )
  const canLink = createSupportsHyperlinks(process.stdout)
  const line = (row: readonly Printable[]) =>
    row
      .map(({ text, href }, index) => {
        const cut = cliTruncate(text, widths[index]!)
        const pad = ' '.repeat(widths[index]! - stringWidth(cut))
        const shown = canLink && href !== undefined && cut !== '' ? link(cut, href) : cut
        return columns[index]!.align === 'right' ? pad + shown : shown + pad
      })
      .join(GAP)
      .trimEnd()
  return `${cells.map(line).join('\n')}\n`
}

/**
 * Returns the natural widths if they fit. Otherwise columns with a share divide the width that the others leave, and none gets more than
 * its natural width.
 */
function fitWidths(columns: readonly Column[], natural: readonly number[], width: number): number[] {
  const widths = [...natural]
  const sum = (numbers: readonly number[]) => numbers.reduce((total, one) => total + one, 0)
  const available = width - GAP.length * (columns.length - 1)
  if (sum(natural) <= available) return widths
  let flexible = columns.flatMap(({ share }, index) => (share === undefined ? [] : [{ share, index }]))
  for (let satisfied = flexible; satisfied.length > 0; ) {
    const left = available - sum(widths.filter((_, index) => !flexible.some((one) => one.index === index)))
    const shares = sum(flexible.map(({ share }) => share))
    for (const { share, index } of flexible) widths[index] = Math.max(MIN_WIDTH, Math.floor((left * share) / shares))
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

function toPrintable(cell: Cell): Printable {
  const { text, href } = typeof cell === 'string' ? { text: cell, href: undefined } : cell
  return { text: stripControls(text).trim(), href }
}

/** Formats a link (OSC 8). */
function link(text: string, href: string): string {
  return `\u001b]8;;${encodeURI(href)}\u0007${text}\u001b]8;;\u0007`
}
