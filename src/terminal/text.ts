import wrapAnsi from 'wrap-ansi'

const INDENT = '  '

/** Text from outside on one line of a terminal: control and direction characters, which could forge it, become spaces. */
export function inert(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
}

/** As `wrapped`, a little to the right. */
export function indented(text: string): string {
  const width = (process.stdout.columns ?? Number.POSITIVE_INFINITY) - INDENT.length
  return wrapAnsi(text, width).replace(/^/gm, INDENT)
}

/** Words in lines that fit the terminal; a pipe gets one line. */
export function wrapped(text: string): string {
  return wrapAnsi(text, process.stdout.columns ?? Number.POSITIVE_INFINITY)
}
