/** Replaces control and direction characters by spaces, so that text from outside cannot forge a line of a terminal. */
export function stripControls(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}\u200e\u200f\u202a-\u202e\u2066-\u2069]+/gu, ' ')
}
