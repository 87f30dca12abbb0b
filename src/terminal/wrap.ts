import wrapAnsi from 'wrap-ansi'

const INDENT = '  '

/** Wraps and indents a text. */
export function wrapIndented(text: string): string {
  const width = (process.stdout.columns ?? Number.POSITIVE_INFINITY) - INDENT.length
  return wrapAnsi(text, width).replace(/^/gm, INDENT)
}

/** Wraps a text to the width of the terminal; in a pipe it stays on one line. */
export function wrap(text: string): string {
  return wrapAnsi(text, process.stdout.columns ?? Number.POSITIVE_INFINITY)
}
