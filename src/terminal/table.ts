import cliTruncate from 'cli-truncate'
import stringWidth from 'string-width'

export interface Column {
  readonly title: string
  readonly align?: 'left' | 'right'
  /** Columns with a share give way when the table is too wide, the more the smaller their share. */
  readonly share?: number
}

const GAP = '  '

/** Rows in columns that fit the terminal's width; a pipe gets them as wide as they are. */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[]): string {
  const cells = [columns.map(({ title }) => title), ...rows].map((row) => row.map(printable))
  const widths = widthsWithin(
    columns,
    columns.map((_, index) => Math.max(...cells.map((row) => stringWidth(row[index]!)))),
    process.stdout.columns,
  )
  const line = (row: readonly string[]) =>
    row
      .map((cell, index) => {
        const cut = cliTruncate(cell, widths[index]!)
        const pad = ' '.repeat(widths[index]! - stringWidth(cut))
        return columns[index]!.align === 'right' ? pad + cut : cut + pad
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
    return share === undefined ? one : Math.min(one, Math.max(8, Math.floor(((available - fixed) * share) / shares)))
  })
}

/** Text from outside on one line of a terminal: control and direction characters, which could forge it, become spaces. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ').trim()
}
