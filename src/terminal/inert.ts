/** Text from outside on one line of a terminal: control and direction characters, which could forge it, become spaces. */
export function inert(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
}
