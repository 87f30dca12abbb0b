import wrapAnsi from 'wrap-ansi'

const INDENT = '  '

/** As `wrapped`, a little to the right. */
export function indented(text: string): string {
  const width = (process.stdout.columns ?? Number.POSITIVE_INFINITY) - INDENT.length
  return wrapAnsi(text, width).replace(/^/gm, INDENT)
}

/** Words in lines that fit the terminal; a pipe gets one line. */
export function wrapped(text: string): string {
  return wrapAnsi(text, process.stdout.columns ?? Number.POSITIVE_INFINITY)
}
